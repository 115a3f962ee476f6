/** A line of the access log says what it always said, whatever came before it. */
import { describe, expect, it } from '@jest/globals';
import type { Outcome } from '../../../gateway/ports.js';
import { accessLines } from '../../../gateway/record/access-line.js';
import { exchangeRecorder, type CleanExchanges } from '../../../gateway/record/exchange-recorder.js';
import { outcomeOf } from './outcome-of.js';

const AT = Date.UTC(2026, 10, 5, 1, 2, 3, 4);
const receipt = (parts: NonNullable<Outcome['receipt']>['parts'], inside?: { scanned: number; unscanned: number }): Outcome['receipt'] => ({ size: 10, scanned: 9, unscanned: 1, parts, more: 0, detectors: 'd-1', policy: 'p', ...(inside === undefined ? {} : { inside }) });
const read = (part: string, chain: readonly string[] = []): NonNullable<Outcome['receipt']>['parts'][number] => ({ part, chain, scanned: 9, unscanned: 0 });

const kinds: readonly Outcome[] = [
  outcomeOf(),
  outcomeOf({ route: 'mail', action: 'mask', findingCounts: { 'cn.phone': 3 } }),
  outcomeOf({ error: 'upstream-unreachable', status: undefined, receipt: undefined }),
  outcomeOf({ receipt: receipt([read('body')]) }),
  outcomeOf({ receipt: receipt([read('body', ['gzip', 'json'])]) }),
  outcomeOf({ receipt: receipt([read('a "quoted" name\n', ['zip'])]) }),
  outcomeOf({ receipt: receipt([{ part: 'body', chain: [], scanned: 0, unscanned: 10, reason: 'encrypted' }]) }),
  outcomeOf({ receipt: receipt(Array.from({ length: 30 }, (_, at) => read(`body/${at}`)), { scanned: 5, unscanned: 6 }) }),
];

describe('a line of the access log', () => {
  it('is the same for an exchange after any other', () => {
    const lines = accessLines();
    for (const before of kinds) {
      for (const one of kinds) {
        lines(before, AT, 1);
        expect(lines(one, AT + 1, 1)).toBe(accessLines()(one, AT + 1, 1));
      }
    }
  });

  it('says everything that is known, in JSON', () => {
    const [one] = kinds.slice(5);
    if (one === undefined) throw new RangeError('no outcome');
    expect(JSON.parse(accessLines()(one, AT, 1))).toEqual({
      at: '2026-11-05T01:02:03.004Z', id: one.id, channel: one.channel, route: one.route, direction: one.direction, mode: one.mode, action: one.action, rule: one.rule, policy: one.policy,
      detectors: 'd-1', status: one.status, bytes: one.bytes, scanned: 9, unscanned: 1, parts: [['a "quoted" name\n', 'zip', 9, 0, null]], findings: {}, ms: Math.round(one.durationSeconds * 1_000),
    });
    expect(JSON.parse(accessLines()(one, AT, 100))).toMatchObject({ oneOf: 100 });
  });

  it.each<[CleanExchanges, number, number]>([
    ['all', 250, 1],
    ['none', 0, 0],
    [{ oneOf: 100 }, 3, 100],
  ])('is written for clean exchanges as configuration says (%j), and for all others always', (cleanExchanges, clean, oneOf) => {
    const written: { readonly action: string; readonly oneOf: number | undefined }[] = [];
    const nothing = { exchange: () => undefined };
    const log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };
    const recorder = exchangeRecorder({ metrics: nothing, monitor: nothing, access: { exchange: ({ action }, every) => void written.push({ action, oneOf: every }) }, log, cleanExchanges });
    for (let n = 0; n < 250; n++) {
      recorder.exchange(outcomeOf({ action: 'pass', findingCounts: {}, monitored: [], receipt: { size: 1, scanned: 1, unscanned: 0, parts: [], more: 0, detectors: 'd', policy: 'p' } }));
      if (n % 50 === 0) recorder.exchange(outcomeOf({ action: 'mask', findingCounts: { 'cn.phone': 1 } }));
    }
    expect(written.filter(({ action }) => action === 'mask').map(({ oneOf: every }) => every)).toEqual([1, 1, 1, 1, 1]);
    expect(written.filter(({ action }) => action === 'pass').map(({ oneOf: every }) => every)).toEqual(Array.from({ length: clean }, () => oneOf));
  });
});
