/** The look for a boundary finds what a plain look finds, in whatever body, and keeps back only what may begin one. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findDelimiter, indexOfToken, tokenOf } from '../../../../gateway/decode/split/delimiter.js';
import { costing } from '../../../kit/cpu-time.js';
import { runs } from '../../../laws/runs.js';

const boundary = fc.oneof(fc.constantFrom('b', 'X', '----WebKitFormBoundary7MA4YWxkTrZu0gW', '-----------------------------13800138000', '=_Part_1.2', "'()+,-./:=?", 'aaaaaaaaX'), fc.stringMatching(/^[0-9A-Za-z'()+_,./:=?-]{1,70}$/));

describe('the look for a boundary', () => {
  it('finds what stands there first, however often a piece of it stands before', () => {
    fc.assert(
      fc.property(boundary, fc.array(fc.oneof(fc.constantFrom('all', 'tail', 'head', '\r\n', 'x', '-'), fc.nat(90)), { maxLength: 300 }), fc.nat(40), (own, pieces, from) => {
        const token = tokenOf(own);
        const whole = token.bytes.toString('latin1');
        const text = pieces.map((one) => (one === 'all' ? whole : one === 'tail' ? whole.slice(token.offset) : one === 'head' ? whole.slice(0, -1) : typeof one === 'number' ? whole.slice(one) : one)).join('');
        const buffer = Buffer.from(text, 'latin1');
        expect(indexOfToken(buffer, token, from)).toBe(buffer.indexOf(whole, from, 'latin1'));
      }),
      runs(300),
    );
  });

  it('keeps back all of a delimiter whose end is out of sight, with its break, and nothing else', () => {
    fc.assert(
      fc.property(boundary, fc.constantFrom('\r\n', '\n', '\r'), fc.constantFrom('text', 'text\r', 'text\n-', ''), (own, eol, before) => {
        const token = tokenOf(own);
        const line = Buffer.from(`${before}${eol}--${own}`, 'latin1');
        for (let cut = before.length + 1; cut < line.length; cut++) {
          const mark = findDelimiter(line.subarray(0, cut), 0, token, -1, false, undefined);
          expect(mark.kind).toBe('none');
          if (mark.kind === 'none') expect(mark.until).toBeLessThanOrEqual(before.length);
        }
        const other = findDelimiter(Buffer.from(`${before}${eol}--${own}`.replaceAll('-', '+'), 'latin1').subarray(0, -1), 0, token, -1, false, undefined);
        if (own !== '+') expect(other).toEqual({ kind: 'none', until: line.length - 1 });
      }),
      runs(100),
    );
  });

  it('takes time in proportion, also in a body of nothing but its rarest letters', () => {
    const token = tokenOf('----aaaaaaQbcdef');
    // A tenth of a second is a hundred times what it takes, and a tenth of what all places times all letters would.
    const { result, cpuMs } = costing(() => indexOfToken(Buffer.from('Qbcdef'.repeat(1_000_000), 'latin1'), token, 0), 100);
    expect(result).toBe(-1);
    expect(cpuMs).toBeLessThan(100);
  });
});
