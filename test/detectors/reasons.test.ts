/** Every reason has words in both languages, is explained in the documentation, and is one that some detector gives. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import RE2 from 're2';
import type { Detector } from '../../detectors/contract.js';
import { patternDetector } from '../../detectors/pattern.js';
import { plainCase } from '../../detectors/prove.js';
import { REASONS, reasonWords, type ReasonWords } from '../../detectors/reasons.js';
import { builtInDetectors } from '../../detectors/registry.js';
import { findAllWith } from '../../detectors/scan/find.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const listed: readonly (readonly [string, ReasonWords])[] = Object.entries(REASONS);

const staff = patternDetector(
  {
    id: 'acme.staff', title: { zh: '工号', en: 'Staff number' }, pattern: 'E\\d{8}', checksum: 'luhn', words: ['staff'],
    confidence: 0.6, confidenceWithWords: 0.9, keep: { first: 1, last: 0 }, cases: { hit: ['staff «E12345674»'], miss: ['E12345675'] },
  },
  RE2,
);

describe.each(listed)('the reason %s', (code, { zh, en }) => {
  it('has a clause in Chinese and one in English', () => {
    expect(zh).toMatch(/\p{Script=Han}/u);
    expect(en).toMatch(/^[a-z]/);
    expect(en).not.toMatch(/\p{Script=Han}/u);
    for (const clause of [zh, en]) expect(clause).not.toMatch(/[.。;；]$/);
  });

  it('is explained in the documentation', () => {
    expect(readFileSync(`${root}docs/detectors.md`, 'utf8')).toContain(`\`${code}\``);
  });
});

describe('the reasons', () => {
  it('that detectors give for their own cases all have words', () => {
    const detectors: readonly Detector[] = [...builtInDetectors, staff];
    const given = new Set(
      detectors.flatMap((detector) => {
        const { hit, miss } = detector.cases;
        return [...hit, ...miss].flatMap((text) => findAllWith(`${plainCase(text)}\n手机 卡号 身份证 staff ${plainCase(text)} 订单号 ${plainCase(text)}`, [detector]).flatMap((one) => one.reasons ?? []));
      }),
    );
    expect(given.size).toBeGreaterThan(15);
    expect([...given].filter((code) => reasonWords(code) === undefined)).toEqual([]);
  });

  it('on the list are all given by some detector', () => {
    const sources = readdirSync(`${root}detectors`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && name !== 'reasons.ts')
      .map((name) => readFileSync(`${root}detectors/${name}`, 'utf8'))
      .join('\n');
    // The trust of an issuer is made into its code: `issuer-${trust}`.
    expect(listed.map(([code]) => code).filter((code) => !sources.includes(`'${code.replace(/^issuer-/, '')}'`))).toEqual([]);
  });

  it('that are not on the list have no words, whatever they are called', () => {
    expect(['', 'constructor', '__proto__', 'unheard-of'].map(reasonWords)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
