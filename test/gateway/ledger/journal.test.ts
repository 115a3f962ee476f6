/** The audit's journal: safe once acknowledged, taken once. */
import { appendFileSync, readdirSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { journal } from '../../../gateway/ledger/journal.js';
import type { AuditEntry } from '../../../gateway/ports.js';
import { tempFolder } from '../../kit/temp.js';

const entry = (n: number): AuditEntry => ({ at: new Date(n), actor: 'gateway', act: 'verdict.block', subject: n % 2 === 0 ? undefined : 's', data: { n } });

describe('the journal', () => {
  it('hands over every entry as it was, in order, and then is empty', async () => {
    const dir = tempFolder();
    const book = journal(dir);
    await Promise.all([1, 2, 3].map((n) => book.write(`id-${n}`, entry(n))));
    const taken: [string, AuditEntry][] = [];
    expect(await book.drain((id, one) => Promise.resolve(taken.push([id, one])).then(() => 'taken' as const))).toBe(3);
    expect(taken).toEqual([['id-1', entry(1)], ['id-2', entry(2)], ['id-3', entry(3)]]);
    expect(readdirSync(dir)).toEqual([]);
    expect(await book.drain(() => Promise.resolve('taken'))).toBe(0);
  });

  it('keeps everything when the drain fails midway, also for the next process', async () => {
    const dir = tempFolder();
    const book = journal(dir);
    await book.write('a', entry(1));
    await book.write('b', entry(2));
    await expect(book.drain((id) => (id === 'b' ? Promise.reject(new Error('away')) : Promise.resolve('taken')))).rejects.toThrow('away');
    const seen: string[] = [];
    await journal(dir).drain((id) => Promise.resolve(seen.push(id)).then(() => 'taken' as const));
    expect(seen).toEqual(['a', 'b']);
  });

  it('passes over a last line that a crash cut, which nobody was told of', async () => {
    const dir = tempFolder();
    const book = journal(dir);
    await book.write('a', entry(1));
    await book.close();
    appendFileSync(join(dir, readdirSync(dir)[0] ?? ''), '{"id":"b","ent');
    expect(await book.drain(() => Promise.resolve('taken'))).toBe(1);
  });

  it('sets a file aside whose entries the table refuses, and goes on', async () => {
    const dir = tempFolder();
    const book = journal(dir);
    await book.write('a', entry(1));
    await book.drain(() => Promise.resolve('refused'));
    expect(readdirSync(dir)).toEqual([expect.stringMatching(/\.refused$/)]);
  });

  it('a line that a full disk cut short spoils neither the next one nor the drain', async () => {
    const dir = tempFolder();
    const book = journal(dir);
    await book.write('a', entry(1));
    const probe = await open(dir, 'r');
    const handles = Object.getPrototypeOf(probe) as Pick<FileHandle, 'appendFile'>;
    await probe.close();
    const whole = handles.appendFile;
    handles.appendFile = async function (this: FileHandle, text) {
      await whole.call(this, String(text).slice(0, 20));
      throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    await expect(book.write('b', entry(2)).finally(() => (handles.appendFile = whole))).rejects.toMatchObject({ code: 'ENOSPC' });
    await book.write('c', entry(3));
    const seen: string[] = [];
    await book.drain((id) => Promise.resolve(seen.push(id)).then(() => 'taken' as const));
    expect(seen).toEqual(['a', 'c']);
    expect(readdirSync(dir)).toEqual([]);
  });

  it('sets a file with a damaged line aside and takes everything else', async () => {
    const dir = tempFolder();
    const book = journal(dir);
    await book.write('a', entry(1));
    await book.close();
    appendFileSync(join(dir, readdirSync(dir)[0] ?? ''), '\0\0\0\n');
    await book.write('b', entry(2));
    const seen: string[] = [];
    expect(await book.drain((id) => Promise.resolve(seen.push(id)).then(() => 'taken' as const))).toBe(2);
    expect(seen).toEqual(['a', 'b']);
    expect(readdirSync(dir)).toEqual([expect.stringMatching(/\.refused$/)]);
  });
});
