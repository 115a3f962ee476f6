/** The fast front against Node's: the same requests arrive upstream with the same fields and bodies, and are answered alike, or the fast one refuses what Node's reads. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpUpstream } from '../../gateway/deliver/http/upstream.js';
import { wireUpstream } from '../../gateway/deliver/http/wire-upstream.js';
import { closeChannels, parsedConfig, parsedRoutes, testChannel } from '../gateway/channels/http/kit.js';
import { echoUpstream, type Arrived, type EchoUpstream } from '../smuggling/echo-upstream.js';
import { answersIn } from '../smuggling/raw-sender.js';
import { generated } from './wire-grammar.js';

/** WEIR_FUZZ_RUNS asks for more; a seed shows its fault again. */
const RUNS = Number(process.env['WEIR_FUZZ_RUNS'] ?? 500);
const FROM = Number(process.env['WEIR_FUZZ_FROM'] ?? 1);
const AT_ONCE = 8;
/** A connection on which nothing comes for so long waits for more. */
const QUIET_MS = 40;
/** The same where a first look found a difference. */
const PATIENT_MS = 1_500;
/** Node's front reads ahead, and forgets whom it has not answered when a later request is no good: it is asked again with each request behind the answer to the one before, or so much later. */
const APART_MS = 200;
/** Turns of the loop behind that: on a machine that stood still meanwhile, what is on its way through both sides comes first. */
const QUIET_TURNS = 50;
/** They differ between connections, or are about them alone. */
const OWN: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'x-request-id']);

interface Side {
  readonly port: number;
  readonly echo: EchoUpstream;
}
interface Seen {
  readonly arrived: readonly string[];
  /** As they came, with the target that was answered. */
  readonly answers: readonly { readonly status: number; readonly body: string }[];
}

/** Damage may change the target as well: each look knows its own by what arrived meanwhile, so that nothing else may. */
const lanes: Side[][] = Array.from({ length: AT_ONCE }, () => []);
beforeAll(async () => {
  for (const sides of lanes) for (const [frontend, make] of [['node', httpUpstream], ['fast', wireUpstream]] as const) {
    const echo = await echoUpstream();
    const input = { id: 'r', match: { path: '/r' }, upstream: { url: echo.url } };
    const upstreams = new Map(parsedRoutes(input).map((route) => ['r', make(route)]));
    const { port } = await testChannel({ routes: [input], options: { listen: { ...parsedConfig().listen.data, port: 0, frontend }, upstreams } });
    sides.push({ port, echo });
  }
});
afterAll(async () => {
  await closeChannels();
  await Promise.all(lanes.flat().map(({ echo }) => echo.close()));
});

function written({ method, target, fields, body }: Arrived): string {
  const isFraming = (name: string): boolean => body === '' && /^(?:content-length|transfer-encoding)$/i.test(name);
  const pairs = fields.flatMap((name, at) => (at % 2 === 0 && !OWN.has(name.toLowerCase()) && !isFraming(name) ? [`${name.toLowerCase()}: ${fields[at + 1] ?? ''}`] : []));
  // The two destinations differ by their port.
  return JSON.stringify([method, target, pairs.sort(), body]).replaceAll(/127\.0\.0\.1:\d+/g, 'upstream');
}

async function sent({ port, echo }: Side, writes: readonly Buffer[], quietMs: number, apart = false): Promise<Seen> {
  const before = echo.arrived.length;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let text = '';
  let timer: NodeJS.Timeout | undefined;
  let reads = 0;
  let heard = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    const quiet = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => stays(QUIET_TURNS, reads), quietMs);
    };
    const stays = (turns: number, since: number): void => {
      if (reads !== since) return;
      if (turns === 0) socket.destroy();
      else setImmediate(() => stays(turns - 1, since));
    };
    socket.setEncoding('latin1').on('data', (part: string) => {
      text += part;
      reads += 1;
      quiet();
      heard();
    });
    socket.on('error', () => undefined).once('connect', quiet).once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  await Promise.race([once(socket, 'connect'), over]);
  for (const piece of writes) {
    if (socket.writable) socket.write(piece);
    if (apart) await Promise.race([over, new Promise<void>((next) => {
      heard = next;
      setTimeout(next, APART_MS);
    })]);
    else await new Promise((next) => setImmediate(next));
  }
  await over;
  const arrived = echo.arrived.slice(before).filter(({ complete }) => complete);
  // Methods as they arrived: an answer to HEAD has no body.
  const { answers } = answersIn(text, arrived.map(({ method }) => method), true);
  return { arrived: arrived.map(written), answers: answers.map(({ status, body }) => ({ status, body: status === 200 ? body : '' })) };
}

/** Undefined: alike, or the fast one is the stricter. */
function difference(node: Seen, fast: Seen): string | undefined {
  const common = fast.arrived.findIndex((one, at) => one !== node.arrived[at]);
  if (common >= 0) return `arrived over fast: ${fast.arrived[common] ?? ''}, over node: ${node.arrived[common] ?? 'nothing'}`;
  const good = (seen: Seen): readonly string[] => seen.answers.filter(({ status }) => status < 400).map(({ status, body }) => `${String(status)} ${body}`);
  const [ours, theirs] = [good(fast), good(node)];
  const wrong = ours.findIndex((one, at) => one !== theirs[at]);
  if (wrong >= 0) return `answered over fast: ${ours[wrong] ?? ''}, over node: ${theirs[wrong] ?? 'nothing'}`;
  if (fast.arrived.length < node.arrived.length && !fast.answers.some(({ status }) => status >= 400 && status < 500)) return `over node ${String(node.arrived.length)} arrived, over fast ${String(fast.arrived.length)}, and none was refused: ${fast.answers.map(({ status }) => status).join(', ')}`;
  return undefined;
}

async function compared(seed: number, [node, fast]: readonly Side[]): Promise<string | undefined> {
  if (node === undefined || fast === undefined) throw new TypeError('there are two fronts');
  const { writes, oneByOne } = generated(seed, '/r/p');
  const look = (side: Side, quietMs: number, apart = false): Promise<Seen> => sent(side, apart ? oneByOne : writes, quietMs, apart);
  const eager = await look(fast, QUIET_MS);
  if (difference(await look(node, QUIET_MS), eager) === undefined) return undefined;
  const patient = await look(fast, PATIENT_MS);
  const found = difference(await look(node, PATIENT_MS), patient);
  if (found === undefined || difference(await look(node, PATIENT_MS, true), patient) === undefined) return undefined;
  return `${String(seed)}: ${found}\n${JSON.stringify(Buffer.concat(writes).toString('latin1'))}`;
}

describe('random requests over both fronts', () => {
  it('arrive alike and are answered alike, or the fast front refuses', async () => {
    const found: string[] = [];
    let next = FROM;
    const lane = async (sides: readonly Side[]): Promise<void> => {
      while (next < FROM + RUNS) {
        const seed = next++;
        const one = await compared(seed, sides);
        if (one !== undefined) found.push(one);
      }
    };
    await Promise.all(lanes.map(lane));
    expect(found).toEqual([]);
    // Were nearly all of them refused, the comparison would say little.
    expect(lanes.flat().reduce((sum, { echo }) => sum + echo.arrived.length, 0)).toBeGreaterThan(RUNS);
  });

  it('give the upstream nothing that it has to refuse', () => {
    expect(lanes.flat().flatMap(({ echo }) => echo.refused)).toEqual([]);
  });
});
