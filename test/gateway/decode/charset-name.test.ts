/** Declared names of charsets mean what browsers take them for. */
import { describe, expect, it } from '@jest/globals';
import { charsetNamed } from '../../../gateway/decode/charset-name.js';

describe('a declared charset', () => {
  it.each(['gb18030', 'GBK', 'gb2312', 'x-gbk', 'cp936', 'GB_2312-80', 'csGB2312', 'iso-ir-58', 'chinese', ' gbk '])('%s is read as GB18030', (name) => {
    expect(charsetNamed(name)).toBe('gb18030');
  });

  it.each(['utf-8', 'UTF8', 'us-ascii'])('%s is read as UTF-8', (name) => {
    expect(charsetNamed(name)).toBe('utf-8');
  });

  it.each(['hz-gb-2312', 'big5', 'utf-16', 'iso-8859-1', ''])('%j is not read', (name) => {
    expect(charsetNamed(name)).toBeUndefined();
  });

  it('is one that TextDecoder knows by the same name, where it knows it', () => {
    for (const name of ['gb18030', 'gbk', 'gb2312', 'x-gbk', 'gb_2312-80', 'csgb2312', 'iso-ir-58', 'chinese']) expect(['gb18030', 'gbk']).toContain(new TextDecoder(name).encoding);
  });
});
