/** Reads a sealed body once, everything found in it masked, cut where its parts begin: what all views are made from. Memory stays flat. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Edit, Finding, InspectorFactory, OpenedMessage, PartReceipt } from '../ports.js';
import { sealedBodyHead } from './body-head.js';

/** What wiring hands in from the stages that know bytes. */
export interface ByteTools {
  /** An engine that tells of every finding, however many there are. */
  readonly inspectors: (onFinding: (finding: Finding) => void) => InspectorFactory;
  readonly rewriter: () => { push(chunk: Uint8Array): void; release(settled: number, edits: readonly Edit[]): Uint8Array[] };
  readonly decodeEdits: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Edit>;
  /** Milliseconds of `performance.now()` at which a look has taken long enough. */
  readonly until?: number | undefined;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Bytes of one part, in order; offsets are those of the body. */
export interface MaskedSlice {
  readonly part: PartReceipt;
  /** Where the part begins. */
  readonly start: number;
  readonly at: number;
  readonly bytes: Uint8Array;
  /** What was found in these bytes, wholly or in part, in order. */
  readonly findings: readonly Finding[];
  /** Masks that the message was sealed with, as far as they lie here: what a masked release writes. */
  readonly sealedMasks: readonly Span[];
}
export interface MaskedEnd {
  readonly parts: readonly PartReceipt[];
  readonly moreParts: number;
}

/** So far into a body nobody looks: the processor is the gateway's first. */
export class PreviewLate extends Error {
  override readonly name = 'PreviewLate';
}

/** A body that cannot be scanned to its end has nothing to show. */
export class PreviewFailed extends Error {
  override readonly name = 'PreviewFailed';
}

const touches = (span: Span, from: number, to: number): boolean => span.start < to && span.end > from;

export async function* maskedParts(message: OpenedMessage, tools: ByteTools): AsyncGenerator<MaskedSlice, MaskedEnd> {
  const { head } = message;
  let open: Finding[] = [];
  const inspectors = tools.inspectors((finding) => open.push(finding));
  const body = inflow(message.body());
  const inspector = inspectors.inspect(sealedBodyHead(head), await body.prefix(inspectors.prefixLength), () => true);
  const out = tools.rewriter();
  const sealed = sealedEdits(message, tools);
  let masks: Span[] = [];
  const parts = partCutter();
  let size = 0;
  let at = 0;

  async function* hand(settled: number, edits: readonly Edit[], last: boolean): AsyncGenerator<MaskedSlice> {
    const receipt = inspector.receipt();
    const held = await sealed.before(settled, last);
    masks.push(...held.edits.map((edit) => ({ start: edit.at, end: edit.at + edit.bytes.length })));
    for (const bytes of out.release(held.settled, [...edits, ...held.edits])) {
      for (const cut of parts.cut(receipt.parts, at, bytes)) {
        const to = cut.at + cut.bytes.length;
        yield {
          ...cut,
          findings: open.filter((one) => touches(one, cut.at, to)).sort((a, b) => a.start - b.start || b.end - a.end),
          sealedMasks: masks.filter((one) => touches(one, cut.at, to)),
        };
      }
      at += bytes.length;
      open = open.filter(({ end }) => end > at);
      masks = masks.filter(({ end }) => end > at);
    }
  }
  try {
    for await (const chunk of body.rest()) {
      // Masks are written into it; what the vault reads from stays its own.
      const own = Uint8Array.from(chunk);
      out.push(own);
      size += own.length;
      const { settled, edits } = inspector.write(own);
      yield* hand(settled, edits, false);
      if (tools.until !== undefined && performance.now() > tools.until) throw new PreviewLate();
      // Exchanges under way go first.
      await turn();
    }
    const { edits } = inspector.end(size === head.bodyLength);
    yield* hand(size, edits, true);
  } finally {
    await sealed.close();
    await body.close();
  }
  const { parts: lines, more } = inspector.receipt();
  return { parts: lines, moreParts: more };
}

/** The decoders choose by the first bytes; those are read ahead, and then given again. */
function inflow(source: AsyncIterable<Uint8Array>): { prefix(length: number): Promise<Uint8Array>; rest(): AsyncGenerator<Uint8Array>; close(): Promise<void> } {
  const iterator = source[Symbol.asyncIterator]();
  const kept: Uint8Array[] = [];
  return {
    async prefix(length) {
      let size = 0;
      while (size < length) {
        const next = await iterator.next();
        if (next.done === true) break;
        kept.push(next.value);
        size += next.value.length;
      }
      return Buffer.concat(kept);
    },
    async *rest() {
      yield* kept;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    },
    async close() {
      await iterator.return?.();
    },
  };
}

/** Follows the edit log beside the body. An edit that goes on behind what is settled holds it back, as a replay does. */
function sealedEdits(message: OpenedMessage, tools: ByteTools): { before(settled: number, last: boolean): Promise<{ readonly settled: number; readonly edits: readonly Edit[] }>; close(): Promise<void> } {
  const none = message.head.editsLength === 0;
  const records = none ? undefined : tools.decodeEdits(message.edits())[Symbol.asyncIterator]();
  let next: IteratorResult<Edit> | undefined;
  return {
    async before(settled, last) {
      const edits: Edit[] = [];
      if (records === undefined) return { settled, edits };
      next ??= await records.next();
      while (next.done !== true && next.value.at < settled) {
        const { at, bytes } = next.value;
        if (at + bytes.length > settled) {
          if (last) throw new PreviewFailed();
          return { settled: at, edits };
        }
        edits.push({ at, bytes: Buffer.from(bytes) });
        next = await records.next();
      }
      return { settled, edits };
    },
    async close() {
      await records?.return?.();
    },
  };
}

/** Cuts bytes where receipt lines begin: lines are opened in the order of the body and every byte is in one. */
function partCutter(): { cut(lines: readonly PartReceipt[], at: number, bytes: Uint8Array): Generator<{ part: PartReceipt; start: number; at: number; bytes: Uint8Array }> } {
  let index = 0;
  let start = 0;
  return {
    *cut(lines, at, bytes) {
      for (let done = 0; done < bytes.length;) {
        const part = lines[index];
        // Parts beyond the listed ones are shown to nobody.
        if (part === undefined) return;
        const isLast = index === lines.length - 1;
        const end = start + part.scanned + part.unscanned;
        const from = at + done;
        if (from >= end) {
          if (isLast) return;
          start = end;
          index++;
          continue;
        }
        const to = Math.min(bytes.length, end - at);
        yield { part, start, at: from, bytes: bytes.subarray(done, to) };
        done = to;
      }
    },
  };
}

