/** Number segments in force: mobile from MIIT's allotment list (state of 2023-03, published 2023-06-05), area codes and their lengths from the carriers' long-distance tables (seen 2026-11). Public facts, no licence. */

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

/** Two-digit areas (after the 0); their subscriber numbers have 8 digits. */
export const TWO_DIGIT_AREAS: ReadonlySet<string> = new Set(['10', '20', '21', '22', '23', '24', '25', '27', '28', '29']);

/** Three-digit areas: first two digits followed by the third digits in use. */
const THREE_DIGIT_AREAS =
  '31:0123456789 33:5 34:9 35:0123456789 37:0123456789 39:1234568 41:0123456789 42:179 43:123456789 44:08 ' +
  '45:123456789 46:4789 47:0123456789 48:23 51:0123456789 52:37 53:0123456789 54:36 55:0123456789 56:123456 ' +
  '57:0123456789 58:0 59:123456789 63:12345 66:0238 69:12 70:1 71:0123456789 72:248 73:0123456789 74:3456 ' +
  '75:0123456789 76:0235689 77:0123456789 79:0123456789 81:23678 82:567 83:0123456789 85:123456789 ' +
  '87:0123456789 88:3678 89:0123456789 90:123689 91:0123456789 93:0123456789 94:13 95:12345 97:012345679 ' +
  '99:0123456789';

export const AREAS: ReadonlySet<string> = new Set([
  ...TWO_DIGIT_AREAS,
  ...THREE_DIGIT_AREAS.split(' ').flatMap((row) => {
    const [first = '', thirds = ''] = row.split(':');
    return Array.from(thirds, (third) => first + third);
  }),
]);

/** Three-digit areas known to have gone over to subscriber numbers of 8 digits; the list is not complete, so 8 digits elsewhere only cost confidence. */
export const EIGHT_DIGIT_AREAS: ReadonlySet<string> = new Set([
  '311', '371', '411', '431', '451', '510', '511', '512', '513', '514', '515', '516', '517', '518', '519', '523', '527',
  '531', '532', '551', '571', '574', '577', '591', '595', '731', '755', '757', '769', '791', '851', '871', '898',
]);

/** Numbers that stand in advertisements and manuals as examples or hotlines. */
export const TEST_PHONES: ReadonlySet<string> = new Set(['13800138000']);
