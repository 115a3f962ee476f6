/** Content as it is drawn, and what a reviewer says of it. */
import { describe, expect, it } from '@jest/globals';
import { clock, endOf, secondsLeft } from '../../../../../../gateway/console/web/pages/message/countdown.js';
import { isComplete, proposalOf } from '../../../../../../gateway/console/web/pages/message/false-positive.js';
import { drawnRows, firstPart, joined, partRows, percent } from '../../../../../../gateway/console/web/pages/message/view-rows.js';
import type { ContentAnswer } from '../../../../../../gateway/review/content-schemas.js';
import { falsePositiveBody } from '../../../../../../gateway/review/decision-schemas.js';

const page = (view: ContentAnswer['view']): ContentAnswer => ({ parts: [], moreParts: 0, part: 'body', offset: 0, view });

describe('the content of a part', () => {
  it('is its pages in order, plain neighbours joined, findings kept apart', () => {
    const drawn = joined([
      page({ kind: 'text', segments: [{ text: 'a ' }, { text: '1**', finding: 0, masked: true }, { text: ' b' }], cautions: [], more: 9 }),
      page({ kind: 'text', segments: [{ text: ' c' }, { text: '**', masked: true }], cautions: ['control'] }),
    ]);
    expect(drawn).toEqual({ kind: 'text', segments: [{ text: 'a ' }, { text: '1**', finding: 0, masked: true }, { text: ' b c' }, { text: '**', masked: true }], cautions: ['control'] });
  });
  it('is a table as wide as its widest row', () => {
    const drawn = joined([page({ kind: 'table', rows: [[[{ text: 'x' }]], [[{ text: 'y' }], [{ text: 'z' }]]], cautions: [] })]);
    expect(drawn).toMatchObject({ kind: 'table', columns: 2 });
    expect(joined([])).toBeUndefined();
  });
  it('has of each part what was read of it and what was found in it, with or without the content', () => {
    const receipt = [{ part: 'head', scanned: 10, unscanned: 0 }, { part: 'body/2', scanned: 0, unscanned: 70, reason: 'encrypted' }];
    const rows = partRows(undefined, receipt, [{ part: 'head' }, { part: 'head' }]);
    expect(rows.map(({ path, depth, size, findings, unscanned, why }) => [path, depth, size, findings, unscanned, why])).toEqual([['head', 0, 10, 2, 0, undefined], ['body/2', 1, 70, 0, 70, 'encrypted']]);
  });
  it('never claims to be wholly read when a byte was not', () => {
    expect([percent(0, 10), percent(1, 10_000), percent(9_999, 10_000), percent(10, 10), percent(0, 0)]).toEqual([0, 1, 99, 100, 100]);
  });
});

describe('a large container', () => {
  const inside = (path: string, holds?: true): ContentAnswer['parts'][number] => ({ path, size: 9, readable: true, cautions: [], chain: ['utf-8', 'xml'], depth: path.split('/').length - 1, unscanned: 0, ...(holds === true ? { holds } : {}) });
  const members = Array.from({ length: 12 }, (_, at) => inside(`body/2.docx/${String(at)}.xml`));
  const rows = partRows([inside('body/1'), inside('body/2.docx', true), ...members], [], [{ part: 'body/2.docx/7.xml' }]);
  it('shows the parts that matter, and all of them when it is opened', () => {
    expect(drawnRows(rows, new Set(), undefined).map(({ path }) => path)).toEqual(['body/1', 'body/2.docx', 'body/2.docx/7.xml']);
    expect(drawnRows(rows, new Set(), 'body/2.docx/3.xml')).toHaveLength(4);
    expect(drawnRows(rows, new Set(['body/2.docx']), undefined)).toHaveLength(14);
  });
  it('is one row, however many lines its receipt has', () => {
    const lines = [{ part: 'body/2.docx', scanned: 90, unscanned: 0, chain: ['base64'] }, { part: 'body/2.docx', scanned: 60, unscanned: 0, chain: ['zip'] }, { part: 'body/2.docx', scanned: 0, unscanned: 0, chain: ['zip', 'docx'] }];
    expect(partRows(undefined, lines, []).map(({ path, size, chain }) => [path, size, chain])).toEqual([['body/2.docx', 60, ['base64', 'zip', 'docx']]]);
  });
});

describe('an opened original', () => {
  it('is hidden after five minutes at most, also where the clocks differ', () => {
    const now = Date.parse('2026-03-02T08:00:00Z');
    const left = (expiresAt: string): number => secondsLeft(endOf(expiresAt, now), now);
    expect(left('2026-03-02T08:05:00Z')).toBe(300);
    expect(left('2026-03-02T08:01:00Z')).toBe(60);
    expect(left('2026-03-02T07:00:00Z')).toBe(300);
    expect(left('2026-03-02T09:00:00Z')).toBe(300);
    expect(secondsLeft(now, now + 1)).toBe(0);
    expect([clock(299), clock(60), clock(9)]).toEqual(['4:59', '1:00', '0:09']);
  });
});

describe('a false positive', () => {
  const wish = { findings: new Set([3, 1]), scope: { fingerprint: true, detector: false, sender: false, destination: false }, days: 30, reason: ' Order numbers. ' };
  it('is proposed as the API takes it', () => {
    expect(falsePositiveBody.parse(proposalOf(wish, Date.parse('2026-03-02T08:00:00Z')))).toEqual({ findings: [1, 3], scope: wish.scope, reason: 'Order numbers.', expiresAt: '2026-04-01T08:00:00.000Z' });
  });
  it('is not proposed without findings, a bound or a reason', () => {
    expect(isComplete(wish)).toBe(true);
    expect(isComplete({ ...wish, findings: new Set<number>() })).toBe(false);
    expect(isComplete({ ...wish, reason: ' ' })).toBe(false);
    expect(isComplete({ ...wish, scope: { fingerprint: false, detector: false, sender: false, destination: false } })).toBe(false);
  });
});

describe('a message of several parts', () => {
  const part = (path: string, findings: number, readable = true): Parameters<typeof firstPart>[0][number] => ({ path, depth: 1, name: undefined, mediaType: undefined, size: 9, readable, cautions: [], findings, unscanned: 0, why: undefined, chain: [], holds: false, within: [] });
  it('begins with the readable part in which most was found', () => {
    expect(firstPart([part('head', 9), part('body/1/header', 0), part('body/1', 1), part('body/2', 4), part('body/3', 7, false)])).toBe('body/2');
    expect(firstPart([part('head', 0), part('body/preamble', 0), part('body/1', 0)])).toBe('body/1');
    expect(firstPart([part('body/1', 3, false)])).toBeUndefined();
  });
});
