/** The accuracy half of docs/figures.md: how to read it, then the tables. */
import { report } from './report.js';
import type { Score } from './score.js';

export function figuresPage(score: Score, seed: number): string {
  return `The corpus (test/corpus/) is made from seed ${seed}: no real person's data, the same bytes on every machine. \`npm run accuracy -- --out DIR\` writes it to a folder with its truth (\`truth.jsonl\`: file, detector or \`none\` for a decoy, UTF-16 offsets of the digits, form, kind, host), so that any other tool can be scored on it; \`--seed N\` makes another one; \`--check\` fails on a drop; \`--json\` prints all counts; \`--benign DIR [--ending .log] [--show [--from 0.7]]\` scores a folder of your own as text in which nothing is to be found.

How to read it:
- A finding is right when the detector and the span of the digits agree with the truth. A country code in front of a phone number may be in the span or out of it; a wrong span is both a miss and a false finding.
- "≥ 0.7" means that findings of lower confidence are left out; policies act from 0.7 unless a rule says otherwise.
- The corpus is made to be hard: many of its numbers are decoys (order, waybill, credit code, time, hash …) or differ from a valid number in one respect, many of the tables have headers that say nothing, and some decoys have a valid shape by chance. Its precision is therefore lower than that on everyday text, and the benign part is denser in digits than any real archive: its second table shows which text the false findings come from.
- Not every number can be told from its surroundings: 11 random digits without a word are a phone number to any reader. 100 % is not reachable.
- A reliable confidence says 0.8 where 8 of 10 are right; the last table compares, on this corpus's mixture.

${report(score)}`;
}
