/** Content codings of a whole body: undone before anything is scanned, done again where a mask has changed what is inside. */
import type { UnscannableReason } from './names.js';

/** What a decoder met that kept it from reading on; `detail` never quotes content. */
export interface CodingProblem {
  readonly reason: UnscannableReason;
  readonly detail: string;
}

/** Takes bytes as they come over the wire; memory stays flat however much they stand for. Each call is to be read to its end before the next one. */
export interface BodyDecoder {
  /** What these bytes stand for; nothing more once there is a problem. */
  write(bytes: Uint8Array): AsyncIterable<Uint8Array>;
  /** After the last byte: what was still inside, and whether the body was whole. */
  end(): AsyncIterable<Uint8Array>;
  /** As soon as it is known. */
  readonly problem: CodingProblem | undefined;
  /** Texts that travel beside the content (a gzip's file name or comment): to be scanned as well. */
  readonly texts: readonly string[];
  /** Frees what it holds; safe to call twice, and before the end. */
  close(): void;
}

/** The codings of one body. */
export interface Coding {
  /** In the order in which they were applied, for example ['gzip', 'br']. */
  readonly names: readonly string[];
  decoder(): BodyDecoder;
  /** What a changed body leaves as, in the order applied; empty for no coding, undefined where it cannot be coded again. `gzipTaken`: the receiver is known to take gzip. */
  leavesAs(gzipTaken: boolean): readonly string[] | undefined;
  /** The same output for the same bytes, however they are cut (HC 5). */
  encode(names: readonly string[], plain: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
}

export interface Codings {
  /** Undefined where a body has no coding, or one that nobody here reads: it stays declared then, and is `unsupported`. */
  of(contentEncoding: string | undefined): Coding | undefined;
}
