/** Findings are counted by what policy can tell apart, exactly where thresholds may lie, and in bounded memory. */
import { describe, expect, it } from '@jest/globals';
import { DISTINCT_CAP, type Finding } from '../../../gateway/ports.js';
import { FINDINGS_KEPT, tally } from '../../../gateway/detect/tally.js';

const finding = (over: Partial<Finding> = {}): Finding => ({
  detector: 'cn.phone', part: 'body', start: 0, end: 11, confidence: 0.9, reasons: [], fingerprint: 'f', preview: '***', tags: [], maskable: true, ...over,
});

describe('a tally', () => {
  it('counts findings and distinct values per class', () => {
    const counts = tally();
    for (const fingerprint of ['a', 'b', 'a']) counts.add(finding({ fingerprint }));
    expect(counts.classes).toEqual([{ detector: 'cn.phone', confidence: 0.9, tags: [], where: 'body', maskable: true, count: 3, distinct: new Set(['a', 'b']) }]);
  });

  it.each([
    ['detectors', { detector: 'bank-card' }],
    ['confidences', { confidence: 0.5 }],
    ['tags', { tags: ['test-number'] }],
    ['head and body', { part: 'head/query' }],
    ['maskable and not', { maskable: false }],
  ])('tells %s apart', (_name, over) => {
    const counts = tally();
    counts.add(finding());
    counts.add(finding(over));
    expect(counts.classes).toHaveLength(2);
  });

  it('does not take a part of the body for the head', () => {
    const counts = tally();
    for (const part of ['head', 'head/subject', 'header', 'body/1/header']) counts.add(finding({ part }));
    expect(counts.classes.map(({ where, count }) => [where, count])).toEqual([['head', 2], ['body', 2]]);
  });

  it('keeps a bounded number of values and findings, and counts all', () => {
    const counts = tally();
    for (let i = 0; i < DISTINCT_CAP + 50; i++) counts.add(finding({ fingerprint: String(i) }));
    const [only] = counts.classes;
    expect([only?.count, only?.distinct.size, counts.findings.length]).toEqual([DISTINCT_CAP + 50, DISTINCT_CAP, FINDINGS_KEPT]);
  });
});
