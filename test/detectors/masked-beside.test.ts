/** Masking one number takes no ID and no card beside it away, however the two are written and joined. */
import { describe, expect, it } from '@jest/globals';
import { bankCard } from '../../detectors/bank-card.js';
import { cnResidentId } from '../../detectors/cn-resident-id.js';
import { findAllWith } from '../../detectors/scan/find.js';
import { TextScanner } from '../../detectors/scan/text-scanner.js';
import { numberSource, randomBelow } from '../kit/numbers.js';

const RUNS = 800;
const DETECTORS = [cnResidentId, bankCard];
const GAPS = ['', '', ' ', '-', '.', '/', '_', '、', '，', ',', '\u3000', '\u200b', '  ', '\n', '\n  '];
const JOINTS = ['\n', '\r\n', '，', '、', '；', ', ', ' | ', '\t', '。', ' 卡号', '\n身份证：', '和', '\n1. ', '"},{"cardNo":"', ' / '];
const DRESSES = ['〇一二三四五六七八九', '零壹贰叁肆伍陆柒捌玖', '⓪①②③④⑤⑥⑦⑧⑨', '０１２３４５６７８９'];
const SIZES = [20, 20, 4, 6, 1];

describe('a number that is masked', () => {
  it('silences no other', () => {
    const source = numberSource(404);
    const below = randomBelow(405);
    const pick = <T>(list: readonly T[], otherwise: T): T => list[below(list.length)] ?? otherwise;
    const written = (value: string): string => {
      const dress = below(3) === 0 ? DRESSES[below(DRESSES.length)] : undefined;
      const digits = dress === undefined ? value : value.replace(/[0-9]/g, (digit) => dress.charAt(Number(digit)));
      return (digits.match(new RegExp(`.{1,${String(pick(SIZES, 20))}}`, 'g')) ?? []).join(pick(GAPS, ''));
    };
    let beside = 0;
    for (let run = 0; run < RUNS; run++) {
      const numbers = Array.from({ length: 2 + below(2) }, () => written(below(2) === 0 ? source.residentId() : source.bankCard()));
      const text = `记录：${numbers.join(pick(JOINTS, '\n'))}。完`;
      const found = findAllWith(text, DETECTORS).filter(({ confidence }) => confidence >= 0.7);
      for (const one of found) {
        const masked = new TextScanner(DETECTORS, ({ start, end }) => found.some((other) => other !== one && other.start === start && other.end === end)).push(text, true).text;
        const left = findAllWith(masked, DETECTORS).filter(({ confidence }) => confidence >= 0.7);
        if (found.length > 1) beside++;
        expect([text, masked, left.some(({ detector, start, end }) => detector === one.detector && start === one.start && end === one.end)]).toEqual([text, masked, true]);
      }
    }
    expect(beside).toBeGreaterThan(RUNS);
  });
});
