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

  it.each([
    ['a blank line', '\n'],
    ['a line of blanks', ' \t \n'],
    ['a blank line with both line ends', '\r\n'],
    ['two lines without a delimiter', '以下是收货人\n按姓名排序\n'],
  ])('is named by the header until %s', (_name, between) => {
    const rows = (from: number): string => phones.slice(from, from + 3).map((phone, i) => `${i + 1},${phone},x\n`).join('');
    const text = `序号,订单号,备注\n${rows(0)}${between}\n名次,b,c\n${rows(3)}`.replace(`${between}\n`, between);
    expect(find(text).map(({ start }) => text.slice(start, start + 11))).toEqual(phones.slice(3, 6));
  });

  it('is named by a header drawn with bars as long as bars are drawn, and by one of a list over a line without a delimiter', () => {
    const row = (i: number, bar = '|'): string => ['', `n${i}`, phones[i] ?? '', ''].join(bar);
    const bars = `|名|订单号|\n|---|---|\n${row(0)}\n另附\n|a|b|\n|---|---|\n${row(1)}`;
    expect(find(bars).map(({ start }) => start)).toEqual([bars.lastIndexOf(phones[1] ?? '')]);
    const cells = `,名,手机号,\n${row(0, ',')}\n,"中山路\n二号\n",1,\n${row(1, ',')}`;
    expect(confidences(cells).every((one) => one >= 0.9)).toBe(true);
  });

  it('is judged alike for every way of cutting the text', () => {
    const rows = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? `${i},"${phones[i] ?? ''}",${random11(i)}` : `${i},,${phones[i] ?? ''}`));
    // Between the two tables the header ends; the second has none.
    const text = [...['序号,电话,单号', ...rows.slice(0, 40)], '', ...rows.slice(40)].join('\r\n');
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
    ['a first line that is a sentence', `你好，请看手机：这里,谢谢\n${'x,y\n'.repeat(30)}x,${phones[0] ?? ''}`],
    ['a line longer than a row', `a,手机\n${'x'.repeat(20_000)},y\n${'x,y\n'.repeat(30)}x,${phones[0] ?? ''}`],
    ['a first line without an end', `手机,${'b,'.repeat(3000)}\nx,${phones[0] ?? ''}`],
  ])('has no header in %s', (_name, text) => {
    expect(find(text).some(({ reasons }) => reasons?.includes('keyword'))).toBe(false);
  });
});
