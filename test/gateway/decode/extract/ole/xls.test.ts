/** Records of workbooks that LibreOffice does not write: results of formulas, strings over several records, packed numbers, Excel 95. */
import { describe, expect, it } from '@jest/globals';
import { readXls } from '../../../../../gateway/decode/extract/ole/xls.js';

function record(type: number, ...parts: readonly (number | Buffer)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'number' ? u16(part) : part)));
  return Buffer.concat([u16(type), u16(body.length), body]);
}
function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value & 0xffff);
  return bytes;
}
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
function f64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
const wide = (text: string): Buffer => Buffer.concat([u16(text.length), Buffer.from([1]), Buffer.from(text, 'utf16le')]);
const BEGIN = record(0x0809, 0x0600, 0x0010, u32(0), u32(0), u32(0));
const textOf = (...records: readonly Buffer[]): string => [...readXls(Buffer.concat(records)).text()].join('').trim();

describe('a workbook', () => {
  it('shows what formulas gave: numbers and texts', () => {
    const number = record(0x0006, 0, 0, 0, f64(13_800_138_000), 0, u32(0), 0);
    const text = record(0x0006, 0, 1, 0, Buffer.from([0, 0, 0, 0, 0, 0, 0xff, 0xff]), 0, u32(0), 0);
    expect(textOf(BEGIN, number, text, record(0x0207, wide('身份证 110105')))).toBe('13800138000\t身份证 110105');
  });

  it('shows packed numbers as people see them', () => {
    const integer = (value: number): number => value * 4 + 2;
    const high = Buffer.from(f64(13_800_138_000).subarray(4)).readUInt32LE(0) & ~3;
    expect(textOf(BEGIN, record(0x027e, 0, 0, 0, u32(integer(12345))), record(0x00bd, 1, 0, 0, u32(integer(1)), 0, u32(integer(250) + 1), 1))).toBe('12345\n1\t2.5');
    expect(textOf(BEGIN, record(0x027e, 0, 0, 0, u32(high)))).toMatch(/^138\d{8}(\.\d+)?$/);
  });

  it('shows a text that runs on over several records, in wide and narrow letters', () => {
    const first = Buffer.concat([u32(2), u32(2), u16(11), Buffer.from([0]), Buffer.from('13800', 'latin1')]);
    const second = Buffer.concat([Buffer.from([1]), Buffer.from('138000', 'utf16le'), u16(2), Buffer.from([1]), Buffer.from('张三', 'utf16le')]);
    const strings = Buffer.concat([record(0x00fc, first), record(0x003c, second)]);
    expect(textOf(BEGIN, strings, record(0x00fd, 0, 0, 0, u32(0)), record(0x00fd, 0, 1, 0, u32(1)))).toBe('13800138000\t张三');
    // Texts that no cell shows are texts all the same.
    expect(textOf(BEGIN, strings)).toBe('13800138000\n张三');
  });

  it('of Excel 95 shows texts in GBK', () => {
    const begin = record(0x0809, 0x0500, 0x0010);
    const gbk = Buffer.from([0xb5, 0xe7, 0xbb, 0xb0]);
    expect(textOf(begin, record(0x0204, 0, 0, 0, u16(gbk.length), gbk), record(0x0204, 0, 1, 0, u16(11), Buffer.from('13800138000')))).toBe('电话\t13800138000');
  });

  it('that is encrypted, or whose records do not fit, says so', () => {
    expect(() => textOf(BEGIN, record(0x002f, 1))).toThrow(expect.objectContaining({ reason: 'encrypted' }));
    expect(() => textOf(BEGIN, record(0x00fd, 0, 0, 0, u32(9)))).toThrow(expect.objectContaining({ reason: 'malformed' }));
    expect(() => textOf(BEGIN, record(0x00fc, u32(5), u32(5), u16(3)))).toThrow(expect.objectContaining({ reason: 'malformed' }));
    expect(() => textOf(BEGIN, Buffer.from([0xfd, 0, 99, 0, 1]))).toThrow(expect.objectContaining({ reason: 'malformed' }));
  });
});
