/** Rewrites areas.ts from the numbering plan in libphonenumber's resources/PhoneNumberMetadata.xml (Apache-2.0): `node detectors/data/refresh-areas.mjs <that file> <its release>`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [file, release] = process.argv.slice(2);
if (file === undefined || release === undefined) throw new Error('usage: node detectors/data/refresh-areas.mjs <PhoneNumberMetadata.xml> <release>');
const china = /<territory id="CN"[^]*?<\/territory>/.exec(readFileSync(file, 'utf8'))?.[0] ?? '';
const fixed = /<fixedLine>[^]*?<nationalNumberPattern>([^]*?)<\/nationalNumberPattern>/.exec(china)?.[1];
if (fixed === undefined) throw new Error('the file has no fixed lines of CN');
const plan = new RegExp(`^(?:${fixed.replace(/\s+/g, '')})$`);

/** Subscriber numbers begin with 2 to 8: an area exists where the plan takes one of them, in 7 digits, in 8 or in both. */
const takes = (area, length) => plan.test(area + '6666666'.padEnd(length, '6'));
const isTwoDigit = (area) => /^(?:10|2\d)$/.test(area);
const areas = Array.from({ length: 990 }, (_, index) => String(index + 10)).filter((area) =>
  area.length === 2 ? isTwoDigit(area) && takes(area, 8) : !isTwoDigit(area.slice(0, 2)) && (takes(area, 7) || takes(area, 8)),
);
const two = areas.filter((area) => area.length === 2);
const three = areas.filter((area) => area.length === 3);
const rows = (list) => {
  const byFirst = new Map();
  for (const area of list) byFirst.set(area.slice(0, 2), (byFirst.get(area.slice(0, 2)) ?? '') + area.slice(2));
  return [...byFirst].map(([first, thirds]) => `${first}:${thirds}`).join(' ');
};
const wrapped = (text) => (text.match(/.{1,110}(?: |$)/g) ?? []).map((line) => `  '${line}'`).join(' +\n');

writeFileSync(
  fileURLToPath(new URL('areas.ts', import.meta.url)),
  `/** Long-distance area codes of China and the lengths of their subscriber numbers. Made by refresh-areas.mjs from libphonenumber ${release} (Apache-2.0, Copyright The Libphonenumber Authors) on ${new Date().toISOString().slice(0, 10)}; do not edit. */

/** Two digits after the 0; their numbers have 8 digits. */
export const TWO_DIGIT = '${two.join(' ')}';

/** Three digits after the 0, numbers of 7 digits: first two digits, then the third digits in use. */
export const THREE_DIGIT_SEVEN =
${wrapped(rows(three.filter((area) => takes(area, 7))))};

/** The same for numbers of 8 digits. */
export const THREE_DIGIT_EIGHT =
${wrapped(rows(three.filter((area) => takes(area, 8))))};
`,
);
