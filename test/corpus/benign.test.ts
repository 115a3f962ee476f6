/** Scoring a folder of somebody's own text shows counts, and shapes without any digit of it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { tempFolder } from '../kit/temp.js';
import { benignReport, scoreFolder } from './benign.js';

const folder = tempFolder('benign');
mkdirSync(join(folder, 'deep'));
writeFileSync(join(folder, 'deep', 'a.log'), '2026-11-22 手机 １38-1234-5678 ok 一二\n');
writeFileSync(join(folder, 'b.txt'), 'nothing here\n');
writeFileSync(join(folder, 'c.log'), Buffer.from([0x31, 0, 0x32]));

describe('benign text', () => {
  it('is read from all folders below, only with the endings asked for, and never from files that are no text', () => {
    const all = scoreFolder(folder, { endings: [], show: 0, from: 0 });
    const logs = scoreFolder(folder, { endings: ['.log'], show: 0, from: 0 });
    expect([all.files, logs.files, all.shown]).toEqual([2, 1, []]);
    expect(all.counts.get('cn.phone 0')).toBe(1);
  });

  it('is shown without its digits', () => {
    const totals = scoreFolder(folder, { endings: [], show: 10, from: 0 });
    expect(totals.shown).toHaveLength(1);
    expect(totals.shown[0]?.split('] ')[1]).toBe('0000-00-00 手机 «000-0000-0000» ok 00⏎');
    expect(benignReport('x', totals)).not.toContain('5678');
  });
});
