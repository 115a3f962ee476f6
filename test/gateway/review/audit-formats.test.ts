/** Exports of the audit are read by other systems as what they are: nothing in a row can become a second row, a field or a formula. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AuditRecord } from '../../../gateway/ports.js';
import { auditFile, type AuditFormat } from '../../../gateway/review/audit-formats.js';

const seed = 20261122;
const text = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom('=1+1', '@x', '-2', '+3', '"', ',', '\r\n', '\\', '|', 'a=b', '\n', "'=x", '换行\n'));
const row: fc.Arbitrary<AuditRecord> = fc.record({
  writer: fc.constantFrom('gateway/0', 'worker/3'), seq: fc.nat(), at: fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
  actor: text, act: fc.constantFrom('message.view', 'grant.approve'), subject: fc.option(text, { nil: undefined }),
  data: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), text), prev: fc.constant('0'.repeat(64)), hash: fc.constant('f'.repeat(64)),
});

async function file(rows: readonly AuditRecord[], format: AuditFormat): Promise<string> {
  async function* each(): AsyncGenerator<AuditRecord> {
    yield* rows;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of auditFile(each(), format, '1.2.3')) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

describe('the audit as a file', () => {
  it('in JSON lines gives back each row', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
        const lines = (await file(rows, 'jsonl')).split('\n').slice(0, -1);
        expect(lines.map((line): unknown => JSON.parse(line))).toEqual(rows.map((one): unknown => JSON.parse(JSON.stringify(one))));
      }),
      { seed, numRuns: 100 },
    );
  });

  it('in CSV has the same cells when read by RFC 4180, and no cell that a spreadsheet would run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 10 }), async (rows) => {
        const [head, ...cells] = readCsv(await file(rows, 'csv'));
        expect(head).toEqual(['at', 'actor', 'act', 'subject', 'data', 'writer', 'seq', 'prev', 'hash']);
        expect(cells).toHaveLength(rows.length);
        for (const [at, line] of cells.entries()) {
          expect(line).toHaveLength(9);
          const one = rows[at];
          const whole = [one?.at.toISOString(), one?.actor, one?.act, one?.subject, JSON.stringify(one?.data), one?.writer, String(one?.seq), one?.prev, one?.hash].map((cell = '') => cell);
          expect(line).toEqual(whole.map((cell) => (/^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell)));
          for (const cell of line) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        }
      }),
      { seed, numRuns: 100 },
    );
  });

  it('in CEF is one line a row, with eight header fields and readable extensions', async () => {
    await fc.assert(
      fc.asyncProperty(row, async (one) => {
        const whole = await file([one], 'cef');
        expect(whole.split('\n')).toHaveLength(2);
        const fields = whole.trimEnd().split(/(?<!\\)\|/);
        expect(fields.slice(0, 5)).toEqual(['CEF:0', 'Weir', 'Weir', '1.2.3', one.act]);
        expect(whole).toContain(`rt=${one.at.getTime()} `);
        expect(unescaped(/ suser=(.*?)(?: externalId=| msg=)/s.exec(whole)?.[1] ?? '')).toBe(one.actor.replace(/\r\n|\r/g, '\n'));
      }),
      { seed, numRuns: 100 },
    );
  });
});

function unescaped(value: string): string {
  return value.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}

function readCsv(whole: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let cells: string[] = [];
  for (let at = 0; at < whole.length; ) {
    let cell = '';
    if (whole[at] === '"') {
      for (at++; ; at++) {
        if (whole[at] !== '"') cell += whole[at] ?? '';
        else if (whole[at + 1] === '"') cell += whole[at++] ?? '';
        else break;
      }
      at++;
    } else while (whole[at] !== ',' && whole[at] !== '\r') cell += whole[at++] ?? '';
    cells.push(cell);
    if (whole[at] === ',') at++;
    else {
      expect(whole.slice(at, at + 2)).toBe('\r\n');
      at += 2;
      rows.push(cells);
      cells = [];
    }
  }
  return rows;
}
