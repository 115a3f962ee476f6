/** Law 1: cutting never matters. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chunked, inspectBody, type Seen } from '../kit/engine.js';
import { body, sizes } from './bodies.js';
import { runs } from './runs.js';

function essence(seen: Seen): unknown {
  return { output: seen.output.toString('latin1'), findings: seen.findings, unscannable: seen.unscannable, receipt: seen.receipt };
}

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
});
