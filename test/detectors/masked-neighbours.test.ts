/** Law 4 on random mixtures: numbers of all kinds, grouped and joined in every way, masked, are not found again. */
import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../detectors/contract.js';
import { builtInDetectors } from '../../detectors/registry.js';
import { findAllWith } from '../../detectors/scan/find.js';
import { TextScanner } from '../../detectors/scan/text-scanner.js';
import { numberSource, randomBelow } from '../kit/numbers.js';

/** Enough for every pair of kinds, groupings and joints to meet several times, in a few seconds. */
const RUNS = 1500;
const JOINTS = [' ', '-', ', ', '  ', '\n', '.', '_', '(', ') ', '/', '+', '*', '** ', ' 86 ', '，', '卡号', '手机', '订单号', '0', 'x', '、', ';', '\t', '：', '|', '~', '①', '⑩', '一', '第三', '\r\n', '。'];
const HAN = '〇一二三四五六七八九';
const RINGS = '⓪①②③④⑤⑥⑦⑧⑨';
const spelled = (value: string, digits: string): string => value.replace(/[0-9]/g, (one) => digits.charAt(Number(one)));

describe('a masked text', () => {
  it.each([
    ['everything found', 0],
    ['what policy acts on by default', 0.7],
  ])('has nothing to find once %s is masked', (_, least) => {
    const source = numberSource(99);
    let seed = 77;
    const below = (limit: number): number => (((seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) >>> 8) % limit);
    const pick = (list: readonly string[]): string => list[below(list.length)] ?? '';
    const grouped = (value: string): string => {
      const size = [20, 20, 3, 4, 6, 8][below(6)] ?? 20;
      return (value.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(pick([' ', '-', '  ', '.', '/', '_', '，', '、', '\n', ' - ', ':']));
    };
    for (let run = 0; run < RUNS; run++) {
      const parts = Array.from({ length: 2 + below(4) }, () => {
        const number = pick([source.residentId(), source.bankCard(), source.phone(), '010-69156699', String(below(1e6)), source.nearMissCard(), source.nearMissId()]);
        const written = [number, number, number, spelled(number, HAN), spelled(number, RINGS), number.slice(0, 3) + spelled(number.slice(3, 7), HAN) + number.slice(7)][below(6)] ?? number;
        return grouped(written) + pick(JOINTS);
      });
      const text = parts.join('');
      const masked = new TextScanner(builtInDetectors, (finding) => finding.confidence >= least).push(text, true).text;
      const again = findAllWith(masked, builtInDetectors).filter((finding) => finding.confidence >= least);
      expect([masked, again]).toEqual([masked, []]);
    }
  });

  it('has lost no phone number to the stars of its neighbours', () => {
    const source = numberSource(5);
    const below = randomBelow(78);
    const pick = (list: readonly string[]): string => list[below(list.length)] ?? '';
    for (let run = 0; run < RUNS; run++) {
      const text = Array.from({ length: 2 + below(4) }, () => {
        const number = source.phone();
        const parts = [number.slice(0, 3), number.slice(3, 7), number.slice(7)];
        return pick([number, number, spelled(number, HAN), spelled(number, RINGS), parts.join('-'), parts.join(' '), '010-69156699']) + pick(JOINTS);
      }).join('');
      const acted = (finding: Finding): boolean => finding.confidence >= 0.7;
      const masked = new TextScanner(builtInDetectors, acted).push(text, true).findings;
      const lost = findAllWith(text, builtInDetectors).filter((one) => acted(one) && !masked.some((other) => other.start <= one.start && one.end <= other.end));
      expect([text, lost]).toEqual([text, []]);
    }
  });
});
