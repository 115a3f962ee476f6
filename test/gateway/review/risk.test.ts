/** How a risk score comes about: each reason with its points, and an order that waiting does not upset. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { riskRank } from '../../../gateway/ledger/message-rows.js';
import type { Finding, HeldMessage, Severity } from '../../../gateway/ports.js';
import { riskNow, riskOf, RISK_WORDS } from '../../../gateway/review/risk.js';
import { DAY_MS, heldMessage } from '../../kit/held.js';
import { runs } from '../../laws/runs.js';

const finding = (n: number, change: Partial<Finding> = {}): Finding => ({
  detector: 'cn.phone', part: 'body', start: 0, end: 11, confidence: 0.9, reasons: [], fingerprint: `f${n}`, preview: '***', tags: [], maskable: true, ...change,
});
const rate = (change: Partial<HeldMessage> = {}, facts: { grades?: string[]; outside?: boolean; firstSeen?: boolean } = {}) =>
  riskOf({ message: heldMessage({ severity: 'info', findings: [], ...change }), grades: facts.grades ?? [], recipientOutside: facts.outside ?? false, recipientFirstSeen: facts.firstSeen ?? false });
const codes = (risk: ReturnType<typeof rate>): string[] => risk.reasons.map(({ code }) => code);

describe('a risk score', () => {
  it('is nothing for a message about which nothing is known', () => {
    expect(rate()).toEqual({ score: 0, reasons: [] });
  });

  it.each([
    ['severity-critical', rate({ severity: 'critical' })],
    ['grade-high', rate({}, { grades: ['C3'] })],
    ['grade-middle', rate({}, { grades: ['C2'] })],
    ['numbers-3', rate({ findings: [1, 2, 3].map((n) => finding(n)) })],
    ['numbers-10', rate({ findings: Array.from({ length: 12 }, (_, n) => finding(n)) })],
    ['numbers-50', rate({ findings: Array.from({ length: 60 }, (_, n) => finding(n)) })],
    ['kinds-several', rate({ findings: [finding(1), finding(2, { detector: 'bank-card' })] })],
    ['confidence-high', rate({ findings: [finding(1, { confidence: 0.99 })] })],
    ['unscannable-encrypted', rate({ unscannable: [{ part: 'body', reason: 'encrypted', bytes: 1, detail: 'zip' }] })],
    ['unscannable', rate({ unscannable: [{ part: 'body', reason: 'malformed', bytes: 1, detail: 'x' }] })],
    ['recipient-outside', rate({}, { outside: true })],
    ['recipient-first-seen', rate({}, { firstSeen: true })],
    ['four-eyes', rate({ fourEyes: true })],
  ])('rises for %s, and says so', (code, risk) => {
    expect(codes(risk)).toContain(code);
    expect(risk.score).toBeGreaterThan(0);
  });

  it('counts the same number once, however often it stands there', () => {
    expect(codes(rate({ findings: Array.from({ length: 60 }, () => finding(1)) }))).not.toContain('numbers-50');
  });

  it('falls where every number is uncertain or published for tests', () => {
    const sure = rate({ severity: 'high', findings: [finding(1)] });
    expect(rate({ severity: 'high', findings: [finding(1, { confidence: 0.71 })] }).score).toBeLessThan(sure.score);
    expect(rate({ severity: 'high', findings: [finding(1, { tags: ['test-number'] })] }).score).toBeLessThan(sure.score);
  });

  it('does not let the findings that are kept speak for those that are not', () => {
    const decoys = Array.from({ length: 1000 }, () => finding(1, { tags: ['test-number'], confidence: 0.7 }));
    const risk = rate({ findings: decoys, findingCounts: { 'cn.phone': 1000, 'bank-card': 600 }, distinct: 601 });
    expect(codes(risk)).toEqual(expect.arrayContaining(['numbers-500', 'kinds-several']));
    expect(codes(risk)).not.toEqual(expect.arrayContaining(['test-numbers']));
    expect(codes(risk)).not.toEqual(expect.arrayContaining(['confidence-low']));
  });

  it('is the sum of its reasons, between 0 and 100, worst first, each in words of both languages', () => {
    const severities: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];
    fc.assert(
      fc.property(fc.constantFrom(...severities), fc.integer({ min: 0, max: 600 }), fc.double({ min: 0.5, max: 1, noNaN: true }), fc.boolean(), fc.boolean(), fc.boolean(), (severity, count, confidence, fourEyes, outside, firstSeen) => {
        const risk = rate({ severity, fourEyes, findings: Array.from({ length: count }, (_, n) => finding(n, { confidence })) }, { grades: ['C3'], outside, firstSeen });
        const sum = risk.reasons.reduce((total, { points }) => total + points, 0);
        expect(risk.score).toBe(Math.min(100, Math.max(0, sum)));
        expect(risk.reasons).toEqual([...risk.reasons].sort((a, b) => b.points - a.points));
        for (const { code } of risk.reasons) expect(Object.values(RISK_WORDS[code as keyof typeof RISK_WORDS]).every((words) => words.length > 0)).toBe(true);
      }),
      runs(100),
    );
  });

  it('grows by a point a day of waiting, so that the order by rank is the order by score at any moment', () => {
    const held = fc.record({ risk: fc.integer({ min: 0, max: 60 }), day: fc.integer({ min: 0, max: 30 }) });
    fc.assert(
      fc.property(held, held, fc.integer({ min: 31, max: 60 }), (a, b, today) => {
        const score = ({ risk, day }: { risk: number; day: number }): number => riskNow({ risk, reasons: [] }, (today - day) * DAY_MS).score;
        const rank = ({ risk, day }: { risk: number; day: number }): number => riskRank(risk, new Date(day * DAY_MS));
        // Only the cut at 100 lets two scores be equal that the rank still tells apart.
        if (rank(a) > rank(b)) expect(score(a)).toBeGreaterThanOrEqual(score(b));
        if (score(a) > score(b)) expect(rank(a)).toBeGreaterThan(rank(b));
      }),
      runs(200),
    );
    expect(riskNow({ risk: 30, reasons: [] }, 3.5 * DAY_MS)).toEqual({ score: 33, reasons: [{ code: 'age', points: 3 }] });
  });
});
