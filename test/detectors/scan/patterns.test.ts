/** Pattern detectors beside numbers in one scan: nothing that begins at the same place is lost, and cuts do not matter. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import RE2 from 're2';
import { cnPhone } from '../../../detectors/cn-phone.js';
import type { Detector, PatternDetector } from '../../../detectors/contract.js';
import { patternDetector, type PatternDefinition } from '../../../detectors/pattern.js';
import { findAllWith } from '../../../detectors/scan/find.js';
import { PatternSet } from '../../../detectors/scan/pattern-set.js';
import { PatternSearch } from '../../../detectors/scan/patterns.js';
import { detectorSet, scanUnits } from '../../../detectors/scan/scan-units.js';
import { TextScanner } from '../../../detectors/scan/text-scanner.js';
import { costing } from '../../kit/cpu-time.js';
import { builtIns } from '../../kit/engine.js';
import { scanInPieces } from '../../kit/scan-text.js';
import { text as arbitraryText } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

const pattern = (id: string, source: string, over: Partial<PatternDefinition> = {}): PatternDetector =>
  patternDetector(
    { id, title: { zh: id, en: id }, pattern: source, checksum: 'none', words: [], confidence: 0.8, confidenceWithWords: 0.9, keep: { first: 0, last: 0 }, cases: { hit: [], miss: [] }, ...over },
    RE2,
  );
const units = (text: string): Uint16Array => Uint16Array.from(text, (_, i) => text.charCodeAt(i));
const seen = (text: string, detectors: readonly Detector[]): string[] => findAllWith(text, detectors).map(({ detector, start, end }) => `${detector} ${text.slice(start, end)}`);

describe('the next match of a pattern', () => {
  it('is found in every block, and never twice', () => {
    const digits = pattern('p', 'A\\d{4}');
    for (const gap of [10, 250, 300, 1000, 16_000, 17_000, 40_000]) {
      const text = `${'x'.repeat(gap)}A1234${'y'.repeat(gap)}A5678`;
      expect(seen(text, [digits])).toEqual(['p A1234', 'p A5678']);
    }
  });

  it('is the leftmost one, also where the end of the block hides it', () => {
    const either = pattern('p', '[a-z]{100}|\\d{4}');
    for (let lead = 200; lead < 460; lead++) {
      const text = `${' '.repeat(lead)}${'q'.repeat(60)}1234${'q'.repeat(36)}`;
      const long = `${' '.repeat(lead)}${'q'.repeat(100)}`;
      expect([seen(text, [either]).length, seen(long, [either]).length]).toEqual([1, 1]);
    }
  });

  it('is not decided while more text could show an earlier one', () => {
    const either = pattern('p', '[a-z]{100}|\\d{4}');
    const search = new PatternSearch({ units: units(`${'q'.repeat(60)}1234`), length: 64, last: false }, new PatternSet([either]));
    expect([search.earliest(0, 64), search.unsureFrom(0)]).toEqual([undefined, 0]);
  });
});

describe('a pattern that only more text will show', () => {
  it('is not taken for what a number behind the bound of numbers says', () => {
    const set = detectorSet([...builtIns, pattern('five', '\\d{5}')]);
    const window = units(`:::510104197003023420${'。'.repeat(200)}`);
    const scanned = scanUnits({ units: window, length: window.length, last: false }, 0, set, () => false, 0, 1);
    expect(scanned.matches.map(({ detector }) => detector.id).slice(0, 1)).not.toEqual(['five']);
  });

  it('is not passed over because the number behind it is certain already', () => {
    const detectors = [...builtIns, pattern('five', '\\d{5}'), pattern('long', 'q{40}')];
    for (const text of ['00082"〇四一九、五九〇八〇八七', '12345" 138-1234-5678', '卡 12345,6222021234567890128', '12345 E12345 11010519491231002X']) {
      const whole = `${text}${'。'.repeat(200)}`;
      for (let cut = 1; cut < whole.length; cut++) {
        const scanner = new TextScanner(detectors, () => true);
        const first = scanner.push(whole.slice(0, cut), false);
        const rest = scanner.push(whole.slice(cut), true);
        expect([cut, ...first.findings, ...rest.findings]).toEqual([cut, ...new TextScanner(detectors, () => true).push(whole, true).findings]);
      }
    }
  });
});

describe('claims that begin at the same place', () => {
  it('are all heard: a sure pattern beats an unsure number', () => {
    const staff = pattern('staff', '\\d{11}', { confidence: 0.95 });
    expect(seen('订单号 13812345678 end', [cnPhone, staff])).toEqual(['staff 13812345678']);
    expect(seen('手机 13812345678 end', [cnPhone, pattern('staff', '\\d{11}', { confidence: 0.5 })])).toEqual(['cn.phone 13812345678']);
  });

  it('are all heard: the surer of two patterns wins, whichever is declared first', () => {
    const weak = pattern('weak', 'E\\d{6}', { confidence: 0.3 });
    const sure = pattern('sure', 'E\\d{6}', { confidence: 0.95 });
    expect(seen('x E123456 y', [weak, sure])).toEqual(['sure E123456']);
    expect(seen('x E123456 y', [sure, weak])).toEqual(['sure E123456']);
  });

  it('are all heard: a pattern inside a country code does not silence the number', () => {
    expect(seen('手机 8613812345678 end', [cnPhone, pattern('two', '61', { confidence: 0.2 })])).toContain('cn.phone 13812345678');
  });
});

describe('patterns in a stream', () => {
  const sets: readonly (readonly Detector[])[] = [
    [...builtIns, pattern('any', '[a-z]{3,40}\\d{2,6}', { words: ['order'], keep: { first: 1, last: 1 } })],
    [...builtIns, pattern('six', '\\d{6}', { notBefore: '\\d', notAfter: '\\d', confidence: 0.95 })],
    [...builtIns, pattern('long', 'x.{0,60}9', { confidence: 0.4 }), pattern('four', '[0-9]{4}', { confidence: 0.75 })],
    [pattern('zeros', '[0-9*]{8}')],
  ];
  const run = (text: string, sizes: readonly number[], detectors: readonly Detector[], masks: boolean): unknown => scanInPieces(text, sizes, detectors, () => masks);

  it.each(sets.map((set, i) => [i, set] as const))('are the same for every cut (set %i)', (_, detectors) => {
    fc.assert(
      fc.property(arbitraryText, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }), fc.boolean(), (text, sizes, masks) => {
        expect(run(text, sizes, detectors, masks)).toEqual(run(text, [text.length + 1], detectors, masks));
      }),
      runs(150),
    );
  });

  it('come to an end where a mask matches the pattern again', () => {
    const stars = pattern('stars', '[0-9*]{4}');
    expect(new TextScanner([stars], () => true).push('a 12345678901234 b', true).text).toMatch(/^a \*{12,14}\d{0,2} b$/);
  });

  it('take time in proportion to the text', () => {
    const text = 'E123456 '.repeat(20_000);
    const { result, cpuMs } = costing(() => findAllWith(text, [pattern('p', 'E\\d{6}')]), 4000);
    expect(result).toHaveLength(20_000);
    expect(cpuMs).toBeLessThan(4000);
  });
});
