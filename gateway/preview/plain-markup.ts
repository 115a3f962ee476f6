/** A page of HTML as text that a receiver would read: tags undone, nothing run or fetched. What is doubtful stays in sight, and the source can be asked for. */
import type { PreviewView, Segment } from '../ports.js';
import type { HideNumbers } from './hidden-numbers.js';
import { tagReader, type Tag } from './markup-tags.js';
import { covering } from './segments.js';
import { visible } from './visible.js';

type TextView = Extract<PreviewView, { kind: 'text' | 'json' }>;

const BLOCKS = new Set(['br', 'p', 'div', 'tr', 'li', 'ul', 'ol', 'dl', 'dt', 'dd', 'table', 'hr', 'blockquote', 'pre', 'section', 'article', 'header', 'footer', 'center', 'title', 'body', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
const CELLS = new Set(['td', 'th']);
/** Nobody reads these as text. */
const UNREAD = new Set(['script', 'style']);
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', copy: '©', reg: '®', trade: '™', hellip: '…', mdash: '—', ndash: '–', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”',
  laquo: '«', raquo: '»', middot: '·', bull: '•', times: '×', yen: '¥', euro: '€', pound: '£', sect: '§', deg: '°', emsp: '\u2003', ensp: '\u2002',
};
const ENTITY = /^&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));?/;
/** The rest of a tag that the page before has cut is no longer than this. */
const CUT_MOST = 2_000;

/** A piece of the answer, and the segment of the source that it came from; what was put between has none. */
interface Piece {
  text: string;
  readonly from: number | undefined;
}

/** `continued`: the page begins within the text. */
export function plainMarkup(view: TextView, continued: boolean, hide: HideNumbers): TextView {
  const source = view.segments.map(({ text }) => text).join('');
  const out = writer(view.segments);
  const tagAt = tagReader(source);
  const lower = source.toLowerCase();
  let at = continued ? cutTag(source, view.segments) : 0;
  let link: { readonly from: number; readonly to: number; readonly begun: number } | undefined;
  while (at < source.length) {
    const sign = source[at] ?? '';
    if (sign === '&') {
      const [whole = '&', ten, hex, name] = ENTITY.exec(source.slice(at, at + 12)) ?? [];
      out.put(entity(ten, hex, name) ?? whole, at);
      at += whole.length;
      continue;
    }
    const tag = sign === '<' ? tagAt(at) : undefined;
    if (tag === undefined) {
      out.put(sign, at);
      at++;
      continue;
    }
    at = tag.end;
    if (tag.name === undefined) continue;
    if (tag.name === 'a') {
      if (link !== undefined && out.textSince(link.begun).trim() !== source.slice(link.from, link.to)) out.aside(source, link.from, link.to);
      link = tag.closes || tag.value?.('href') === undefined ? undefined : { ...spanOf(tag, 'href'), begun: out.length };
    } else if (tag.name === 'img') {
      const { from, to } = spanOf(tag, 'alt');
      if (to > from) out.aside(source, from, to);
    } else if (CELLS.has(tag.name) && !tag.closes) out.gap('\t');
    else if (BLOCKS.has(tag.name)) out.gap('\n');
    if (UNREAD.has(tag.name) && !tag.closes && lower.lastIndexOf(`</${tag.name}`) >= at) at = lower.indexOf(`</${tag.name}`, at);
  }
  return { ...view, kind: 'text', segments: hidden(out.pieces, view.segments, hide) };
}

function spanOf(tag: Tag, name: string): { readonly from: number; readonly to: number } {
  return tag.value?.(name) ?? { from: 0, to: 0 };
}

function entity(ten: string | undefined, hex: string | undefined, name: string | undefined): string | undefined {
  if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  const code = ten !== undefined ? Number(ten) : hex !== undefined ? Number.parseInt(hex, 16) : Number.NaN;
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? visible(String.fromCodePoint(code)) : undefined;
}

/** Where the text begins behind a tag that was cut by the page's beginning. */
function cutTag(source: string, segments: readonly Segment[]): number {
  const close = source.indexOf('>');
  const open = source.indexOf('<');
  const isCut = close >= 0 && close < CUT_MOST && (open < 0 || close < open) && (segments[0]?.text.length ?? 0) > close && segments[0]?.masked !== true;
  return isCut && /["'=/]/.test(source.slice(0, close)) ? close + 1 : 0;
}

interface Writer {
  readonly pieces: readonly Piece[];
  readonly length: number;
  put(text: string, at: number): void;
  /** At most one of a kind in a row. */
  gap(sign: '\n' | '\t'): void;
  /** What stands in an attribute and a reader would show or follow. */
  aside(source: string, from: number, to: number): void;
  textSince(length: number): string;
}

/** Puts characters together with the segments they came from; blanks run together as they do on a page. */
function writer(segments: readonly Segment[]): Writer {
  const pieces: Piece[] = [];
  const ends: number[] = [];
  let sum = 0;
  for (const { text } of segments) ends.push((sum += text.length));
  let current = 0;
  let length = 0;
  let last = '\n';
  const segmentAt = (at: number): number => {
    while (current > 0 && at < (ends[current - 1] ?? 0)) current--;
    while (current < ends.length - 1 && at >= (ends[current] ?? 0)) current++;
    return current;
  };
  const add = (text: string, from: number | undefined): void => {
    const before = pieces.at(-1);
    if (before !== undefined && before.from === from) before.text += text;
    else pieces.push({ text, from });
    length += text.length;
    last = text.at(-1) ?? last;
  };
  const put = (text: string, at: number): void => {
    const isBlank = /^[ \t\r\n\f]$/.test(text);
    if (isBlank && /^[ \t\n]$/.test(last)) return;
    add(isBlank ? ' ' : text, segmentAt(at));
  };
  return {
    pieces,
    get length() {
      return length;
    },
    put,
    gap(sign) {
      const before = pieces.at(-1);
      // Blanks at the end of a line are those of the source.
      if (last === ' ' && before !== undefined) {
        before.text = before.text.slice(0, -1);
        length--;
        if (before.text === '') pieces.pop();
        last = pieces.at(-1)?.text.at(-1) ?? '\n';
      }
      if (last === '\n' || last === sign) return;
      add(sign, undefined);
    },
    aside(source, from, to) {
      add(' ‹', undefined);
      for (let at = from; at < to; at++) put(source[at] ?? '', at);
      add('›', undefined);
    },
    textSince(from) {
      let text = '';
      let seen = length;
      for (let at = pieces.length - 1; at >= 0 && seen > from; at--) {
        const piece = pieces[at]?.text ?? '';
        text = piece + text;
        seen -= piece.length;
      }
      return text.slice(Math.max(0, from - seen));
    },
  };
}

/** Without the tags between them digits may stand together that did not: looked at once more. */
function hidden(pieces: readonly Piece[], segments: readonly Segment[], hide: HideNumbers): readonly Segment[] {
  const covered = hide(pieces.map(({ text }) => text).join(''));
  let at = 0;
  return pieces.flatMap(({ text, from }): readonly Segment[] => {
    const own = from === undefined ? undefined : segments[from];
    const start = at;
    at += text.length;
    if (own?.masked === true) return [{ ...own, text }];
    return covering(text, covered?.slice(start, at)).map((run): Segment => ({ text: run.text, ...(run.hidden === true ? { masked: true } : {}) }));
  });
}
