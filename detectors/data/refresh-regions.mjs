/** Rewrites regions.ts from the development dependency idcard-tool (MIT): `node detectors/data/refresh-regions.mjs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import idcard from 'idcard-tool';

const PROVINCES = [11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65];
const packageFile = new URL('../../node_modules/idcard-tool/package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8'));
const two = (number) => String(number).padStart(2, '0');
// The package has no list to ask for, only names of one number's region; the rest of the number does not matter to it.
const name = (code) => idcard(`${code}199001010010`)?.sign ?? '';

/** Codes whose name adds something to what every code of the same prefecture shows. */
function codesOf(province, prefecture) {
  const names = Array.from({ length: 100 }, (_, county) => name(`${province}${two(prefecture)}${two(county)}`));
  const shared = Math.min(...names.slice(1).map((one) => one.length));
  const counties = names.flatMap((one, county) => (county > 0 && one.length > shared ? [two(county)] : []));
  // A city without counties (441900 Dongguan) gives its own code to people.
  const ownName = (names[0] ?? '').length > name(`${province}9899`).length;
  return ownName && prefecture > 0 ? ['00', ...counties] : counties;
}

const lines = PROVINCES.map((province) => {
  const prefectures = Array.from({ length: 100 }, (_, prefecture) => [two(prefecture), codesOf(province, prefecture)]);
  const known = prefectures.filter(([, codes]) => codes.length > 0).map(([prefecture, codes]) => prefecture + codes.join(''));
  return `  '${province}': '${known.join(' ')}',`;
});
const nationalities = Array.from({ length: 1000 }, (_, code) => String(code).padStart(3, '0')).filter(
  (code) => idcard(`911${code}198501010017`)?.country !== '无国籍',
);

writeFileSync(
  fileURLToPath(new URL('regions.ts', import.meta.url)),
  `/** Region codes of GB/T 2260, abolished ones too, and ISO 3166 numeric countries. Made by refresh-regions.mjs from idcard-tool ${version} (MIT, Copyright HaoLe Zheng) on ${new Date().toISOString().slice(0, 10)}; do not edit. */

/** Province → prefectures, each two digits followed by the two digits of each of its counties. */
export const COUNTIES: Readonly<Record<string, string>> = {
${lines.join('\n')}
};

/** Three digits each. */
export const NATIONALITIES =
  '${nationalities.join('')}';
`,
);
