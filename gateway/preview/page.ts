/** One page of one part, taken from the masked body as it streams by; nothing but the page is kept. */
import type { PartReceipt, Unreadable } from '../ports.js';
import { PreviewLate, type MaskedEnd, type MaskedSlice, type Span } from './masked-parts.js';
import { withoutOverlaps, type Found } from './runs.js';

/** Read beyond the page, so that a finding at its end is wholly in sight. */
const BEYOND = 4 * 1024;
/** Enough of a part to tell its charset and whether it is JSON. */
const SAMPLE = 4 * 1024;
/** More than a number has, however it is written. */
const LEAD = 512;

export interface RawPage {
  readonly part: PartReceipt;
  /** Where the part begins in the body. */
  readonly start: number;
  /** Where the page begins in the body. */
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly found: readonly Found[];
  readonly sealedMasks: readonly Span[];
  /** First bytes of the part. */
  readonly sample: Uint8Array;
  /** What stands in front of the page, within the part: enough to see a number that begins there. */
  readonly lead: Uint8Array;
  /** The part ends with these bytes. */
  readonly ended: boolean;
}

export interface PageAsked {
  readonly part: string;
  /** Within the part. */
  readonly offset: number;
  readonly length: number;
  /** Shown what is passed over in front of the page, with the part's first bytes. */
  readonly skipped?: (bytes: Uint8Array, part: PartReceipt, sample: Uint8Array) => void;
}

export async function readPage(slices: AsyncGenerator<MaskedSlice, MaskedEnd>, asked: PageAsked): Promise<RawPage | Unreadable> {
  try {
    return await collected(slices, asked);
  } catch (thrown) {
    if (thrown instanceof PreviewLate) return 'timeout';
    throw thrown;
  }
}

async function collected(slices: AsyncGenerator<MaskedSlice, MaskedEnd>, asked: PageAsked): Promise<RawPage | Unreadable> {
  const pieces: Uint8Array[] = [];
  const findings: MaskedSlice['findings'][number][] = [];
  const masks: Span[] = [];
  let size = 0;
  let sample: Uint8Array = new Uint8Array(0);
  let lead: Uint8Array = new Uint8Array(0);
  let seen: MaskedSlice | undefined;
  let reason: PartReceipt['reason'];
  let ended = false;
  for (;;) {
    const next = await slices.next();
    if (next.done === true) {
      // Only its end tells that a part could be read.
      reason = next.value.parts.find(({ part }) => part === asked.part)?.reason ?? reason;
      if (next.value.parts.some(({ reason: why, part }) => why === 'failed' && part === 'body')) reason = 'failed';
      ended = true;
      break;
    }
    const slice = next.value;
    if (slice.part.part !== asked.part) {
      if (seen === undefined) continue;
      ended = true;
      break;
    }
    seen = slice;
    reason = slice.part.reason ?? reason;
    if (reason !== undefined) break;
    if (sample.length < SAMPLE) sample = Buffer.concat([sample, slice.bytes.subarray(0, SAMPLE - sample.length)]);
    const from = slice.start + asked.offset - slice.at;
    const passed = slice.bytes.subarray(0, Math.max(0, from));
    if (passed.length > 0) {
      asked.skipped?.(passed, slice.part, sample);
      lead = Buffer.concat([lead, passed.subarray(-LEAD)]).subarray(-LEAD);
    }
    const own = slice.bytes.subarray(passed.length);
    if (own.length === 0) continue;
    pieces.push(own);
    findings.push(...slice.findings);
    masks.push(...slice.sealedMasks);
    size += own.length;
    if (size >= asked.length + BEYOND) break;
  }
  await slices.return({ parts: [], moreParts: 0 });
  if (reason !== undefined) return reason;
  if (seen === undefined) return 'not-listed';
  return { part: seen.part, start: seen.start, at: seen.start + asked.offset, bytes: Buffer.concat(pieces), found: withoutOverlaps(findings), sealedMasks: masks, sample, lead, ended };
}

/** Where a page of at most `most` bytes ends: at a border of rows or lines if there is one, never within a character or a finding. */
export function pageEnd(page: RawPage, most: number, kind: 'text' | 'json' | 'form' | 'table', charset: 'utf-8' | 'gb18030'): number {
  const { bytes, found, at } = page;
  if (page.ended && bytes.length <= most) return bytes.length;
  const limit = Math.min(most, bytes.length);
  let end = border(bytes, limit, kind) ?? wordBorder(bytes, characterBorder(bytes, limit, charset));
  const cut = found.find((one) => one.start - at < end && one.end - at > end);
  if (cut !== undefined) end = cut.start > at ? cut.start - at : Math.min(bytes.length, cut.end - at);
  return Math.max(1, end);
}

function border(bytes: Uint8Array, limit: number, kind: 'text' | 'json' | 'form' | 'table'): number | undefined {
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
function characterBorder(bytes: Uint8Array, limit: number, charset: 'utf-8' | 'gb18030'): number {
  if (limit >= bytes.length) return limit;
  if (charset === 'utf-8') {
    let end = limit;
    while (end > limit - 4 && end > 1 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    // An escape of a form stays whole.
    const escape = bytes.subarray(Math.max(0, end - 2), end).lastIndexOf(0x25);
    return escape < 0 ? end : Math.max(1, Math.max(0, end - 2) + escape);
  }
  let end = 0;
  for (let next = 0; next <= limit;) {
    end = next;
    const lead = bytes[next] ?? 0;
    const second = bytes[next + 1] ?? 0;
    next += lead < 0x81 || lead === 0xff ? 1 : second >= 0x30 && second <= 0x39 ? 4 : 2;
  }
  return end;
}
