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

  it.each(['hz-gb-2312', 'utf-7', 'utf-32', 'iso-2022-jp', 'iso-2022-kr', 'x-user-defined', ''])('%j is not read', (name) => {
    expect(charsetNamed(name)).toBeUndefined();
  });

  it.each([['Big5', 'big5'], ['cp950', 'big5'], ['utf-16', 'utf-16le'], ['UTF-16BE', 'utf-16be'], ['iso-8859-1', 'windows-1252'], ['latin2', 'iso-8859-2'], ['CP1251', 'windows-1251'], ['x-sjis', 'shift_jis'], ['ks_c_5601-1987', 'euc-kr'], ['EUC-JP', 'euc-jp']])('%s is read as %s', (name, expected) => {
    expect(charsetNamed(name)).toBe(expected);
  });

  it('is one that TextDecoder knows by the same name, where it knows it', () => {
    for (const name of ['gb18030', 'gbk', 'gb2312', 'x-gbk', 'gb_2312-80', 'csgb2312', 'iso-ir-58', 'chinese']) expect(['gb18030', 'gbk']).toContain(new TextDecoder(name).encoding);
  });
});
