/** Every case of every built-in detector, in every host syntax, at every cut, masked: one suite for whatever detector comes next. */
import { describe, expect, it } from '@jest/globals';
import type { Detector, Finding } from '../../detectors/contract.js';
import { plainCase, prove } from '../../detectors/prove.js';
import { builtInDetectors, optionalDetectors } from '../../detectors/registry.js';
import { findAllWith } from '../../detectors/scan/find.js';
import { TextScanner } from '../../detectors/scan/text-scanner.js';
import { numberSource } from '../kit/numbers.js';
import { fullWidth, hosts } from './hosts.js';

interface Case {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
function hit(marked: string): Case {
  return { text: plainCase(marked), start: marked.indexOf('«'), end: marked.indexOf('»') - 1 };
}
const values: ReadonlyMap<string, readonly string[]> = new Map(
  ((source) => [
    ['cn.resident-id', [source.residentId(), source.residentId(), '11010519491231002X', '110105 19491231 002X']],
    ['bank-card', [source.bankCard(), source.bankCard(), '6222 0212 3456 7890 128', '4111-1111-1111-1111']],
    ['cn.phone', [source.phone(), source.phone(), '138-1234-5678', '010-69156699']],
  ])(numberSource(51)),
);
/** Findings that policy acts on by default. */
const sure = (findings: readonly Finding[]): Finding[] => findings.filter((one) => one.confidence >= 0.7);

describe.each([...builtInDetectors, ...optionalDetectors].map((one): [string, Detector] => [one.id, one]))('%s', (id, detector) => {
  const inForce = builtInDetectors.includes(detector) ? builtInDetectors : [...builtInDetectors, detector];

  it('proves itself', () => {
    expect(() => prove(detector, findAllWith)).not.toThrow();
  });

  it.each(hosts)('is found once and whole in %s', (_, plant) => {
    for (const value of values.get(id) ?? []) {
      for (const written of [value, fullWidth(value)]) {
        const text = plant(written);
        const start = text.indexOf(written);
        expect([text, sure(findAllWith(text, inForce)).map((one) => [one.detector, one.start, one.end])]).toEqual([
          text,
          [[id, start, start + written.length]],
        ]);
      }
    }
  });

  it('finds its own hits beside the other detectors, and its misses not', () => {
    for (const marked of detector.cases.hit) {
      const { text, start, end } = hit(marked);
      const own = findAllWith(text, inForce).filter((one) => one.detector === id);
      expect([text, own.map((one) => [one.start, one.end])]).toEqual([text, [[start, end]]]);
    }
  });

  it('says the same for every cut into two, and character by character', () => {
    for (const marked of [...detector.cases.hit, ...detector.cases.miss]) {
      const text = `前文 ${plainCase(marked)}；尾`;
      const whole = findAllWith(text, [detector]);
      for (let cut = 0; cut <= text.length; cut++) {
        const scanner = new TextScanner([detector]);
        const first = scanner.push(text.slice(0, cut), false);
        const second = scanner.push(text.slice(cut), true);
        expect([...first.findings, ...second.findings]).toEqual(whole);
        expect(first.text + second.text).toBe(text);
      }
      const scanner = new TextScanner([detector]);
      const pieces = Array.from(text, (one) => scanner.push(one, false).findings).flat();
      expect([...pieces, ...scanner.push('', true).findings]).toEqual(whole);
    }
  });

  it('does not find again what was masked, and finds its neighbours as before', () => {
    for (const marked of detector.cases.hit) {
      for (const text of [plainCase(marked), `${plainCase(marked)} 13912345678`, `5212345678900006 ${plainCase(marked)}`, `${plainCase(marked)}\n${plainCase(marked)}`]) {
        const masked = new TextScanner(inForce, () => true).push(text, true);
        expect(masked.text).toHaveLength(text.length);
        expect([masked.text, findAllWith(masked.text, inForce)]).toEqual([masked.text, []]);
      }
    }
  });
});

describe('ordinary text', () => {
  it('has no finding that policy would act on', () => {
    const texts = [
      'The quick brown fox, 2026-11-22 05:47:00, v1.22.333.4444',
      '1.4833333333333334 2.718281828459045 3.14159265358979323846 0.1000000000000000055511151231257827',
      '550e8400-e29b-41d4-a716-446655440000 6ba7b810-9dad-11d1-80b4-00c04fd430c8',
      'd41d8cd98f00b204e9800998ecf8427e e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      '1700000000 1700000000000 1700000000000000 1700000000000000000',
      '1293847561029384756 trace_id=4bf92f3577b34da6a3ce929d0e0e4736',
      '192.168.100.200 10.0.0.1:8080 fe80::1ff:fe23:4567:890a 00:1A:2B:3C:4D:5E',
      '400-810-8888 95588 12306 10086 800-820-8888 +1 (415) 555-2671 +44 20 7946 0958',
      'ISBN 978-7-302-51161-3, 6901234567892, ¥1,234,567.89',
      'commit 5920309 2026年11月22日 第12345678901234号',
      '|----|----|----|----| 0000 0000 0000 0000 1111 1111 1111 1111',
    ];
    for (const text of texts) expect([text, sure(findAllWith(text, builtInDetectors))]).toEqual([text, []]);
  });

  it('of random tables of numbers yields no card', () => {
    let seed = 7;
    const next = (limit: number): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) % limit;
    const rows = Array.from({ length: 2000 }, () => Array.from({ length: 8 }, () => String(1000 + (next(1 << 30) >> 8) % 9000)).join(' '));
    const cards = sure(findAllWith(rows.join('\n'), builtInDetectors)).filter((one) => one.detector !== 'cn.phone');
    expect(cards).toEqual([]);
  });

  it('of random numbers is rarely taken for an ID or a card', () => {
    const source = numberSource(61);
    const misses = Array.from({ length: 1000 }, () => `${source.nearMissId()}\n${source.nearMissCard()}`).join('\n');
    expect(findAllWith(misses, builtInDetectors).filter((one) => one.detector === 'cn.resident-id')).toEqual([]);
    // One near miss of an ID in thirty passes as a card of 18 digits by chance.
    expect(sure(findAllWith(misses, builtInDetectors)).length).toBeLessThan(10);
  });
});
