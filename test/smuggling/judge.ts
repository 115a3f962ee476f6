/** Sends a vector through a gateway and says which law did not hold. */
import type { Arrived } from './echo-upstream.js';
import type { Front } from './fronts.js';
import { sendRaw, type Heard } from './raw-sender.js';
import type { Vector } from './vectors/vector.js';

export interface Way {
  readonly front: Front;
  /** Path of the route. */
  readonly route: string;
  readonly port: number;
  /** Requests that arrived at its end so far. */
  readonly arrived: () => readonly Arrived[];
}

const HOST = 'here.example';
let count = 0;

/** How the bytes are cut into writes. */
export type Cut = (bytes: Buffer) => readonly Uint8Array[];
export const whole: Cut = (bytes) => [bytes];
/** The ends of a long text are cut at each byte, the middle in larger pieces. */
export const bytewise: Cut = (bytes) => {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const next = bytes.length > 600 ? at + Math.ceil(bytes.length / 200) : at + 1;
    pieces.push(bytes.subarray(at, next));
    at = next;
  }
  return pieces;
};

/** Empty when all is well. */
export async function breaches(given: Vector, way: Way, cut: Cut = whole): Promise<readonly string[]> {
  const vector: Vector = given.lax === way.front ? { ...given, law: 'either' } : given;
  count += 1;
  const path = `${way.route}/v${String(count)}`;
  const bytes = cut(Buffer.from(vector.bytes({ path, host: HOST }), 'latin1'));
  const wanted = vector.law === 'two' ? 2 : 1;
  const heard = await sendRaw(way.port, { bytes, methods: [vector.method], wanted, ends: vector.ends });
  const mine = (): readonly Arrived[] => way.arrived().filter(({ target }) => target === path || target.startsWith(`${path}/`) || target.startsWith(`${path}?`));
  const found = [...said(vector, heard, path), ...happened(vector, heard, mine(), path), ...(await canary(way, path))];
  return found.map((what) => `${way.route} ${vector.name}: ${what}`);
}

/** Of bytes that nobody has a law for: the connection comes to its end, and the next exchange is well. */
export async function survives(bytes: Buffer, way: Way): Promise<readonly string[]> {
  count += 1;
  const { hung } = await sendRaw(way.port, { bytes: [bytes], methods: [], wanted: Number.POSITIVE_INFINITY, ends: true });
  return [...(hung ? ['hangs'] : []), ...(await canary(way, `${way.route}/f${String(count)}`))];
}

/** What the sender heard. */
function said(vector: Vector, { answers, rest, ended, hung }: Heard, path: string): readonly string[] {
  const [first] = answers;
  const statuses = answers.map(({ status }) => status).join(', ');
  const out: string[] = [];
  if (hung) out.push('hangs');
  if (rest !== '') out.push(`bytes behind the last answer: ${JSON.stringify(rest.slice(0, 60))}`);
  const refused = first === undefined ? ended : first.status >= 400 && first.status < 500;
  const one = first?.status === 200 && (answers.length === 1 || (vector.behind && answers.slice(1).every(({ status }) => status >= 400 && status < 500)));
  if (vector.law === 'refused' && !refused) out.push(`is not refused: ${statuses}`);
  if (vector.law === 'refused' && first !== undefined && first.status !== 404 && !ended) out.push('is refused, and the connection stays open');
  if (vector.law === 'refused' && answers.length > 1) out.push(`has more than one answer: ${statuses}`);
  if (vector.law === 'one' && !one) out.push(`has not one answer: ${statuses}`);
  if (vector.law === 'either' && !one && !refused) out.push(`is neither passed nor refused: ${statuses}`);
  if (vector.law === 'two' && (answers.length !== 2 || answers.some(({ status }) => status !== 200))) out.push(`has not two answers: ${statuses}`);
  if (vector.law === 'two' && answers[1] !== undefined && !answers[1].body.includes(`"${path}/second"`)) out.push('answers in another order');
  for (const { status, body } of answers) if (status === 200 && body !== '' && !body.includes(path)) out.push('got the answer of somebody else');
  return out;
}

/** What arrived. */
function happened(vector: Vector, { answers }: Heard, arrived: readonly Arrived[], path: string): readonly string[] {
  const out: string[] = [];
  const complete = arrived.filter((one) => one.complete);
  const passed = answers.filter(({ status }) => status === 200).length;
  if (complete.length !== passed) out.push(`${String(complete.length)} arrived, ${String(passed)} answered`);
  if (arrived.some(({ target }) => target.includes('smuggled'))) out.push('a smuggled request arrived');
  const [first] = complete;
  if (first !== undefined && passed > 0 && vector.body !== '*' && first.body !== vector.body) out.push(`its body arrived as ${JSON.stringify(first.body.slice(0, 60))}`);
  if (first !== undefined && vector.law === 'two' && (first.target !== path || complete[1]?.target !== `${path}/second`)) out.push('arrived in another order');
  for (const { fields } of arrived) {
    const names = fields.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
    const times = (name: string): number => names.filter((one) => one === name).length;
    if (times('host') !== 1) out.push(`arrived with ${String(times('host'))} Host`);
    if (times('content-length') + times('transfer-encoding') > 1) out.push('arrived with two framings');
    if (names.includes('upgrade') || names.includes('expect') || names.includes('http2-settings')) out.push('arrived with a field of the connection');
  }
  return out;
}

/** The next exchange on another connection gets its own answer. */
async function canary({ route, port, arrived }: Way, after: string): Promise<readonly string[]> {
  const target = `${route}/canary${after.slice(route.length)}`;
  const { answers, rest } = await sendRaw(port, { bytes: [`POST ${target} HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 4\r\n\r\ntwee`], methods: ['POST'], wanted: 1, ends: false });
  const well = answers.length === 1 && answers[0]?.status === 200 && answers[0].body === JSON.stringify({ target, method: 'POST', body: 'twee' }) && rest === '';
  const times = arrived().filter((one) => one.target === target).length;
  if (well && times === 1) return [];
  return [`the next exchange heard ${answers.map(({ status, body }) => `${String(status)} ${body.slice(0, 80)}`).join(', ')}${rest.slice(0, 60)}, arrived ${String(times)} times`];
}
