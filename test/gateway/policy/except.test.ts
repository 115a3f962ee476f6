/** Exceptions and break-glass in the verdict: what they may silence, and what they never may. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compilePolicy } from '../../../gateway/policy/compile.js';
import { excepting, isLawful } from '../../../gateway/policy/except.js';
import { reliefFor } from '../../../gateway/policy/relief.js';
import { policySchema } from '../../../config/schema.js';
import { DISTINCT_CAP, type Action, type ActiveException, type Evidence, type FindingClass, type Mode, type Plan, type Relief, type Sniffed } from '../../../gateway/ports.js';
import { classes, evidence, facts, finding, found, nothing, randomSniffed, reasons, rules, sniffed, unruledAnswer, type RandomRule } from './kit.js';

const RUNS = { numRuns: 1500, seed: 20_261_122 };
const MODES: Record<Mode, number> = { watch: 0, stream: 1, hold: 2 };
const DETECTORS = ['cn.resident-id', 'bank-card', 'cn.phone'] as const;

const exception = (over: Partial<ActiveException> = {}): ActiveException => ({ id: 'x1', conclusive: false, expiresAt: 1_000, ...over });
const relief = (exceptions: readonly ActiveException[], bypass?: string): Relief => ({ exceptions, bypass, senderKey: 'user:1' });

function planned(list: readonly object[], given: { readonly relief?: Relief; readonly head?: Evidence; readonly sniffed?: Sniffed; readonly unscannable?: string; readonly monitor?: boolean }): Plan {
  const policy = policySchema.parse({ rules: list, unscannable: given.unscannable ?? 'hold' });
  const parts = { policy, grades: {}, syncClient: false, monitor: given.monitor ?? false };
  return compilePolicy('p', parts, 'r1').plan(facts(), given.sniffed ?? sniffed(), given.head ?? nothing, given.relief);
}

const HOLD_IDS = [{ id: 'ids', when: { found: { of: ['cn.resident-id'] } }, action: 'hold' }];
const body = fc.record({ classes: classes('body', fc.constant(true)), reasons });
const randomException = fc
  .record({
    detectors: fc.option(fc.subarray([...DETECTORS], { minLength: 1 }), { nil: undefined }),
    fingerprints: fc.option(fc.subarray(['a', 'b', 'c', 'd']), { nil: undefined }),
    senderKey: fc.constantFrom(undefined, 'user:1'),
    destination: fc.constantFrom(undefined, 'mail.example'),
    conclusive: fc.boolean(),
  })
  .map((one) => exception(one));
const randomExceptions = fc.array(randomException, { maxLength: 3 }).map((list) => list.map((one, n) => ({ ...one, id: `x${n}` })));
/** The same evidence without what the exceptions cover, worked out value by value. */
const without = (list: readonly FindingClass[], exceptions: readonly ActiveException[]): FindingClass[] =>
  list.flatMap((one) => {
    const ready = excepting(exceptions);
    const distinct = new Set([...one.distinct].filter((fingerprint) => ready.covering({ detector: one.detector, confidence: one.confidence, fingerprint }) === undefined));
    return distinct.size === 0 ? [] : [{ ...one, distinct, count: distinct.size }];
  });

describe('an exception', () => {
  it('lets a message pass whose only finding it names by fingerprint, and is named in the verdict', () => {
    const known = exception({ fingerprints: ['a'] });
    const verdict = planned(HOLD_IDS, { relief: relief([known]) }).decide(evidence([found('cn.resident-id', ['a'], { confidence: 0.97 })]));
    expect(verdict).toMatchObject({ action: 'pass', excepted: [{ exception: 'x1', detector: 'cn.resident-id', values: 1 }] });
  });

  it('leaves a message held that has another finding beside the excepted one', () => {
    const verdict = planned(HOLD_IDS, { relief: relief([exception({ fingerprints: ['a'] })]) }).decide(evidence([found('cn.resident-id', ['a', 'b'])]));
    expect(verdict.action).toBe('hold');
  });

  it('bound to neither a fingerprint nor a sender or destination covers nothing', () => {
    for (const scope of [{}, { detectors: ['cn.phone'] }, { fingerprints: [] }, { fingerprints: [], destination: 'mail.example' }]) {
      expect(isLawful(scope)).toBe(false);
      const verdict = planned(HOLD_IDS, { relief: relief([exception({ ...scope, conclusive: true })]) }).decide(evidence([found('cn.resident-id', ['a'], { confidence: 0.7 })]));
      expect(verdict.action).toBe('hold');
    }
  });

  it('by sender or destination never silences a conclusive number, unless it is bound to sender, destination and detector and approved as such', () => {
    const high = evidence([found('cn.resident-id', ['a'], { confidence: 0.9 })]);
    const whole = { senderKey: 'user:1', destination: 'mail.example', detectors: ['cn.resident-id'] };
    const action = (over: Partial<ActiveException>): Action => planned(HOLD_IDS, { relief: relief([exception(over)]) }).decide(high).action;
    expect(action({ senderKey: 'user:1', conclusive: true })).toBe('hold');
    expect(action({ ...whole, destination: undefined, conclusive: true })).toBe('hold');
    expect(action({ ...whole, detectors: undefined, conclusive: true })).toBe('hold');
    expect(action(whole)).toBe('hold');
    expect(action({ ...whole, conclusive: true })).toBe('pass');
  });

  it('does not touch what could not be read', () => {
    const verdict = planned(HOLD_IDS, { relief: relief([exception({ fingerprints: ['a'] })]) }).decide(evidence([found('cn.resident-id', ['a'])], ['encrypted']));
    expect(verdict.action).toBe('hold');
  });

  it('by fingerprint takes nothing from a count that had to stop counting', () => {
    const full = found('cn.phone', DISTINCT_CAP, { confidence: 0.8 });
    const list = [{ id: 'many', when: { found: { of: ['cn.phone'], distinct: DISTINCT_CAP } }, action: 'block' }];
    expect(planned(list, { relief: relief([exception({ fingerprints: ['cn.phone-0'] })]) }).decide(evidence([full])).action).toBe('block');
  });

  it('bears only on its sender and destination, and only until it ends', () => {
    const one = exception({ senderKey: 'user:1', destination: 'Mail.example', detectors: ['cn.phone'], expiresAt: 100 });
    const envelope = { route: 'mail', destination: 'mail.example', senderKey: 'user:1', now: 99 };
    const bears = (over: { readonly now?: number; readonly destination?: string; readonly senderKey?: string | undefined }): number => reliefFor({ exceptions: [one], bypasses: [] }, { ...envelope, ...over }).exceptions.length;
    expect(bears({})).toBe(1);
    expect(bears({ now: 100 })).toBe(0);
    expect(bears({ destination: 'other.example' })).toBe(0);
    expect(bears({ senderKey: 'address:1' })).toBe(0);
    expect(bears({ senderKey: undefined })).toBe(0);
  });

  it('decides as if what it covers were not there, whatever the rules', () => {
    fc.assert(
      fc.property(rules({ withNot: true, monitor: true }), unruledAnswer, classes('head', fc.boolean()), body, randomExceptions, (list, unscannable, head, met, exceptions) => {
        const given = evidence([...head, ...met.classes], met.reasons);
        const verdict = planned(list, { unscannable, head: evidence(head), relief: relief(exceptions) }).decide(given);
        const plain = planned(list, { unscannable, head: evidence(without(head, exceptions)) }).decide(evidence(without(given.classes, exceptions), met.reasons));
        const { excepted, ...rest } = verdict;
        expect(rest).toEqual(plain);
        const taken = new Set(given.classes.flatMap((one) => [...one.distinct].flatMap((fingerprint) => {
          const by = excepting(exceptions).covering({ detector: one.detector, confidence: one.confidence, fingerprint });
          return by === undefined ? [] : [`${by} ${one.detector} ${fingerprint}`];
        })));
        expect((excepted ?? []).reduce((sum, one) => sum + one.values, 0)).toBe(taken.size);
      }),
      RUNS,
    );
  });

  it('never weakens the mode, and the mode can always carry out the verdict', () => {
    let relieved = 0;
    const property = (list: RandomRule[], unscannable: string, sniffedHead: Sniffed, head: FindingClass[], met: { classes: FindingClass[]; reasons: Parameters<Plan['aborts']>[0][] }, exceptions: ActiveException[]): void => {
      const plain = planned(list, { unscannable, sniffed: sniffedHead, head: evidence(head) });
      const eased = planned(list, { unscannable, sniffed: sniffedHead, head: evidence(head), relief: relief(exceptions) });
      expect(MODES[eased.mode]).toBeGreaterThanOrEqual(MODES[plain.mode]);
      const verdict = eased.decide(evidence([...head, ...met.classes], met.reasons));
      if (verdict.excepted !== undefined) relieved += 1;
      if (eased.mode === 'hold' || met.reasons.some((reason) => eased.aborts(reason))) return;
      expect(eased.mode === 'stream' ? ['pass', 'mask'] : ['pass']).toContain(verdict.action);
    };
    fc.assert(fc.property(rules({ withNot: true, monitor: true }), unruledAnswer, randomSniffed, classes('head', fc.boolean()), body, randomExceptions, property), RUNS);
    expect(relieved).toBeGreaterThan(100);
  });

  it('masks in a stream exactly what is neither excepted nor left alone by the whole evidence', () => {
    let streams = 0;
    fc.assert(
      fc.property(rules({ withNot: true }), body, randomExceptions, (list, met, exceptions) => {
        const eased = planned(list, { relief: relief(exceptions) });
        fc.pre(eased.mode === 'stream' && !met.reasons.some((reason) => eased.aborts(reason)));
        streams += 1;
        const all = met.classes.flatMap((one) => [...one.distinct].map((fingerprint) => finding(one.detector, { ...one, part: one.where, fingerprint })));
        const masked = all.filter((one) => eased.masks(one));
        expect(masked.filter((one) => eased.excepts?.(one) !== undefined)).toEqual([]);
        expect(eased.decide(evidence(met.classes, met.reasons)).action).toBe(masked.length > 0 ? 'mask' : 'pass');
      }),
      RUNS,
    );
    expect(streams).toBeGreaterThan(100);
  });

  it('that is not there changes nothing at all', () => {
    fc.assert(
      fc.property(rules({ withNot: true, monitor: true }), randomSniffed, classes('head', fc.boolean()), body, (list, sniffedHead, head, met) => {
        const plain = planned(list, { sniffed: sniffedHead, head: evidence(head) });
        const eased = planned(list, { sniffed: sniffedHead, head: evidence(head), relief: relief([]) });
        expect(eased.mode).toBe(plain.mode);
        expect(eased.decide(evidence(met.classes, met.reasons))).toEqual(plain.decide(evidence(met.classes, met.reasons)));
      }),
      { ...RUNS, numRuns: 300 },
    );
  });
});

describe('break-glass', () => {
  it('turns every verdict of its route into a pass and says what it would have been', () => {
    const bypassed = planned(HOLD_IDS, { relief: relief([], 'b1') });
    expect(bypassed.mode).toBe('watch');
    expect(bypassed.decide(evidence([found('cn.resident-id', 1)]))).toMatchObject({ action: 'pass', bypass: 'b1', monitored: [{ rule: 'ids', action: 'hold' }] });
  });

  it('decides exactly as the route in monitor mode would', () => {
    fc.assert(
      fc.property(rules({ withNot: true, monitor: true }), unruledAnswer, randomSniffed, body, (list, unscannable, sniffedHead, met) => {
        const given = evidence(met.classes, met.reasons);
        const { bypass, ...verdict } = planned(list, { unscannable, sniffed: sniffedHead, relief: relief([], 'b1') }).decide(given);
        expect(bypass).toBe('b1');
        expect(verdict).toEqual(planned(list, { unscannable, sniffed: sniffedHead, monitor: true }).decide(given));
      }),
      { ...RUNS, numRuns: 500 },
    );
  });

  it('bears on its own route alone, and ends by itself', () => {
    const bypasses = [{ id: 'b1', route: 'mail', endsAt: 100 }];
    const at = (route: string, now: number): string | undefined => reliefFor({ exceptions: [], bypasses }, { route, destination: 'mail.example', senderKey: undefined, now }).bypass;
    expect(at('mail', 99)).toBe('b1');
    expect(at('mail', 100)).toBeUndefined();
    expect(at('share', 99)).toBeUndefined();
  });
});
