import { describe, expect, it } from '@jest/globals';
import { findAll } from '../../detectors/index.js';

describe('findAll', () => {
  it('finds each built-in type with UTF-16 offsets, half open', () => {
    const text = '😀身份证11010519491231002X，卡号 4111 1111 1111 1111，电话+86 138-1234-5678';
    const found = findAll(text);
    expect(found.map(({ detector, start, end }) => [detector, text.slice(start, end)])).toEqual([
      ['cn.resident-id', '11010519491231002X'],
      ['bank-card', '4111 1111 1111 1111'],
      ['cn.phone', '138-1234-5678'],
    ]);
    for (const one of found) expect(Object.keys(one)).toEqual(['detector', 'start', 'end', 'confidence']);
  });

  it('finds nothing in a text without numbers, and in an empty one', () => {
    expect([...findAll(''), ...findAll('没有号码 and no number')]).toEqual([]);
  });
});
