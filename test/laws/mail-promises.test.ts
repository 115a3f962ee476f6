/** What a client may rely on when a mail is answered, whatever policy says of each recipient, next hops answer, and fails here (HC 25). */
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import type { Action, MailEnded } from '../../gateway/ports.js';
import { engine } from '../kit/engine.js';
import { numberSource } from '../kit/numbers.js';
import { mailStand, PLAIN, recipient, type Answer, type MailStand, type World } from '../gateway/mail-kit.js';
import { runs } from './runs.js';

const ID = numberSource(7_201).residentId();
const BODY = PLAIN.replace('hello', `card ${ID} end`);
/** Made once: its tables are the same for every mail. */
const inspectors = engine();

interface Person {
  readonly action: Action;
  /** Two groups may have one verdict. */
  readonly apart: boolean;
  readonly hop: string;
  readonly silent: boolean;
  /** Answer of its hop to itself alone. */
  readonly alone: 250 | 450 | 550;
}
const person: fc.Arbitrary<Person> = fc.record({
  action: fc.constantFrom<Action>('pass', 'pass', 'mask', 'hold', 'block'),
  apart: fc.boolean(),
  hop: fc.constantFrom('x', 'y', 'z'),
  silent: fc.boolean(),
  alone: fc.constantFrom<250 | 450 | 550>(250, 250, 250, 450, 550),
});
const answer: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Answer>({ kind: 'replied', code: 250 }) },
  { weight: 3, arbitrary: fc.constantFrom<Answer>({ kind: 'replied', code: 451 }, { kind: 'replied', code: 554 }, { kind: 'replied', code: 421 }) },
  { weight: 2, arbitrary: fc.constantFrom<Answer>({ kind: 'broken', complete: true }, { kind: 'broken', complete: false }, { kind: 'throws' }) },
);
const failure = fc.option(
  fc.record({
    call: fc.constantFrom('seal', 'keep', 'join', 'permit', 'make', 'fates', 'withdraw'),
    nth: fc.integer({ min: 1, max: 3 }),
    how: fc.constantFrom('unavailable', 'in-doubt', 'full'),
  }),
  { nil: undefined, freq: 3 },
);
const scene = fc.record({
  people: fc.array(person, { minLength: 1, maxLength: 6 }),
  answers: fc.record({ x: answer, y: answer, z: answer }),
  fails: failure,
  nullSender: fc.boolean(),
});
type Scene = typeof scene extends fc.Arbitrary<infer T> ? T : never;

const nameOf = ({ action, apart }: Person, at: number): string => `${action}${apart ? 'b' : 'a'}n${String.fromCharCode(97 + at)}`;
const addressOf = (one: Person, at: number): string => `${nameOf(one, at)}@${one.hop}.example`;
const actionIn = (address: string): Action => (['pass', 'mask', 'hold', 'block'] as const).find((action) => address.startsWith(action)) ?? 'block';

async function played({ people, answers, fails, nullSender }: Scene): Promise<{ readonly stand: MailStand; readonly ended: MailEnded; readonly addresses: readonly string[] }> {
  const addresses = people.map(addressOf);
  const refused = Object.fromEntries(people.flatMap((one, at) => (one.alone === 250 ? [] : [[nameOf(one, at), one.alone]])));
  const withRefused = (one: Answer): Answer => (one.kind === 'replied' ? { ...one, refused } : one);
  const world: World = {
    verdictOf: actionIn,
    groupOf: (address) => address.slice(0, address.indexOf('n')),
    hopOf: (address) => /@(.)/.exec(address)?.[1] ?? '',
    answers: { x: withRefused(answers.x), y: withRefused(answers.y), z: withRefused(answers.z) },
    fails: fails,
    over: { inspectors },
  };
  const stand = mailStand(world);
  const to = people.map((one, at) => recipient(addressOf(one, at), one.silent ? { notify: ['NEVER'] } : {}));
  const ended = await stand.run({ to, body: BODY, from: nullSender ? '' : 'zhang@corp.example' });
  ended.close(ended.kind === 'accepted' ? 250 : 451);
  await new Promise((resolve) => setImmediate(resolve));
  return { stand, ended, addresses };
}

/** Addresses whose mail waits, by where. */
function waiting(stand: MailStand, which: 'held' | 'relay'): readonly string[] {
  return [...stand.kept.values()]
    .filter(({ how, message }) => message.kind !== 'notice' && (how.relay !== undefined) === (which === 'relay'))
    .flatMap(({ head }) => head?.mail?.recipients.map(({ address }) => address) ?? []);
}
const toldOf = (stand: MailStand): readonly string[] => stand.reported.flatMap(({ recipients }) => recipients.map(({ recipient: one }) => one.address));

describe('a mail of several people', () => {
  it('that was answered 250 is delivered, held, relayed or reported for each of them, and each gets at most one copy', async () => {
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        const { stand, ended, addresses } = await played(given);
        if (ended.kind !== 'accepted') return;
        accepted++;
        const [held, relayed, reported] = [waiting(stand, 'held'), waiting(stand, 'relay'), toldOf(stand)];
        for (const [at, address] of addresses.entries()) {
          const silent = given.nullSender || given.people[at]?.silent === true;
          const ways = [(stand.copies.get(address) ?? 0) > 0, held.includes(address), relayed.includes(address), reported.includes(address)].filter(Boolean);
          // Whoever must or will not be told of a mail that ends is not.
          const mayBeSilent = silent && ways.length === 0;
          expect([address, ways.length, mayBeSilent]).toEqual([address, mayBeSilent ? 0 : 1, mayBeSilent]);
          if (mayBeSilent) expect(['block', 'pass', 'mask'].includes(actionIn(address))).toBe(true);
        }
        // Kept before the answer, begun after it.
        expect([...stand.confirmed].sort()).toEqual([...stand.kept.keys()].sort());
        expect(stand.base.open()).toBe(0);
      }),
      runs(400),
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('that was not answered 250 leaves nothing that a job would deliver, and nobody has it unless its end or our vault failed in between', async () => {
    let others = 0;
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        const { stand, ended } = await played(given);
        if (ended.kind === 'accepted') return;
        others++;
        // Where the ledger was away for this as well, what is left begins late: delivered twice, never lost.
        if (given.fails?.call !== 'withdraw') expect([...stand.kept.values()].filter(({ how }) => how.relay !== undefined)).toEqual([]);
        expect(stand.confirmed).toEqual([]);
        if (given.fails === undefined) expect([...stand.copies]).toEqual([]);
        // Until the vault has what it must keep, nothing leaves.
        if (['join', 'permit'].includes(given.fails?.call ?? '') && ended.kind === 'failed' && ended.error.code === 'hold-unavailable') expect(stand.sent).toEqual([]);
        expect(stand.base.open()).toBe(0);
      }),
      runs(400),
    );
    expect(others).toBeGreaterThan(50);
  });

  it('gives no byte to whom policy stopped, only masked ones to whom it masks, and never two copies', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async (given) => {
        const { stand } = await played(given);
        for (const { to, body } of stand.sent) {
          const actions = new Set(to.map(actionIn));
          expect(actions.has('hold') || actions.has('block')).toBe(false);
          if (actions.has('mask')) expect(body.includes(ID)).toBe(false);
          if (actions.has('pass')) expect(body.endsWith(BODY)).toBe(true);
        }
        for (const { head, body, how } of stand.kept.values()) {
          const actions = new Set(head?.mail?.recipients.map(({ address }) => actionIn(address)));
          if (how.relay !== undefined && actions.has('mask')) expect(body?.includes(ID)).toBe(false);
          if (actions.has('hold')) expect(how.relay).toBeUndefined();
          expect(actions.has('block')).toBe(false);
        }
        const sentTo = stand.sent.flatMap(({ to }) => to);
        expect(sentTo.length).toBe(new Set(sentTo).size);
        // What is known of it outside the seal has no number in it.
        expect(JSON.stringify([stand.base.audit, stand.base.outcomes, [...stand.kept.values()].map(({ message, how }) => [message, how.recipients]), [...stand.fates]])).not.toContain(ID);
      }),
      runs(300),
    );
  });
});
