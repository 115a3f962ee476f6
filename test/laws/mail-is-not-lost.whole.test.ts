/** Law 8 for mail: wherever the gateway or its database is killed, what was answered 250 is at its next hop, in the vault, or told to its sender; and what was stopped never leaves. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endGateways, type Arm } from '../kit/gateway.js';
import { withoutFile } from '../kit/kept-files.js';
import { openMailLane, type MailLane } from '../kit/mail-crash-lane.js';

const LANES = 2;
const ROUNDS = Number(process.env['WEIR_LAW_RUNS'] ?? '0');
const MOST_MS = 1_800_000 * (ROUNDS + 1);

function nameOf({ point, nth, kill }: Arm): string {
  return `${point} #${String(nth)} (${kill})`;
}

/** Calls that a mail awaits, in their order, and which of them die there; or why none does. */
const NAMED: Readonly<Record<string, readonly Arm[] | string>> = {
  'mail-ledger.keep': [
    // What is held, the report about what is blocked, and what a next hop takes later.
    ...[1, 2, 3].flatMap((nth): Arm[] => [
      { point: 'mail-ledger.keep:before', nth, kill: 'self' },
      { point: 'mail-ledger.keep:during', nth, kill: 'self' },
      { point: 'mail-ledger.keep:after', nth, kill: 'self' },
      { point: 'mail-ledger.keep:during', nth, kill: 'postgres' },
    ]),
    { point: 'mail-ledger.keep:during', nth: 3, kill: 'both' },
  ],
  'mail-ledger.confirm': [
    { point: 'mail-ledger.confirm:before', nth: 1, kill: 'self' },
    { point: 'mail-ledger.confirm:during', nth: 1, kill: 'postgres' },
    { point: 'mail-ledger.confirm:after', nth: 1, kill: 'self' },
  ],
  'mail-ledger.withdraw': 'only after a refusal; what a lost one leaves is delivered late and perhaps twice, or a person sees it',
  'mail-ledger.fates': [
    { point: 'mail-ledger.fates:before', nth: 1, kill: 'self' },
    { point: 'mail-ledger.fates:during', nth: 1, kill: 'postgres' },
    { point: 'mail-ledger.fates:after', nth: 1, kill: 'self' },
  ],
  'mail-ledger.recipients': 'reads only',
  'mail-ledger.tidy': 'deletes what is half a year old',
  'notice-maker.make': [
    { point: 'notice-maker.make:before', nth: 1, kill: 'self' },
    { point: 'notice-maker.make:after', nth: 1, kill: 'self' },
  ],
  'mail-relay.hopOf': 'answers at once',
  'mail-relay.rcpt': 'before the mail, asked by the channel: nothing is ours yet',
  'mail-relay.send': [
    { point: 'mail-relay.send:before', nth: 1, kill: 'self' },
    { point: 'mail-relay.send:during', nth: 1, kill: 'self' },
    { point: 'mail-relay.send:after', nth: 1, kill: 'self' },
    { point: 'mail-relay.send:before', nth: 2, kill: 'self' },
    { point: 'mail-relay.send:after', nth: 2, kill: 'self' },
  ],
  'mail-relay.end': 'takes back what was not sent',
};
/** Of ports that mail shares with the rest. */
const SHARED: readonly Arm[] = [
  { point: 'spool.write:after', nth: 1, kill: 'self' },
  { point: 'ledger.join:after', nth: 1, kill: 'self' },
  ...[1, 2, 3].map((nth): Arm => ({ point: 'vault.seal:after', nth, kill: 'self' })),
  { point: 'vault.seal:during', nth: 3, kill: 'self' },
  { point: 'audit.append:after', nth: 1, kill: 'self' },
];
const ALL_STEPS = [...Object.values(NAMED).flatMap((steps) => (typeof steps === 'string' ? [] : steps)), ...SHARED];
/** For a person who looks into one: part of a step's name. */
const only = process.env['WEIR_CRASH_STEPS'];
/** Where a call begins is nearly where the one before it ended: left to the longer version. */
const STEPS = ALL_STEPS.filter((step) => (only === undefined ? ROUNDS > 0 || !step.point.endsWith(':before') : nameOf(step).includes(only)));

const problems = new Map<string, readonly string[]>();
const lanes: MailLane[] = [];
const lost: string[] = [];

beforeAll(async () => {
  const queue = Array.from({ length: Math.max(1, ROUNDS) }, (_, round) => STEPS.map((step) => ({ name: nameOf(step), step: round === 0 ? step : { ...step, delayMs: Math.random() * 30 } }))).flat();
  await Promise.all(
    Array.from({ length: LANES }, async (_, number) => {
      const lane = await openMailLane(number);
      lanes.push(lane);
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const began = Date.now();
        problems.set(next.name, [...(problems.get(next.name) ?? []), ...(await lane.step(next.step))]);
        if (process.env['WEIR_CRASH_TIMES'] !== undefined) process.stderr.write(`${String(Date.now() - began)} ${next.name} ${JSON.stringify(problems.get(next.name))}\n`);
      }
      lost.push(...(await withoutFile(lane.dataDir, () => lane.rows())));
      await lane.close();
    }),
  );
  process.stdout.write(`mails killed at ${String(STEPS.length)} points; recipients with a copy too many: ${String(lanes.reduce((sum, lane) => sum + lane.doubles(), 0))}\n`);
}, MOST_MS);

afterAll(() => endGateways());

describe('a mail is not lost', () => {
  it.each(STEPS.map(nameOf))('killed at %s', (name) => {
    expect(problems.get(name)).toEqual([]);
  });

  it('and whatever is still to be decided or delivered lies in the vault', () => {
    expect(lost).toEqual([]);
  });

  it('and every method that a mail awaits has a name in the list', () => {
    const methods = [...new Set(lanes.flatMap(({ reached }) => [...reached.methods]))].filter((name) => /^(mail-|notice-maker)/.test(name));
    expect(methods.filter((method) => NAMED[method] === undefined)).toEqual([]);
    expect(Object.keys(NAMED).filter((name) => only === undefined && !methods.includes(name))).toEqual([]);
  });
});
