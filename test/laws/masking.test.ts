/** Laws 2, 3 and 4: no finding, no change; a mask keeps its length; what was masked is not found again and uncovers no neighbour. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chunked, inspectBody } from '../kit/engine.js';
import { body, sizes } from './bodies.js';
import { runs } from './runs.js';

describe('masking in place', () => {
  it('changes nothing where nothing is to be masked', () => {
    fc.assert(
      fc.property(body, sizes, ({ type, bytes }, cut) => {
        expect(inspectBody(type, chunked(bytes, cut), () => false).output.equals(bytes)).toBe(true);
      }),
      runs(150),
    );
  });

  it('changes nothing outside the findings', () => {
    fc.assert(
      fc.property(body, ({ type, bytes }) => {
        const seen = inspectBody(type, [bytes]);
        const touched = new Uint8Array(bytes.length);
        for (const { start, end } of seen.findings) touched.fill(1, start, end);
        bytes.forEach((byte, at) => {
          if (touched[at] === 0) expect(seen.output[at]).toBe(byte);
        });
      }),
      runs(150),
    );
  });

  it('keeps the length', () => {
    fc.assert(
      fc.property(body, sizes, ({ type, bytes }, cut) => {
        expect(inspectBody(type, chunked(bytes, cut)).output).toHaveLength(bytes.length);
      }),
      runs(150),
    );
  });

  it('leaves nothing to be found again', () => {
    fc.assert(
      fc.property(body, ({ type, bytes }) => {
        const masked = inspectBody(type, [bytes]).output;
        expect(inspectBody(type, [masked]).findings.map(({ detector, start, end }) => ({ detector, start, end }))).toEqual([]);
      }),
      runs(300),
    );
  });

  it('leaves no masked kind of finding when only one kind is masked', () => {
    fc.assert(
      fc.property(body, fc.constantFrom('cn.phone', 'bank-card', 'cn.resident-id'), ({ type, bytes }, detector) => {
        const masks = (finding: { detector: string }): boolean => finding.detector === detector;
        const masked = inspectBody(type, [bytes], masks).output;
        expect(inspectBody(type, [masked], masks).findings.filter(masks)).toEqual([]);
      }),
      runs(150),
    );
  });

  it('keeps JSON parseable', () => {
    fc.assert(
      fc.property(body, ({ type, bytes }) => {
        fc.pre(type !== undefined && type.startsWith('application/json'));
        const charset = type.endsWith('gbk') ? 'gbk' : 'utf-8';
        JSON.parse(new TextDecoder(charset).decode(inspectBody(type, [bytes]).output));
      }),
      runs(150),
    );
  });
});
