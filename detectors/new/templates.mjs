/** What new-detector.mjs writes: two samples, each small, whole and proven, for their author to change. */

const number = ({ id, name }) => `/** Finds ${id}: 12 digits that begin with 88 and pass Luhn. A sample: change it to your own kind of number. */
import { luhn } from './checksum.js';
import type { NumberDetector } from './contract.js';
import { groupingOf } from './grouping.js';
import { surroundingsOf } from './surroundings.js';
import { anyOf, hintOf, type Words } from './words/match.js';

/** The ways people part the digits; other gaps are chance. */
const GROUPS: ReadonlySet<string> = new Set(['4-4-4', '6-6']);
/** \`raise\`: words that name this kind of number; \`lower\`: labels of others. Latin words in lower case. */
const WORDS: Words = {
  raise: anyOf(['客户号', '客户编号', 'customer no', 'customer number']),
  lower: anyOf(['订单号', '流水号', 'order no', 'serial no']),
};
/** One random number of 12 digits in a thousand looks like this: little enough to report, too much to act on. */
const ALONE = 0.6;
const WITH_WORDS = 0.92;

export const ${name}: NumberDetector = {
  kind: 'number',
  id: '${id}',
  title: { zh: '${id}', en: '${id}' },
  keep: { first: 0, last: 4 },
  // Below the built-in kinds (phones 10, cards 20, IDs 30): on the same digits they win.
  rank: 6,
  least: 12,
  most: 12,
  shapes: [{ lengths: [12], starts: ['88'], checksum: 'luhn' }],
  verify: (candidate) => {
    const { digits } = candidate;
    if (!digits.startsWith('88') || !luhn(digits)) return undefined;
    const grouping = groupingOf(candidate, GROUPS);
    if (grouping === 'mixed' || grouping === 'even') return undefined;
    const around = surroundingsOf(candidate);
    if (around.cutFromMask || around.hexadecimal || around.fraction || around.leftToken + around.rightToken !== '') return undefined;
    const hint = hintOf(around.left, around.right, WORDS);
    if (hint === 'lower') return undefined;
    return hint === 'raise' ? { confidence: WITH_WORDS, reasons: ['checksum', 'keyword'] } : { confidence: ALONE, reasons: ['checksum'] };
  },
  cases: {
    hit: ['«881234567892»', '客户号«8812 3456 7892»，', 'customer no: «880001234561»', '«８８１２３４５６７８９２»'],
    miss: ['881234567893', '991234567892', 'a881234567892', '0.881234567892', '88 1234567892', '订单号 881234567892'],
  },
};
`;

const pattern = ({ id, name }) => `/** Finds ${id}: AB- and six digits. A sample: change it to your own kind of text. */
import { CONTEXT, type PatternDetector } from './contract.js';

/** Without \`*\`, \`+\` and \`{n,}\`: a stream has to know where a match ends. */
const PATTERN = /AB-[0-9]{6}/g;
/** What PATTERN can match at most. */
const LONGEST = 9;
/** Beside it these make it part of something longer; masks (\`*\`) count as digits, so that masking a neighbour changes nothing. */
const GLUED = /[A-Za-z0-9_*＊]/;
const WORDS = /合同号|contract/i;
const ALONE = 0.7;
const WITH_WORDS = 0.95;

export const ${name}: PatternDetector = {
  kind: 'pattern',
  id: '${id}',
  title: { zh: '${id}', en: '${id}' },
  keep: { first: 3, last: 0 },
  // Below the built-in kinds (phones 10, cards 20, IDs 30): on the same digits they win.
  rank: 6,
  reach: LONGEST,
  next: (text, from) => {
    PATTERN.lastIndex = from;
    for (let match = PATTERN.exec(text); match !== null; match = PATTERN.exec(text)) {
      const start = match.index;
      const end = start + match[0].length;
      if (!GLUED.test(text.charAt(start - 1)) && !GLUED.test(text.charAt(end))) {
        const named = WORDS.test(text.slice(Math.max(0, start - CONTEXT), start));
        return named ? { start, end, confidence: WITH_WORDS, reasons: ['pattern', 'keyword'] } : { start, end, confidence: ALONE, reasons: ['pattern'] };
      }
      // One on, not past the match: another may begin inside it.
      PATTERN.lastIndex = start + 1;
    }
    return undefined;
  },
  cases: {
    hit: ['«AB-123456»', '合同号«AB-123456»，', '(contract «AB-000001»)', '«ＡＢ-１２３４５６»'],
    miss: ['AB-12345', 'AB-1234567', 'CAB-123456', 'AB-123456a', 'ab-123456'],
  },
};
`;

const test = (surer) => ({ id, name, file }) => `import { describe, expect, it } from '@jest/globals';
import { ${name} } from '../../detectors/${file}.js';
import { prove } from '../../detectors/prove.js';
import { findAllWith } from '../../detectors/scan/find.js';

const confidences = (text: string): readonly number[] => findAllWith(text, [${name}]).map((one) => one.confidence);

describe('${id}', () => {
  it('proves itself', () => {
    expect(() => prove(${name}, findAllWith)).not.toThrow();
  });

  it('is surer where a word names it', () => {
    const [alone = 0] = confidences('${surer.value}');
    const [named = 0] = confidences('${surer.word} ${surer.value}');
    expect(alone).toBeGreaterThan(0);
    expect(named).toBeGreaterThan(alone);
  });

  it('finds each of two', () => {
    expect(confidences('${surer.value}，${surer.value}')).toHaveLength(2);
  });
});
`;

export const TEMPLATES = {
  number: { detector: number, test: test({ word: '客户号', value: '881234567892' }) },
  pattern: { detector: pattern, test: test({ word: '合同号', value: 'AB-123456' }) },
};
