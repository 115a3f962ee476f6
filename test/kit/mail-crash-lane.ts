/** One gateway that takes mail and lives through many crashes, with three next hops in this process, a client that sends again until it hears 250, and the books of both. */
import { setTimeout as delay } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { eventually, type Row } from './crash-lane.js';
import { freePort } from './free-port.js';
import { gatewayFolder, startGateway, writeConfig, type Arm, type Gateway, type Reached } from './gateway.js';
import { numberSource } from './numbers.js';
import { PATIENCE_MS } from './patience.js';
import { scriptedSmtp, type ScriptedSmtp } from './scripted-smtp.js';

/** Longer than a lease, a stuck outbox row, and what waits for a client's answer. */
const PAST_WAITING_MS = 15 * 60_000;
const AGAIN_EVERY_MS = 150;

const HELD = 'held@one.example';
const BLOCKED = 'blocked@one.example';
const FIRST = 'a@one.example';
const LATER = 'b@two.example';
const SENDER = 'zhang@corp.example';

/** A mail that meets everything at once: held for one, blocked for another, taken at once by one hop, and later, masked, by another. */
export const RECIPIENTS = [HELD, BLOCKED, FIRST, LATER] as const;

export interface MailLane {
  readonly dataDir: string;
  gateway: Gateway;
  /** What is broken of what a client may rely on. */
  step(arm: Arm): Promise<readonly string[]>;
  rows(): Promise<readonly Row[]>;
  advance(ms: number): void;
  readonly reached: { readonly methods: Set<string> };
  /** Copies beyond the first of a recipient. */
  readonly doubles: () => number;
  close(): Promise<Reached>;
}

function configText(ports: { readonly smtp: number; readonly one: number; readonly two: number; readonly home: number }): string {
  const hop = (port: number): object => ({ hosts: [`127.0.0.1:${String(port)}`], tls: 'none' });
  const rule = (id: string, recipient: string, action: string): object => ({ id, when: { all: [{ facts: { recipient: [recipient] } }, { found: { of: ['cn.resident-id'] } }] }, action });
  return JSON.stringify({
    version: 1,
    domains: { own: ['corp.example'] },
    listen: { data: { port: 0 }, admin: { port: 0 }, smtp: [{ id: 'mail', port: ports.smtp }] },
    mail: { hostname: 'weir.corp.example' },
    limits: { spoolMemory: '0B', drain: '2s' },
    log: { level: 'warn' },
    routes: [
      {
        id: 'letters', channel: 'smtp', match: { listener: ['mail'] }, policy: 'letters', notices: { hold: false, reject: false },
        upstream: { hops: [{ to: ['two.example'], ...hop(ports.two) }, { to: ['corp.example'], ...hop(ports.home) }, hop(ports.one)] },
      },
    ],
    policies: { letters: { rules: [rule('held', 'held@*', 'hold'), rule('blocked', 'blocked@*', 'block'), rule('masked', 'b@*', 'mask')] } },
  });
}

export async function openMailLane(number: number): Promise<MailLane> {
  const dataDir = gatewayFolder(`mail${String(number)}`);
  /** The second hop has no time for a mail that it sees for the first time. */
  let isBusy = false;
  const [one, two, home] = await Promise.all([
    scriptedSmtp(),
    scriptedSmtp({
      reply: ({ verb }) => {
        if (verb !== 'END' || !isBusy) return undefined;
        isBusy = false;
        return '451 4.3.0 later';
      },
    }),
    scriptedSmtp(),
  ]);
  const smtp = await freePort();
  const configFile = writeConfig(gatewayFolder('mail-config'), configText({ smtp, one: one.port, two: two.port, home: home.port }));
  const numbers = numberSource(9_000 + number);
  const reached = { methods: new Set<string>() };
  let offsetMs = 0;
  let made = 0;
  let doubles = 0;
  const start = (): Promise<Gateway> => startGateway({ configFile, dataDir, offsetMs, pace: { everyMs: { dispatch: 200, reconcile: 300, expire: 60_000, alert: 60_000 }, stalledAfterMs: 1_000 } });
  const learn = ({ methods }: Reached): void => {
    for (const method of methods) reached.methods.add(method);
  };

  async function send(raw: string): Promise<boolean> {
    const transport = createTransport({ host: '127.0.0.1', port: smtp, secure: false, ignoreTLS: true, connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS });
    try {
      await transport.sendMail({ envelope: { from: SENDER, to: [...RECIPIENTS] }, raw });
      return true;
    } catch {
      return false;
    } finally {
      transport.close();
    }
  }
  const rows = async (): Promise<readonly Row[]> => {
    const { status, text } = await lane.gateway.api('GET', '/messages?limit=200');
    if (status !== 200) throw new Error(`the list answered ${String(status)}`);
    return (JSON.parse(text) as { readonly messages: readonly Row[] }).messages;
  };
  const copies = (hop: ScriptedSmtp, marker: string, to: string): number => hop.mails.filter(({ data, to: those }) => data.includes(marker) && those.some((line) => line.includes(to))).length;

  const lane: MailLane = {
    dataDir, reached, rows,
    gateway: await start(),
    advance(ms) {
      offsetMs += ms;
      lane.gateway.setOffset(offsetMs);
    },
    async step(arm) {
      const problems: string[] = [];
      const marker = `marker-${String.fromCharCode(97 + number)}${Array.from(String(++made), (digit) => String.fromCharCode(97 + Number(digit))).join('')}z`;
      const id = numbers.residentId();
      const raw = `From: <${SENDER}>\r\nTo: <${FIRST}>\r\nSubject: ${marker}\r\nMessage-ID: <${marker}@corp.example>\r\n\r\ncard ${id} end\r\n`;
      const before = new Set((await rows()).map((row) => row.id));
      const reportsBefore = home.mails.length;
      isBusy = true;
      lane.gateway.arm(arm);
      let isAccepted = await send(raw);
      const late = new AbortController();
      const isReached = await Promise.race([
        (arm.kill === 'postgres' ? lane.gateway.hit : lane.gateway.exited).then(() => true),
        delay(PATIENCE_MS, false, { signal: late.signal }).catch(() => false),
      ]);
      late.abort();
      if (!isReached) {
        problems.push(`${arm.point} was not reached`);
        lane.gateway.disarm();
      }
      offsetMs += PAST_WAITING_MS;
      if (arm.kill === 'postgres' || !isReached) lane.gateway.setOffset(offsetMs);
      else lane.gateway = await start();
      // As every mail server does.
      for (const until = Date.now() + PATIENCE_MS; !isAccepted && Date.now() < until; ) {
        isAccepted = await send(raw);
        if (!isAccepted) await delay(AGAIN_EVERY_MS);
      }
      isBusy = false;
      if (!isAccepted) return [...problems, 'the mail was never answered 250'];
      let looked = 0;
      const inTime = async (what: string, look: () => Promise<boolean> | boolean): Promise<void> => {
        try {
          await eventually(what, async () => {
            if (++looked % 40 === 0) lane.advance(PAST_WAITING_MS);
            return (await look()) ? true : undefined;
          });
        } catch (thrown) {
          problems.push(String(thrown));
        }
      };
      await inTime('the first hop', () => copies(one, marker, FIRST) > 0);
      await inTime('the second hop', () => copies(two, marker, LATER) > 0);
      await inTime('the report to the sender', () => home.mails.slice(reportsBefore).some(({ data, to }) => data.includes(BLOCKED) && to.some((line) => line.includes(SENDER))));
      await inTime('the held one', async () => (await rows()).some((row) => !before.has(row.id) && row.state === 'held'));
      const held = (await eventually('the list', rows)).filter((row) => !before.has(row.id) && row.state === 'held');
      if (held.length !== 1) problems.push(`${String(held.length)} are held`);
      for (const hop of [one, two, home]) {
        for (const { data, to } of hop.mails) {
          if (to.some((line) => line.includes(HELD) || line.includes(BLOCKED))) problems.push('what was stopped has left');
          if (to.some((line) => line.includes(LATER)) && data.includes(id)) problems.push('what was masked left as it was');
        }
      }
      doubles += copies(one, marker, FIRST) + copies(two, marker, LATER) - 2;
      learn(await lane.gateway.reached());
      if (arm.kill === 'postgres') {
        // Each process tells only of its first death.
        await lane.gateway.kill();
        lane.gateway = await start();
      }
      return problems;
    },
    doubles: () => doubles,
    async close() {
      const last = await lane.gateway.stop();
      learn(last);
      await Promise.all([one.close(), two.close(), home.close()]);
      return last;
    },
  };
  return lane;
}
