/** How the groups of a number are written: what parts them, whether people part such numbers so, and where a line end or a change of script cuts them. */
import type { Candidate } from './contract.js';

/** `whole`: no group boundary that anyone sees. `usual`: groups of a list. `singles`: every digit by itself. `uneven`: all others. */
export type Groups = 'whole' | 'usual' | 'singles' | 'uneven';
/**
 * What stands between the groups. `plain`: one blank, hyphen or dot. `wide`: two or three blanks. `mark`: one slash, underscore, tilde or bullet.
 * `list`: what parts items and cells (comma, semicolon, colon, bar, tab). `clause`: Chinese punctuation, which parts no cells. `several`: gaps of two kinds or more, or brackets.
 */
export type Gaps = 'none' | 'plain' | 'wide' | 'mark' | 'list' | 'clause' | 'several';

export interface Writing {
  readonly groups: Groups;
  readonly gaps: Gaps;
  /** Different kinds of gaps, line ends aside. */
  readonly kinds: number;
  /** Line ends inside the number. */
  readonly lineEnds: number;
  /** Places where decimal digits and numerals touch. */
  readonly switches: number;
}

const LINE_END = /[\n\v\f\r\u0085\u2028\u2029]/;
const DASH = /^ ?[-\u2010-\u2015\u2212] ?$/;
const DOT = /^[.\u00b7\u2027\u30fb]$/;
const MARK = /^ ?([/_~\u2022\u2044]) ?$/;
const CLAUSE = /^ ?([\u3001\u3002\uff0c\uff1b\uff1a]) ?$/;
const LIST = /^[ \t]*([,;:|]|\t) *$/;

const WHOLE: Writing = { groups: 'whole', gaps: 'none', kinds: 0, lineEnds: 0, switches: 0 };

/** `usual` lists groups as sources write them: `6-8-4`. */
export function writingOf({ groups, gaps }: Pick<Candidate, 'groups' | 'gaps'>, usual: ReadonlySet<string>): Writing {
  if (gaps.length === 0) return WHOLE;
  const [gap = ''] = gaps;
  const only = kindOf(gap);
  if (only !== 'line-end' && only !== 'switch' && gaps.every((one) => one === gap)) return { groups: groupsOf(groups, groups, usual), gaps: gapsOfKind(only), kinds: 1, lineEnds: 0, switches: 0 };
  const kinds = new Set<string>();
  let lineEnds = 0;
  let switches = 0;
  // A line end may stand between two groups or cut one: both readings are tried.
  const parted: number[] = [];
  const joined: number[] = [];
  groups.forEach((size, index) => {
    const gap = index === 0 ? undefined : gaps[index - 1];
    const kind = gap === undefined ? 'start' : kindOf(gap);
    if (kind === 'line-end') lineEnds++;
    else if (kind === 'switch') switches++;
    else if (kind !== 'start') kinds.add(kind);
    add(parted, size, kind === 'switch');
    add(joined, size, kind === 'switch' || kind === 'line-end');
  });
  return { groups: groupsOf(parted, joined, usual), gaps: gapsOf(kinds), kinds: kinds.size, lineEnds, switches };
}

function add(groups: number[], size: number, joins: boolean): void {
  const last = groups.at(-1);
  if (joins && last !== undefined) groups[groups.length - 1] = last + size;
  else groups.push(size);
}

/** No list of usual groups has more. */
const MOST_USUAL = 12;

function groupsOf(parted: readonly number[], joined: readonly number[], usual: ReadonlySet<string>): Groups {
  if (joined.length === 1) return 'whole';
  if (joined.length <= MOST_USUAL && (usual.has(parted.join('-')) || usual.has(joined.join('-')))) return 'usual';
  return parted.every((size) => size === 1) || joined.every((size) => size === 1) ? 'singles' : 'uneven';
}

function gapsOf(kinds: ReadonlySet<string>): Gaps {
  const [kind] = kinds;
  if (kind === undefined) return 'none';
  return kinds.size > 1 ? 'several' : gapsOfKind(kind);
}

function gapsOfKind(kind: string): Gaps {
  if (kind.startsWith('other')) return 'several';
  if (kind.startsWith('mark')) return 'mark';
  if (kind.startsWith('list')) return 'list';
  if (kind.startsWith('clause')) return 'clause';
  return kind === 'wide' ? 'wide' : 'plain';
}

/** Gaps are few, and the same again and again; bounded, since a text may hold any. */
const KINDS = new Map<string, string>();
const MOST_KINDS = 4096;

function kindOf(gap: string): string {
  const known = KINDS.get(gap);
  if (known !== undefined) return known;
  if (KINDS.size >= MOST_KINDS) KINDS.clear();
  const kind = kindOfGap(gap);
  KINDS.set(gap, kind);
  return kind;
}

/** One name for each kind of gap, so that full-width forms and every dash are the same. */
function kindOfGap(gap: string): string {
  if (gap === '') return 'switch';
  if (LINE_END.test(gap)) return 'line-end';
  const clause = CLAUSE.exec(gap);
  if (clause !== null) return `clause ${clause[1] ?? ''}`;
  const plain = gap.normalize('NFKC');
  if (/^\p{Zs}+$/u.test(plain)) return plain.length === 1 ? 'blank' : 'wide';
  if (DASH.test(plain)) return 'dash';
  if (DOT.test(plain)) return 'dot';
  const mark = MARK.exec(plain);
  if (mark !== null) return `mark ${mark[1] ?? ''}`;
  const list = LIST.exec(plain);
  return list === null ? `other ${plain}` : `list ${list[1] ?? ''}`;
}
