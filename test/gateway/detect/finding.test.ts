/** A finding carries a keyed fingerprint and a masked preview, never its value. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bankCard } from '../../../detectors/bank-card.js';
import { findingOf, fingerprinter } from '../../../gateway/detect/finding.js';

const hmac = (key: Uint8Array, detector: string, value: string): string => createHmac('sha256', key).update(`${detector}\0${value}`).digest('hex').slice(0, 16);

describe('a fingerprint', () => {
  it('is the beginning of an HMAC with SHA-256, whatever the key and the value are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), fc.array(fc.tuple(fc.constantFrom('bank-card', 'cn.phone', 'own'), fc.string({ unit: 'grapheme', maxLength: 120 })), { minLength: 1 }), (key, values) => {
        const fingerprint = fingerprinter(key);
        for (const [detector, value] of values) expect(fingerprint(detector, value)).toBe(hmac(key, detector, value));
      }),
      { numRuns: 50 },
    );
  });
});

describe('a finding', () => {
  it('shows of its value what the mask keeps, and its confidence in hundredths', () => {
    const value = '4111111111111111';
    const match = { detector: bankCard, start: 0, end: 16, confidence: 0.9349, reasons: ['checksum'], tags: ['test-number'], places: [], value };
    const finding = findingOf(match, 'body', 7, 23, fingerprinter(Buffer.from('key')), { first: 0, last: 4 });
    expect(finding).toEqual({
      detector: 'bank-card', part: 'body', start: 7, end: 23, maskable: true, confidence: 0.93, reasons: ['checksum'], tags: ['test-number'],
      preview: '************1111', fingerprint: hmac(Buffer.from('key'), 'bank-card', value),
    });
    expect(JSON.stringify(finding)).not.toContain(value);
  });
});
