/** No text is dear: verdicts asked for, and group starts they are asked at, stay within a fixed number per character, however long the text. */
import { describe, expect, it } from '@jest/globals';
import type { Detector } from '../../../detectors/contract.js';
import { findAllWith } from '../../../detectors/scan/find.js';
import { builtIns, engine, inspectBody } from '../../kit/engine.js';
import { numberSource, randomBelow } from '../../kit/numbers.js';

const below = randomBelow(909);
const source = numberSource(910);
const endless = (unit: () => string) => (size: number): string => {
  const parts: string[] = [];
  for (let length = 0; length < size; ) {
    const part = unit();
    parts.push(part);
    length += part.length;
  }
  return parts.join('');
};
const digits = (count: number): string => Array.from({ length: count }, () => String(below(10))).join('');
const HAN = '〇一二三四五六七八九';
const GAPS = [' ', '-', '.', '/', ',', '、', '\n', '\t', ' - ', '\u200b', ''];

/** Verdicts per thousand characters that each may ask for: some twice what it does. */
const TEXTS: readonly (readonly [string, (size: number) => string, number])[] = [
  ['1 1 1', endless(() => '1 '), 5],
  ['1-1-1', endless(() => '1-'), 5],
  ['1,1,1', endless(() => '1,'), 5],
  ['1、1、1', endless(() => '1、'), 5],
  ['single digits of chance', endless(() => `${digits(1)} `), 5],
  ['single digits after letters', endless(() => `${'1 '.repeat(26)}a `), 250],
  ['pairs of digits', endless(() => `${digits(2)}-`), 120],
  ['groups of three', endless(() => `${digits(3)} `), 80],
  ['groups of four', endless(() => `${digits(4)} `), 60],
  ['numbers that are valid', endless(() => `${source.residentId()},${source.bankCard()},${source.phone()}\n`), 250],
  ['phones with nothing else', endless(() => `${source.phone()} `), 250],
  ['one run of digits', endless(() => digits(64)), 2],
  ['Han numerals', endless(() => HAN.charAt(below(10))), 2],
  ['Han numerals one by one', endless(() => `${HAN.charAt(below(10))}、`), 5],
  ['digits with zero-width spaces', endless(() => `${digits(1)}\u200b`), 2],
  ['anything', endless(() => digits(1 + below(8)) + (GAPS[below(GAPS.length)] ?? '')), 60],
];

function counted(): { detectors: Detector[]; calls: () => number } {
  let calls = 0;
  const detectors = builtIns.map((one): Detector => (one.kind === 'pattern' ? one : { ...one, verify: (candidate) => (calls++, one.verify(candidate)) }));
  return { detectors, calls: () => calls };
}
const asLibrary = (text: string): number => {
  const { detectors, calls } = counted();
  findAllWith(text, detectors);
  return calls();
};
const asGateway = (text: string): number => {
  const { detectors, calls } = counted();
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 4096) }, (_, i) => bytes.subarray(i * 4096, (i + 1) * 4096));
  inspectBody('text/plain; charset=utf-8', chunks, () => true, engine(detectors));
  return calls();
};

const SIZE = 6_000;

describe.each([['findAll', asLibrary], ['the gateway, masking', asGateway]] as const)('%s', (_name, verdicts) => {
  it.each(TEXTS)('asks for a bounded number of verdicts on %s', (_text, make, most) => {
    const text = make(2 * SIZE);
    const half = verdicts(text.slice(0, SIZE));
    const whole = verdicts(text);
    expect(half).toBeLessThanOrEqual((most * SIZE) / 1000 + 50);
    // What the second half adds is what the first one took, give or take chance.
    expect(whole).toBeLessThanOrEqual(2 * half * 1.3 + 60);
  });
});

describe('a list of single digits', () => {
  const ID = Array.from('440524188001010014');
  const filtered = engine();
  const whole = engine(builtIns, { prefilter: false });
  const PHONE = Array.from('13812345678');
  const found = (text: string, prefilter: boolean): string[] =>
    inspectBody('text/plain; charset=utf-8', [Buffer.from(text)], () => true, prefilter ? filtered : whole).findings.map(({ detector, start, end }) => `${detector} ${String(start)} ${String(end)}`);

  it.each([' ', '-', '、', '，', ' - '])('is the same to the prefilter and to the verifier, parted by %j', (gap) => {
    for (const number of [ID, PHONE]) {
      for (let more = 0; more < 14; more++) {
        for (let front = 0; front <= more; front += 4) {
          const singles = [...Array.from({ length: front }, () => '7'), ...number, ...Array.from({ length: more - front }, () => '7')];
          for (const text of [singles.join(gap), `电话：${singles.join(gap)}。`, `*${singles.join(gap)}*`, `8${singles.join(gap)}8`]) expect(found(text, true)).toEqual(found(text, false));
        }
      }
    }
  });

  it('is none while it may be a number with little beside it', () => {
    const number = ID.join(' ');
    expect(findAllWith(`证号 ${number}`, builtIns)).toHaveLength(1);
    expect(findAllWith(`证号 ${'7 '.repeat(7)}${number}`, builtIns)).toHaveLength(1);
    expect(findAllWith(`证号 ${'7 '.repeat(4)}${number}${' 7'.repeat(4)}`, builtIns)).toHaveLength(0);
  });
});
