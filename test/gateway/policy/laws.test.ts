/** What holds for every policy, whatever its rules: random policies against random evidence. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Action } from '../../../gateway/ports.js';
import { classes, evidence, finding, plan, randomSniffed, reasons, rules, unruledAnswer } from './kit.js';

const RUNS = { numRuns: 1500, seed: 20_261_122 };
const STRICT: Record<Action, number> = { pass: 0, mask: 1, hold: 2, block: 3 };

const body = fc.record({ classes: classes('body', fc.constant(true)), reasons });

describe('every policy', () => {
  it('is never given a mode that cannot carry out its verdict', () => {
    const seen = { watch: 0, stream: 0, hold: 0 };
    fc.assert(
      fc.property(
        rules({ withNot: true, monitor: true }), unruledAnswer, randomSniffed, classes('head', fc.boolean()), body, fc.boolean(), fc.boolean(),
        (list, unscannable, sniffed, head, met, readOnly, syncClient) => {
          const planned = plan({ rules: list, unscannable }, { sniffed, head: evidence(head), parts: { syncClient } });
          // Parts that cannot be written are inside containers.
          const inBody = sniffed.container && readOnly ? met.classes.map((one) => ({ ...one, maskable: false })) : met.classes;
          const verdict = planned.decide(evidence([...head, ...inBody], met.reasons));
          seen[planned.mode] += 1;
          if (planned.mode === 'hold') return;
          if (met.reasons.some((reason) => planned.aborts(reason))) {
            expect(planned.mode).toBe('stream');
            return;
          }
          expect(planned.mode === 'stream' ? ['pass', 'mask'] : ['pass']).toContain(verdict.action);
        },
      ),
      RUNS,
    );
    // The law would be empty if every random policy held.
    expect(Math.min(seen.watch, seen.stream)).toBeGreaterThan(100);
  });

  it('masks in a stream exactly the findings that the whole evidence would have masked', () => {
    let streams = 0;
    fc.assert(
      fc.property(rules({ withNot: true }), classes('head', fc.constant(true)), body, (list, head, met) => {
        const planned = plan({ rules: list }, { head: evidence(head) });
        fc.pre(planned.mode === 'stream' && !met.reasons.some((reason) => planned.aborts(reason)));
        streams += 1;
        const all = [...head, ...met.classes];
        const masked = all.some((one) => planned.masks(finding(one.detector, { ...one, part: one.where })));
        expect(planned.decide(evidence(all, met.reasons)).action).toBe(masked ? 'mask' : 'pass');
      }),
      RUNS,
    );
    expect(streams).toBeGreaterThan(100);
  });

  it('foresees at least every finding that is masked in the end, and masks one exactly when the verdict is mask', () => {
    fc.assert(
      fc.property(rules({ withNot: true }), body, (list, met) => {
        const planned = plan({ rules: list, unscannable: 'pass' });
        const given = evidence(met.classes, met.reasons);
        const wanted = planned.maskedBy(given);
        const masked = met.classes.map((one) => finding(one.detector, { ...one, part: one.where })).filter(wanted);
        expect(masked.filter((one) => !planned.masks(one))).toEqual([]);
        const { action } = planned.decide(given);
        if (action === 'mask' || action === 'pass') expect(masked.length > 0).toBe(action === 'mask');
      }),
      RUNS,
    );
  });

  it('decides the same with its monitored rules taken out, in the same mode', () => {
    fc.assert(
      fc.property(rules({ withNot: true, monitor: true }), unruledAnswer, randomSniffed, body, (list, unscannable, sniffed, met) => {
        const given = evidence(met.classes, met.reasons);
        const watched = plan({ rules: list, unscannable }, { sniffed });
        const plain = plan({ rules: list.filter((rule) => !rule.monitor), unscannable }, { sniffed });
        expect(watched.mode).toBe(plain.mode);
        expect({ ...watched.decide(given), monitored: [] }).toEqual(plain.decide(given));
      }),
      RUNS,
    );
  });

  it('passes everything, unread and unchanged, when its route is in monitor mode, and says what it would have done', () => {
    fc.assert(
      fc.property(rules({ withNot: true }), unruledAnswer, randomSniffed, body, (list, unscannable, sniffed, met) => {
        const given = evidence(met.classes, met.reasons);
        const watched = plan({ rules: list, unscannable }, { sniffed, parts: { monitor: true } });
        const real = plan({ rules: list, unscannable }, { sniffed }).decide(given);
        const verdict = watched.decide(given);
        expect([watched.mode, verdict.action]).toEqual(['watch', 'pass']);
        expect(verdict.monitored).toEqual(real.action === 'pass' ? [] : [{ rule: real.rule, action: real.action }]);
      }),
      RUNS,
    );
  });
});

describe('more findings', () => {
  it('never weaken a verdict when stricter rules stand first and no rule says "not"', () => {
    fc.assert(
      fc.property(rules({ withNot: false }), body, body, (list, one, two) => {
        const sorted = list.map((rule) => ({ ...rule, otherwise: 'hold' })).sort((a, b) => STRICT[b.action] - STRICT[a.action]);
        // The policy's own default stands behind all rules, so it must be the weakest too.
        const planned = plan({ rules: sorted, unscannable: 'pass' });
        const before = planned.decide(evidence(one.classes, one.reasons)).action;
        const after = planned.decide(evidence([...one.classes, ...two.classes], [...one.reasons, ...two.reasons])).action;
        expect(STRICT[after]).toBeGreaterThanOrEqual(STRICT[before]);
      }),
      RUNS,
    );
  });

  it('never weaken a verdict, in any order of rules, when each rule asks for single findings', () => {
    const single = fc.record({
      found: fc.record({ of: fc.subarray(['cn.resident-id', 'bank-card', 'cn.phone'], { minLength: 1 }), confidence: fc.constantFrom(0, 0.7, 0.95) }),
    });
    const list = fc
      .array(fc.record({ when: single, action: fc.constantFrom<Action>('pass', 'mask', 'block', 'hold') }), { maxLength: 5 })
      .map((rows) => rows.map((rule, index) => ({ id: `r${index}`, ...rule })));
    fc.assert(
      fc.property(list, body, body, (rows, one, two) => {
        const planned = plan({ rules: rows });
        const before = planned.decide(evidence(one.classes)).action;
        const after = planned.decide(evidence([...one.classes, ...two.classes])).action;
        expect(STRICT[after]).toBeGreaterThanOrEqual(STRICT[before]);
      }),
      RUNS,
    );
  });
});
