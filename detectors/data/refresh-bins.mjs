/** Rewrites bins.ts from the development dependency bankcardinfo (ISC): `node detectors/data/refresh-bins.mjs`. Its table is read as text: the package itself would ask a server about unknown numbers. */
import { readFileSync, writeFileSync } from 'node:fs';

const folder = new URL('../../node_modules/bankcardinfo/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8'));
const source = readFileSync(new URL('index.js', folder), 'utf8');

const byLength = new Map();
for (const [, prefixes, rest] of source.matchAll(/reg: \/\^\(([\d|]+)\)\\d\{(\d+)\}\$/g)) {
  for (const prefix of prefixes.split('|')) {
    const length = prefix.length + Number(rest);
    byLength.set(length, [...(byLength.get(length) ?? []), prefix]);
  }
}
// Cards end at 19 digits (ISO/IEC 7812); the three entries of 20 are left out.
const lengths = [...byLength].filter(([length]) => length <= 19).sort(([a], [b]) => a - b);
const lines = lengths.map(([length, all]) => {
  const prefixes = [...new Set(all)].sort();
  const unionPay = prefixes.filter((one) => /^62\d{4}$/.test(one)).map((one) => one.slice(2));
  const others = prefixes.filter((one) => !/^62\d{4}$/.test(one));
  return `  ${length}: { after62: '${unionPay.join('')}', others: '${others.join(' ')}' },`;
});

writeFileSync(
  new URL('bins.ts', import.meta.url),
  `/** First digits of cards issued in mainland China, by length of the card. Made by refresh-bins.mjs from bankcardinfo ${version} (ISC, Copyright navyxie; data of about 2018) on ${new Date().toISOString().slice(0, 10)}; do not edit. */

/** \`after62\`: the four digits after 62, joined; \`others\`: whole prefixes. */
export const BINS: Readonly<Record<number, { readonly after62: string; readonly others: string }>> = {
${lines.join('\n')}
};
`,
);
