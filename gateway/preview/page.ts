/** Cuts a page of text where lines, rows, characters and findings end, and hides what must not be seen of it. */
import type { Finding, LookedPage } from '../ports.js';
import type { HideNumbers } from './hidden-numbers.js';
import type { JsonIndent } from './json-indent.js';
import type { PartKind, WidthAt } from './part-kind.js';
import { runsOf, type Found } from './runs.js';
import { covering, type TextRun } from './segments.js';
import { drawnLength } from './drawn.js';

/** Bytes of one page: indentation, written-out characters and row marks need room too. */
export const PAGE_BYTES = 32 * 1024;
/** One answer carries at most so many characters. */
export const TEXT_MOST = 64 * 1024;
const LEAST_BYTES = 512;
/** Bytes behind the page that are looked at with it: a number that goes on there is one all the same. */
const BEHIND = 512;

export interface RawPage {
  /** Where the page begins in the text. */
  readonly at: number;
  /** With some that come behind it. */
  readonly bytes: Uint8Array;
  readonly found: readonly Found[];
  /** What stands in front of the page, within the part: enough to see a number that begins there. */
  readonly lead: Uint8Array;
  /** The part ends with these bytes. */
  readonly ended: boolean;
}

export interface Cut {
  readonly kind: PartKind;
  readonly charset: string;
  readonly width: WidthAt | undefined;
  readonly hide: HideNumbers;
  /** Where in JSON the page begins. */
  readonly json: JsonIndent | undefined;
  readonly index: (finding: Finding) => number | undefined;
}

/** `more` counts from the page's beginning. */
export function cutPage(page: RawPage, cut: Cut): Omit<LookedPage, 'found'> {
  for (let most = PAGE_BYTES; ; most = Math.floor(most / 2)) {
    const end = pageEnd(page, most, cut);
    const made: Omit<LookedPage, 'found'> = {
      kind: cut.kind,
      runs: textRuns(page, end, cut).map(({ text, finding, hidden }) => {
        const found = finding === undefined ? undefined : cut.index(finding);
        return { text, ...(found === undefined ? {} : { found }), ...(hidden === true ? { hidden } : {}) };
      }),
      continued: page.lead.length > 0 && page.lead.at(-1) !== 0x26,
      ...(cut.json === undefined ? {} : { json: cut.json.place }),
      ...(page.ended && end >= page.bytes.length ? {} : { more: end }),
    };
    if (drawnLength(made) <= TEXT_MOST || most <= LEAST_BYTES) return made;
  }
}

/** Where a page of at most `most` bytes ends: at a border of rows or lines if there is one, never within a character or a finding. */
function pageEnd(page: RawPage, most: number, { kind, charset, width }: Cut): number {
  const { bytes, found, at } = page;
  if (page.ended && bytes.length <= most) return bytes.length;
  const limit = Math.min(most, bytes.length);
  let end = border(bytes, limit, kind) ?? wordBorder(bytes, characterBorder(bytes, limit, charset, width));
  const cut = found.find((one) => one.start - at < end && one.end - at > end);
  if (cut !== undefined) end = cut.start > at ? cut.start - at : Math.min(bytes.length, cut.end - at);
  return Math.max(1, end);
}

function border(bytes: Uint8Array, limit: number, kind: PartKind): number | undefined {
  const page = bytes.subarray(0, limit);
  switch (kind) {
    case 'json':
      return undefined;
    case 'form':
      return positive(page.lastIndexOf(0x26) + 1);
    case 'text': {
      const line = page.lastIndexOf(0x0a) + 1;
      return line > limit / 2 ? line : undefined;
    }
    case 'table': {
      let quoted = false;
      let end = 0;
      page.forEach((byte, i) => {
        if (byte === 0x22) quoted = !quoted;
        else if (byte === 0x0a && !quoted) end = i + 1;
      });
      return positive(end);
    }
  }
}

const positive = (place: number): number | undefined => (place > 0 ? place : undefined);

/** Letters, digits and what numbers and encoded texts are written with. */
const WORD = /[A-Za-z0-9+/=_%\\.-]/;
const WORD_MOST = 256;

/** A number or an encoded text is not cut in two, where neither half would show what it is. */
function wordBorder(bytes: Uint8Array, end: number): number {
  const isWord = (at: number): boolean => WORD.test(String.fromCharCode(bytes[at] ?? 0x20));
  if (end >= bytes.length || !isWord(end)) return end;
  let start = end;
  while (start > 0 && end - start < WORD_MOST && isWord(start - 1)) start--;
  return start > 0 && end - start < WORD_MOST ? start : end;
}

/** The last character that lies wholly in front of `limit`. */
function characterBorder(bytes: Uint8Array, limit: number, charset: string, width: WidthAt | undefined): number {
  if (limit >= bytes.length) return limit;
  if (charset === 'utf-8') {
    let end = limit;
    while (end > limit - 4 && end > 1 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    // An escape of a form stays whole.
    const escape = bytes.subarray(Math.max(0, end - 2), end).lastIndexOf(0x25);
    return escape < 0 ? end : Math.max(1, Math.max(0, end - 2) + escape);
  }
  if (width === undefined) return limit;
  let end = 0;
  for (let next = 0; next <= limit; ) {
    end = next;
    const size = (bytes[next] ?? 0) < 0x80 ? 1 : width(bytes, next);
    if (size < 1) break;
    next += size;
  }
  return end;
}

/** The page as text, cut where something was found or is hidden. What stands around the page counts too: no page begins or ends within a number unseen. */
function textRuns(page: RawPage, end: number, { charset, hide }: Cut): readonly TextRun[] {
  const decoded = (bytes: Uint8Array): string => new TextDecoder(charset).decode(bytes);
  const runs = [...runsOf(page.at, page.bytes.subarray(0, end), page.found)].map(({ bytes, found }): TextRun => ({ text: decoded(bytes), finding: found?.finding }));
  const lead = decoded(page.lead);
  const covered = hide(lead + runs.map(({ text }) => text).join('') + decoded(page.bytes.subarray(end, end + BEHIND)));
  const cut = (run: TextRun, cover: string | undefined): readonly TextRun[] => (run.finding === undefined ? covering(run.text, cover) : [run]);
  let at = lead.length;
  const seen = runs.flatMap((run) => {
    const from = at;
    at += run.text.length;
    return cut(run, covered === undefined ? undefined : covered.slice(from, at));
  });
  // Hidden by itself as well: what stands around a text may be what silenced it.
  return seen.flatMap((run) => (run.finding === undefined && run.hidden !== true ? covering(run.text, hide(run.text)) : [run]));
}
