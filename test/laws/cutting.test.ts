/** Law 1: cutting never matters. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { builtIns, chunked, engine, inspectBody, type Seen } from '../kit/engine.js';
import { numberSource } from '../kit/numbers.js';
import { body, sizes, touchingBody } from './bodies.js';
import { runs } from './runs.js';

function essence(seen: Seen): unknown {
  return { output: seen.output.toString('latin1'), findings: seen.findings, unscannable: seen.unscannable, receipt: seen.receipt };
}

/** Nothing but the verifier. */
const slow = engine(builtIns, { prefilter: false });
const masksAll = (): boolean => true;

describe('cutting never matters', () => {
  it('gives the same findings, receipt and bytes for every chunking', () => {
    fc.assert(
      fc.property(body, sizes, ({ type, bytes }, cut) => {
        expect(essence(inspectBody(type, chunked(bytes, cut)))).toEqual(essence(inspectBody(type, [bytes])));
      }),
      runs(300),
    );
  });

  it('gives the same when only some findings are masked', () => {
    fc.assert(
      fc.property(body, sizes, fc.constantFrom('cn.phone', 'bank-card', 'cn.resident-id'), ({ type, bytes }, cut, detector) => {
        const masks = (finding: { detector: string; confidence: number }): boolean => finding.detector === detector && finding.confidence >= 0.7;
        expect(essence(inspectBody(type, chunked(bytes, cut), masks))).toEqual(essence(inspectBody(type, [bytes], masks)));
      }),
      runs(150),
    );
  });

  it('holds for all two-way cuts of short bodies', () => {
    fc.assert(
      fc.property(body, ({ type, bytes }) => {
        fc.pre(bytes.length <= 256);
        const whole = essence(inspectBody(type, [bytes]));
        for (let at = 1; at < bytes.length; at++) {
          expect(essence(inspectBody(type, [bytes.subarray(0, at), bytes.subarray(at)]))).toEqual(whole);
        }
      }),
      runs(20),
    );
  });

  it('holds where a number of digits that are masked by several stars touches the next', () => {
    const source = numberSource(7);
    const ids = Array.from({ length: 40 }, () => source.residentId()).filter((id) => /^\d+$/.test(id));
    const [first = '', second = ''] = ids;
    const mathematical = Array.from(first, (digit, i) => (i % 5 === 1 ? '\u00ad' : '') + String.fromCodePoint(0x1d7ce + Number(digit))).join('');
    const numerals = Array.from(second, (digit) => '零一二三四五六七八九'.charAt(Number(digit))).join('\u00ad');
    const bytes = Buffer.from(`u${mathematical}${numerals}${'的'.repeat(50)}`);
    for (const type of ['text/plain; charset=utf-8', 'text/csv; charset=utf-8', 'application/json']) {
      const whole = inspectBody(type, [bytes]);
      expect(whole.findings.map(({ detector }) => detector)).toEqual(['cn.resident-id', 'cn.resident-id']);
      for (let size = 1; size <= 80; size++) expect(essence(inspectBody(type, chunked(bytes, [size])))).toEqual(essence(whole));
    }
  });

  it('holds for numbers that touch, in digits of every width, with and without the prefilter', () => {
    fc.assert(
      fc.property(touchingBody, sizes, ({ type, bytes }, cut) => {
        const whole = essence(inspectBody(type, [bytes], masksAll, slow));
        expect(essence(inspectBody(type, chunked(bytes, cut), masksAll, slow))).toEqual(whole);
        expect(essence(inspectBody(type, chunked(bytes, cut)))).toEqual(whole);
        expect(essence(inspectBody(type, [bytes]))).toEqual(whole);
      }),
      runs(150),
    );
  });

  it('holds for an escaped cell of a column whose other cells need no escapes', () => {
    const source = numberSource(5);
    const escaped = (digits: string): string => `\\u003${digits}`;
    const cells = Array.from({ length: 60 }, (_, i) => (i % 20 === 19 ? escaped(source.phone()) : source.phone()));
    const bytes = Buffer.from(['no,val', ...cells.map((cell, i) => `${i},${cell}`), ...Array.from({ length: 90 }, () => 'x,y')].join('\n'));
    const whole = inspectBody('text/csv; charset=utf-8', [bytes], () => false);
    expect(whole.findings).toHaveLength(cells.length);
    for (const size of [1, 7, 64, 300, 500, 700]) expect(essence(inspectBody('text/csv; charset=utf-8', chunked(bytes, [size]), () => false))).toEqual(essence(whole));
  });
});
