/** A table's header and the last cells of a column decide what a weak number in it is; cuts and masks change nothing (HC 14). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Finding } from '../../../detectors/contract.js';
import { builtInDetectors } from '../../../detectors/registry.js';
import { findAllWith } from '../../../detectors/scan/find.js';
import { TextScanner } from '../../../detectors/scan/text-scanner.js';
import { numberSource } from '../../kit/numbers.js';
import { runs } from '../../laws/runs.js';

const source = numberSource(77);
const find = (text: string): Finding[] => findAllWith(text, builtInDetectors);
const phones = Array.from({ length: 200 }, () => source.phone());
const confidences = (text: string): number[] => find(text).map(({ confidence }) => confidence);
const random11 = (n: number): string => String(10_000_000_000 + ((n * 7_919_999_983) % 89_999_999_999));

describe('a number in a table', () => {
  it.each([',', '\t', ';', '|'])('is believed by its column’s header, parted by %j', (delimiter) => {
    const table = (header: string): string => [header, ...phones.slice(0, 3).map((phone, i) => `${i + 1},"张三",${phone},北京`)].join('\n').replaceAll(',', delimiter);
    expect(confidences(table('序号,姓名,手机号码,城市')).every((one) => one >= 0.9)).toBe(true);
    expect(confidences(table('序号,姓名,订单号,城市')).every((one) => one < 0.7)).toBe(true);
  });

  it('of a column whose cells are all such numbers is surer from the ninth on', () => {
    const found = find(['a,b', ...phones.slice(0, 20).map((phone) => `x,${phone}`)].join('\n'));
    expect(found).toHaveLength(20);
    expect(found.slice(0, 8).some(({ reasons }) => reasons?.includes('column'))).toBe(false);
    expect(found.slice(8).every(({ reasons, confidence }) => reasons?.includes('column') === true && confidence > 0.85)).toBe(true);
  });

  it('is no surer for its neighbours under a header that names another kind of number', () => {
    const found = find(['a,订单号', ...phones.slice(0, 40).map((phone) => `x,${phone}`)].join('\n'));
    expect(found.filter(({ confidence }) => confidence >= 0.7)).toEqual([]);
  });

  it('that chance made in a column of other numbers is doubted from the seventeenth row on', () => {
    const rows = Array.from({ length: 2000 }, (_, i) => `x,${random11(i + 1)}`);
    const found = find(['a,b', ...rows].join('\n'));
    const line = (finding: Finding, text: string): number => text.slice(0, finding.start).split('\n').length - 1;
    const text = ['a,b', ...rows].join('\n');
    expect(found.filter((one) => line(one, text) > 16 && one.confidence >= 0.7)).toEqual([]);
  });

  it('keeps its own word and its own check digits whatever its column holds', () => {
    const id = source.residentId();
    const rows = Array.from({ length: 40 }, (_, i) => `x,${i}`);
    expect(confidences(['a,b', ...rows, `x,${id}`, 'x,1'].join('\n'))).toEqual(confidences(`x ${id}`));
  });

  it('is judged alike for every way of cutting the text', () => {
    const rows = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `${i},"${phones[i] ?? ''}",${random11(i)}` : `${i},,${phones[i] ?? ''}`));
    const text = ['序号,电话,单号', ...rows].join('\r\n');
    const whole = find(text);
    expect(whole.length).toBeGreaterThanOrEqual(20);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 30 }), (sizes) => {
        const scanner = new TextScanner(builtInDetectors);
        const found: Finding[] = [];
        for (let at = 0, i = 0; at < text.length; i++) {
          const end = Math.min(text.length, at + (sizes[i % sizes.length] ?? 1));
          found.push(...scanner.push(text.slice(at, end), end === text.length).findings);
          at = end;
        }
        expect(found).toEqual(whole);
      }),
      runs(100),
    );
  });

  it.each([
    ['a first line with numbers in it', `a,1234,b\nx,${phones[0] ?? ''},y`],
    ['prose', `联系手机${'，你好'.repeat(30)}\n${phones[0] ?? ''}，谢谢`],
    ['a first line without an end', `手机,${'b,'.repeat(3000)}\nx,${phones[0] ?? ''}`],
  ])('has no header in %s', (_name, text) => {
    expect(find(text).some(({ reasons }) => reasons?.includes('keyword'))).toBe(false);
  });
});
