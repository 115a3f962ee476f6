/** Number segments in force: mobile from MIIT's allotment list (state of 2023-03, published 2023-06-05; 92 and 98 are planned, not in force), areas from areas.ts. Public facts, no licence. */
import { THREE_DIGIT_EIGHT, THREE_DIGIT_SEVEN, TWO_DIGIT } from './areas.js';

/** Three-digit mobile segments whose 11-digit numbers belong to people. */
export const MOBILE_SEGMENTS: ReadonlySet<string> = new Set([
  '130', '131', '132', '133', '134', '135', '136', '137', '138', '139',
  '145', '146', '147', '148', '149',
  '150', '151', '152', '153', '155', '156', '157', '158', '159',
  '162', '165', '166', '167',
  '170', '171', '172', '173', '175', '176', '177', '178',
  '180', '181', '182', '183', '184', '185', '186', '187', '188', '189',
  '190', '191', '192', '193', '195', '196', '197', '198', '199',
]);

/** Satellite and other segments that share their first three digits with nothing else in force. */
export const LONGER_SEGMENTS: readonly string[] = ['1619', '1740', '1741', '1749'];

/** `31:01` stands for 310 and 311. */
function areasOf(rows: string): string[] {
  return rows.split(' ').flatMap((row) => {
    const [first = '', thirds = ''] = row.split(':');
    return Array.from(thirds, (third) => first + third);
  });
}

/** Two-digit areas (after the 0); their subscriber numbers have 8 digits. */
export const TWO_DIGIT_AREAS: ReadonlySet<string> = new Set(TWO_DIGIT.split(' '));

/** Areas that were merged into others; their numbers of 7 digits stand in old papers. */
const FORMER_AREAS = '44:08 56:5 73:23 76:5 89:09 91:08';

/** Three-digit areas with subscriber numbers of 7 digits; a few have both lengths. */
export const SEVEN_DIGIT_AREAS: ReadonlySet<string> = new Set([...areasOf(THREE_DIGIT_SEVEN), ...areasOf(FORMER_AREAS)]);

export const EIGHT_DIGIT_AREAS: ReadonlySet<string> = new Set(areasOf(THREE_DIGIT_EIGHT));

export const AREAS: ReadonlySet<string> = new Set([...TWO_DIGIT_AREAS, ...SEVEN_DIGIT_AREAS, ...EIGHT_DIGIT_AREAS]);

/** Numbers that stand in advertisements and manuals as examples or hotlines. */
export const TEST_PHONES: ReadonlySet<string> = new Set(['13800138000']);
