import { describe, expect, it } from '@jest/globals';
import { columnList, copyLine, countLine, DumpDamaged, dumpParts, FIRST_LINE, LAST_LINE, monthLine, quoted, rowSum, sequenceLine } from '../../../gateway/ledger/dump-format.js';

const shape = { schema: 'weir', table: 'comments', columns: ['n', 'words'] };
const ROWS = ['1\tplain\n', '2\tbackslash \\\\. and \\n inside\n', '3\t\\N\n', `4\t${'字'.repeat(500)}\n`];

function dump(rows: readonly string[]): Buffer {
  const counting = rowSum();
  counting.add(Buffer.from(rows.join('')));
  return Buffer.from([FIRST_LINE, monthLine('2026_05'), copyLine(shape), `${rows.join('')}\\.`, countLine(counting.end()), sequenceLine('weir', 'comments_n_seq', '4', true), LAST_LINE, ''].join('\n'));
}
async function* cut(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function read(bytes: Buffer, size = bytes.length): Promise<{ rows: string; seen: string[] }> {
  const seen: string[] = [];
  const pieces: Buffer[] = [];
  for await (const part of dumpParts(cut(bytes, size))) {
    seen.push(part.kind === 'month' ? part.month : part.kind === 'sequence' ? `${part.name}=${part.value}` : `${part.shape.table}(${columnList(part.shape)})`);
    if (part.kind === 'table') for await (const piece of part.rows()) pieces.push(Buffer.from(piece));
  }
  return { rows: Buffer.concat(pieces).toString(), seen };
}

describe('the text of a ledger', () => {
  it('gives the same rows back however it is cut', async () => {
    const whole = dump(ROWS);
    for (const size of [1, 2, 3, 4, 5, 7, 64, 1_000, whole.length]) {
      expect(await read(whole, size)).toEqual({ rows: ROWS.join(''), seen: ['2026_05', 'comments("n", "words")', 'comments_n_seq=4'] });
    }
  });

  it('holds a table without rows', async () => {
    for (const size of [1, 2, 3, 1_000]) expect((await read(dump([]), size)).rows).toBe('');
  });

  it('is refused when it is cut short, at every length', async () => {
    const whole = dump(ROWS.slice(0, 3));
    for (let length = 0; length < whole.length; length++) await expect(read(whole.subarray(0, length))).rejects.toBeInstanceOf(DumpDamaged);
  });

  it('is refused when a row is changed, lost, or goes on behind its end', async () => {
    const whole = dump(ROWS).toString();
    for (const other of [whole.replace('plain', 'plaid'), whole.replace(ROWS[0] ?? '', ''), `${whole}\n`, whole.replace('-- month', '-- moon'), whole.replace('COPY "weir"', 'DROP "weir"')]) {
      await expect(read(Buffer.from(other))).rejects.toBeInstanceOf(DumpDamaged);
    }
  });

  it('has the same sum for the same rows in another order, and another one for other rows', () => {
    const sum = (rows: readonly string[], size: number): string => {
      const counting = rowSum();
      const bytes = Buffer.from(rows.join(''));
      for (let at = 0; at < bytes.length; at += size) counting.add(bytes.subarray(at, at + size));
      return JSON.stringify(counting.end());
    };
    expect(sum([...ROWS].reverse(), 3)).toBe(sum(ROWS, 1_000));
    expect(sum(ROWS.slice(1), 5)).not.toBe(sum(ROWS, 5));
    expect(sum([...ROWS.slice(1), '1\tplaim\n'], 5)).not.toBe(sum(ROWS, 5));
  });

  it('takes no name that could be more than a name', () => {
    for (const name of ['a"b', 'A', '', 'a b', `a'`, 'ä', 'x'.repeat(64)]) expect(() => quoted(name)).toThrow(DumpDamaged);
  });
});
