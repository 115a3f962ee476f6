import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { prefilter } from '../../../detectors/scan/prefilter/prefilter.js';
import { Table, type Cell, type LineFollower } from '../../../detectors/scan/table.js';
import { runs } from '../../laws/runs.js';

const HEADERS = ['a,b,c\n', 'a\tb\n', 'a;b;c\r\n', 'a|b\n', '\ufeffname,phone\n'];
const PIECES = ['1', '138', ',', ',', ',', '\t', ';', '|', '"', ' ', '\r', '\n', '\n', '\r\n', '\n\n', 'x', '中', `${'y'.repeat(40)},`, 'z'.repeat(17), 'w'.repeat(9000), 'a,b\n'.repeat(9)];

function cells(bytes: Uint8Array, places: readonly number[], lines?: LineFollower): (Cell | boolean | undefined)[] {
  const table = new Table(7, (header) => Buffer.from(header).toString(), lines);
  return places.flatMap((place, i) => {
    if (i % 3 === 2) table.keep(bytes, 7, 7 + place);
    return [table.cellAt(bytes, 7, 7 + place, 8 + place), table.possible];
  });
}

describe('whole lines of a table', () => {
  it('are passed over as if they were read byte by byte', () => {
    fc.assert(
      fc.property(fc.constantFrom(...HEADERS), fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (header, pieces, parts) => {
        const bytes = Buffer.from(header + pieces.join('')).subarray(0, 65_536);
        const places = parts.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
        const filter = prefilter();
        filter.load(bytes);
        expect(cells(filter.text, places, filter)).toEqual(cells(bytes, places));
      }),
      runs(1000),
    );
  });
});
