/** One page of a message's content as a view: text, JSON, form, table, or the list of its parts. */
import type { OpenedMessage, PartReceipt, PreviewContent, PreviewView, Segment, StoredMessage, Unreadable } from '../ports.js';
import { formRows } from './form-rows.js';
import { headView } from './head-view.js';
import { jsonIndent, type JsonIndent } from './json-indent.js';
import { maskedParts, type ByteTools } from './masked-parts.js';
import { pageEnd, readPage, type RawPage } from './page.js';
import { charsetOf, partKind, type PartKind } from './part-kind.js';
import { HEAD, listedParts, type Outline } from './part-list.js';
import { runsOf } from './runs.js';
import { hideNumbers, type HideNumbers } from './hidden-numbers.js';
import { covering, indexOf, segmentsOf, type Showing, type TextRun } from './segments.js';
import { tableRows } from './table-rows.js';
import { textCautions, visible, visibleLine } from './visible.js';

/** One answer carries at most so many characters. */
export const TEXT_MOST = 64 * 1024;
/** Bytes of one page: indentation, written-out characters and row marks need room too. */
const PAGE_BYTES = 32 * 1024;
const LEAST_BYTES = 512;

export interface Asked {
  readonly part: string | undefined;
  readonly offset: number;
}
export interface ContentSource {
  readonly message: StoredMessage;
  readonly opened: OpenedMessage;
  readonly tools: ByteTools;
  readonly outline: Outline | undefined;
}

/** Undefined when there is no such part. */
export async function content({ message, opened, tools, outline }: ContentSource, { part: wanted, offset }: Asked): Promise<PreviewContent | undefined> {
  const { parts, moreParts, lines } = listedParts(message, outline);
  const answer = (part: string | undefined, view: PreviewView): PreviewContent => ({ parts, moreParts, part, offset, view });
  const name = wanted ?? onlyPart(lines);
  if (name === undefined) return answer(undefined, { kind: 'mail' });
  if (name === HEAD) return answer(name, headView(opened.head, tools));
  const line = lines.find(({ part }) => part === name);
  if (line === undefined) return undefined;
  if (line.reason !== undefined) return answer(name, { kind: 'binary', why: line.reason });
  const mediaType = outline?.get(name)?.mediaType ?? (name === 'body' ? message.mediaType : undefined);
  return answer(name, await view(message, opened, tools, { part: name, offset }, mediaType));
}

export function onlyPart(lines: readonly PartReceipt[]): string | undefined {
  return lines.length === 1 ? lines[0]?.part : undefined;
}

async function view(message: StoredMessage, opened: OpenedMessage, tools: ByteTools, { part, offset }: { part: string; offset: number }, mediaType: string | undefined): Promise<PreviewView> {
  let followed: JsonIndent | undefined;
  const page = await readPage(maskedParts(opened, tools), {
    part, offset, length: PAGE_BYTES,
    skipped(bytes, receipt, sample) {
      if (followed === undefined && partKind(receipt, mediaType, sample) !== 'json') return;
      (followed ??= jsonIndent()).skip(bytes);
    },
  });
  if (typeof page === 'string') return binary(page);
  const charset = charsetOf(page.part, page.sample);
  const own = partKind(page.part, mediaType, page.sample);
  // Second bytes of GB18030 look like brackets and quotes.
  const kind = own === 'json' && charset !== 'utf-8' ? 'text' : own;
  const showing: Showing = { index: indexOf(message.findings), hide: hideNumbers(tools.inspectors(() => undefined)) };
  for (let most = PAGE_BYTES; ; most = Math.floor(most / 2)) {
    const end = pageEnd(page, most, kind, charset);
    const { made, length } = pageView(page, end, kind, charset, showing, followed?.fork());
    if (length > TEXT_MOST && most > LEAST_BYTES) continue;
    const more = page.ended && end >= page.bytes.length ? {} : { more: offset + end };
    return { ...made, ...more };
  }
}

const binary = (why: Unreadable): PreviewView => ({ kind: 'binary', why });

function pageView(page: RawPage, end: number, kind: PartKind, charset: string, showing: Showing, followed: JsonIndent | undefined): { made: Exclude<PreviewView, { kind: 'mail' | 'binary' }>; length: number } {
  const runs = textRuns(page, end, charset, showing.hide);
  const cautions = textCautions(runs.map(({ text }) => text).join(''));
  switch (kind) {
    case 'form':
    case 'table': {
      const raw = kind === 'form' ? formRows(runs, page.lead.length > 0 && page.lead.at(-1) !== 0x26) : tableRows(runs);
      const rows = raw.map((row) => row.map((cell) => cell.flatMap((run) => [...segmentsOf(run, showing, visibleLine)])));
      return { made: { kind, rows, cautions }, length: rows.reduce((sum, row) => row.reduce((cells, cell) => cells + lengthOf(cell), sum), 0) };
    }
    case 'json': {
      const indent = followed ?? jsonIndent();
      // Numbers hidden in encodings are looked for before the text is taken apart.
      const segments = runs.flatMap((run) => segmentsOf(run, showing, (text) => visible(indent.write(text)))).filter(({ text }) => text !== '');
      return { made: { kind, segments, cautions }, length: lengthOf(segments) };
    }
    case 'text': {
      const segments = runs.flatMap((run) => segmentsOf(run, showing));
      return { made: { kind, segments, cautions }, length: lengthOf(segments) };
    }
  }
}

const lengthOf = (segments: readonly Segment[]): number => segments.reduce((sum, { text }) => sum + text.length, 0);

/** Bytes behind the page that are looked at with it: a number that goes on there is one all the same. */
const BEHIND = 512;

/** The page as text, cut where something was found or is hidden. What stands around the page counts too: no page begins or ends within a number unseen. */
export function textRuns(page: RawPage, end: number, charset: string, hide: HideNumbers): readonly TextRun[] {
  const decoded = (bytes: Uint8Array): string => new TextDecoder(charset).decode(bytes);
  const runs = [...runsOf(page.at, page.bytes.subarray(0, end), page.found)].map(({ bytes, found }): TextRun => ({ text: decoded(bytes), finding: found?.finding }));
  const lead = decoded(page.lead);
  const covered = hide(lead + runs.map(({ text }) => text).join('') + decoded(page.bytes.subarray(end, end + BEHIND)));
  if (covered === undefined) return runs;
  let at = lead.length;
  return runs.flatMap((run) => {
    const from = at;
    at += run.text.length;
    return run.finding === undefined ? covering(run.text, covered.slice(from, at)) : [run];
  });
}
