/** Images, sounds and films: proven to their last byte, their words read, what stands behind them opened; pixels and samples are `no-text` (HC 4). */
import type { PartSource } from '../../../ports.js';
import { bytesBetween, onlyZeros, readingAhead } from '../byte-ranges.js';
import { ExtractError, type ExtractContext, type Extracted, type Extractor, type Member } from '../contract.js';
import { opaqueText, sweptText } from '../opaque-text.js';
import { holdsArchive, pdfWithin } from '../other-reading.js';
import { textMember, unreadMember } from '../raw-text.js';
import { gaps, Layout, type Range, type Walk } from './layout.js';
import { wideRuns } from './wide-runs.js';

/** Words beyond are read as they stand, and not for UTF-16 in them. */
const MOST_WIDE = 4 * 2 ** 20;
/** Programs write pictures out of memory in words of four bytes: Word's previews end so. */
const WORD = 4;
const NEWLINE = Uint8Array.of(0x0a);
/** Names that promise something that is read: a picture in their place hides from those who go by names. */
const OTHER_NAME = /\.(txt|csv|tsv|json|xml|html?|docx?|xlsx?|pptx?|wps|et|dps|ofd|od[tsp]|pdf|rtf|zip|rar|7z|tar|t?gz|eml|msg|log|sql|md)$/i;
const OTHER_TYPE = /^(?!(image|audio|video)\/|application\/(octet-stream|ogg|mp4|x-.*|force-download|binary)?(;|$)|binary\/|$)/i;

/** Declared to be something else than a picture, a sound or a film. */
export function isMismatched(context: Pick<ExtractContext, 'fileName' | 'contentType'>): boolean {
  return OTHER_NAME.test(context.fileName ?? '') || OTHER_TYPE.test(context.contentType?.trim() ?? '');
}

async function* joined(source: PartSource, ranges: readonly Range[], between: Uint8Array | undefined): AsyncIterable<Uint8Array> {
  for (const { from, to } of ranges) {
    yield* bytesBetween(source, from, to);
    if (between !== undefined) yield between;
  }
}

async function wideWords(source: PartSource, words: readonly Range[]): Promise<string> {
  const texts: string[] = [];
  let room = MOST_WIDE;
  for (const { from, to } of words) {
    room -= to - from;
    if (room < 0) break;
    texts.push(wideRuns(await source.read(from, to - from)));
  }
  return texts.filter((text) => text !== '').join('\n');
}

async function* members(source: PartSource, layout: Layout, end: number, mismatched: boolean): AsyncIterable<Member> {
  const { format, words, nested } = layout;
  let index = 0;
  const plain = { nameBytes: undefined, maskable: false } as const;
  if (words.length > 0) yield { ...plain, index: index++, label: 'words', reader: sweptText(format), bytes: joined(source, words, NEWLINE) };
  const decoded = [...layout.decoded, await wideWords(source, words)].filter((text) => text !== '').join('\n');
  if (decoded !== '') yield textMember(index++, 'unpacked', decoded.replace(/\p{Cc}/gu, '\n'));
  for (const { from, to } of nested) yield { ...plain, index: index++, label: `nested${index}`, bytes: bytesBetween(source, from, to) };
  const padded = end < source.size && (source.size - end < WORD || (await onlyZeros(source, end, source.size)));
  const data = gaps([...words, ...nested], padded ? source.size : end);
  const reader = mismatched ? opaqueText(format, 'unsupported') : opaqueText(format, 'no-text');
  yield { ...plain, index: index++, label: 'data', reader, bytes: joined(source, data, undefined) };
  const pdf = await pdfWithin(source, end);
  if (pdf !== undefined) yield { ...plain, index: index++, label: 'pdf', bytes: bytesBetween(source, pdf.from, pdf.to) };
  if (await holdsArchive(source, end)) yield unreadMember(index++, 'archive', 'malformed', 'archive within');
  if (end < source.size && !padded) yield { ...plain, index, label: 'trailing', bytes: bytesBetween(source, end, source.size) };
}

/** It is not what its first bytes claim: nothing of it counts as read. */
async function* unproven(source: PartSource, { reason, detail }: ExtractError): AsyncIterable<Member> {
  yield await Promise.resolve({ index: 0, nameBytes: undefined, label: 'data', reader: opaqueText(detail, reason), bytes: bytesBetween(source, 0, source.size), maskable: false });
}

export function mediaExtractor(format: string, walk: Walk): Extractor {
  return {
    format,
    async open(source: PartSource, context: ExtractContext): Promise<Extracted> {
      const layout = new Layout(format);
      const close = async (): Promise<void> => Promise.resolve();
      try {
        const end = await walk(readingAhead(source), layout);
        layout.must(end <= source.size);
        return { chain: [format], members: () => members(source, layout, end, isMismatched(context)), close };
      } catch (thrown) {
        if (thrown instanceof ExtractError) return { chain: [format], members: () => unproven(source, thrown), close };
        throw thrown;
      }
    },
  };
}
