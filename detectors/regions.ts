/** What the first six digits of a resident ID say of their place. */
import { COUNTIES, NATIONALITIES } from './data/regions.js';

/** Residence permits for people from Hong Kong, Macau and Taiwan carry one of these codes. */
const PERMITS: ReadonlySet<string> = new Set(['810000', '820000', '830000']);
/** In GB/T 2260 without county codes that cards would carry. */
const TAIWAN = '71';

const counties: ReadonlySet<string> = new Set(
  Object.entries(COUNTIES).flatMap(([province, prefectures]) =>
    prefectures.split(' ').flatMap((row) => {
      const prefecture = province + row.slice(0, 2);
      return (row.slice(2).match(/../g) ?? []).map((county) => prefecture + county);
    }),
  ),
);
const provinces: ReadonlySet<string> = new Set([...Object.keys(COUNTIES), TAIWAN]);
/** First digits of every region code. */
export const PROVINCE_STARTS: readonly string[] = [...provinces];
const nationalities: ReadonlySet<string> = new Set(NATIONALITIES.match(/.../g) ?? []);

export type Region = 'county' | 'permit' | 'province' | 'unknown';

export function regionOf(code: string): Region {
  if (counties.has(code)) return 'county';
  if (PERMITS.has(code)) return 'permit';
  return provinces.has(code.slice(0, 2)) ? 'province' : 'unknown';
}

/** A foreigner's card: 9, province that accepted it, ISO 3166 numeric nationality. */
export function isForeignerCode(code: string): boolean {
  return code.startsWith('9') && provinces.has(code.slice(1, 3)) && nationalities.has(code.slice(3, 6));
}
