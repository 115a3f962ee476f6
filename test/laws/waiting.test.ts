/** Laws 5 and 7: waiting is bounded, and every byte is accounted for. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CONTEXT } from '../../detectors/contract.js';
import { chunked, inspectBody } from '../kit/engine.js';
import { body, sizes } from './bodies.js';
import { runs } from './runs.js';

/** Units one candidate can reach to its right (gaps, ignorables and context included) and to groups on its left, times the widest escape. */
const REACH = (2 * (19 * 4 + 64) + CONTEXT) * 18;

describe('waiting', () => {
  it('never exceeds one candidate’s reach', () => {
    fc.assert(
      fc.property(body, sizes, ({ type, bytes }, cut) => {
        fc.pre(type !== undefined && !type.startsWith('multipart/'));
        expect(inspectBody(type, chunked(bytes, cut)).waited).toBeLessThanOrEqual(REACH);
      }),
      runs(150),
    );
  });

  it.each([
    ['digits without end', '1'.repeat(20_000)],
    ['groups without end', '12 '.repeat(8_000)],
    ['spaces after a digit', `5${' '.repeat(20_000)}`],
    ['hyphens without end', '1-'.repeat(10_000)],
    ['ideographs and dates', '二〇二六年11月22日，'.repeat(1000)],
    ['full-width digits without end', '１'.repeat(7_000)],
    ['backslashes without end', '\\'.repeat(20_000)],
    ['percent signs without end', '%'.repeat(20_000)],
  ])('is bounded in %s', (_name, text) => {
    for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded', 'text/html']) {
      expect(inspectBody(type, chunked(Buffer.from(text), [1000]), () => true).waited).toBeLessThanOrEqual(REACH);
    }
  });

  it('is a word at most for text that cannot be part of a match: a longer one may be a string of base64', () => {
    const text = Buffer.from('Nothing to see here, 这里没有号码。\n'.repeat(100));
    expect(inspectBody('text/plain', chunked(text, [97])).waited).toBeLessThan(24);
  });
});

describe('the receipt', () => {
  it('accounts for every byte', () => {
    fc.assert(
      fc.property(body, sizes, ({ type, bytes }, cut) => {
        const { receipt } = inspectBody(type, chunked(bytes, cut));
        expect(receipt.scanned + receipt.unscanned).toBe(bytes.length);
        expect(receipt.size).toBe(bytes.length);
      }),
      runs(150),
    );
  });
});
