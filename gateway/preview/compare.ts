/** What a masked release would send, beside what stands there: the masks the message was sealed with, over the text they cover. */
import type { ComparedSegment, Comparison, PartReceipt } from '../ports.js';
import { onlyPart, textRuns, TEXT_MOST, type Asked, type ContentSource } from './content.js';
import { maskedParts, type Span } from './masked-parts.js';
import { pageEnd, readPage, type RawPage } from './page.js';
import { charsetOf } from './part-kind.js';
import { listedParts } from './part-list.js';
import { hideNumbers } from './hidden-numbers.js';
import { indexOf, segmentsOf, type Showing } from './segments.js';
import { textCautions, visible } from './visible.js';

const PAGE_BYTES = 32 * 1024;
const LEAST_BYTES = 512;

/** Undefined when there is no such part, or none to choose. */
export async function compare({ message, opened, tools, outline }: ContentSource, { part: wanted, offset }: Asked): Promise<Comparison | undefined> {
  const { parts, lines } = listedParts(message, outline);
  const unread = lines.flatMap(({ part, reason, unscanned }) => (reason === undefined ? [] : [{ path: part, why: reason, bytes: unscanned }]));
  const name = wanted ?? onlyPart(lines) ?? firstContent(lines);
  const nothing = { parts, part: name, offset, segments: [], cautions: [], unread };
  if (name === undefined) return nothing;
  const line = lines.find(({ part }) => part === name);
  if (line === undefined) return undefined;
  if (line.reason !== undefined) return nothing;
  const page = await readPage(maskedParts(opened, tools), { part: name, offset, length: PAGE_BYTES });
  if (typeof page === 'string') return { ...nothing, unread: [...unread, { path: name, why: page, bytes: line.scanned + line.unscanned }] };
  const charset = charsetOf(page.part, page.sample);
  const showing: Showing = { index: indexOf(message.findings), hide: hideNumbers(tools.inspectors(() => undefined)) };
  for (let most = PAGE_BYTES; ; most = Math.floor(most / 2)) {
    const end = pageEnd(page, most, 'text', charset);
    const segments = compared(page, end, charset, showing);
    if (lengthOf(segments) > TEXT_MOST && most > LEAST_BYTES) continue;
    const cautions = textCautions(textRuns(page, end, charset, showing.hide).map(({ text }) => text).join(''));
    const more = page.ended && end >= page.bytes.length ? {} : { more: offset + end };
    return { parts, part: name, offset, segments, cautions, unread, ...more };
  }
}

function firstContent(lines: readonly PartReceipt[]): string | undefined {
  return lines.find(({ chain, reason, scanned }) => chain[0] !== 'header' && reason === undefined && scanned > 0)?.part;
}

function compared(page: RawPage, end: number, charset: string, showing: Showing): readonly ComparedSegment[] {
  const masked = (span: Span): boolean => page.sealedMasks.some((one) => one.start < span.end && one.end > span.start);
  return textRuns(page, end, charset, showing.hide).flatMap((run): readonly ComparedSegment[] => {
    const { finding } = run;
    if (finding === undefined) {
      // A number in an encoding, or judged to be something else: no mask reaches it, it leaves as it is.
      return segmentsOf(run, showing).map((one) => (one.masked === true ? { before: one.text, after: one.text, stays: true } : { text: one.text }));
    }
    const stays = !masked(finding);
    const place = showing.index(finding);
    return [{ before: finding.preview, after: stays ? finding.preview : visible(run.text), stays, ...(place === undefined ? {} : { finding: place }) }];
  });
}

const lengthOf = (segments: readonly ComparedSegment[]): number => segments.reduce((sum, one) => sum + ('text' in one ? one.text.length : one.before.length + one.after.length), 0);
