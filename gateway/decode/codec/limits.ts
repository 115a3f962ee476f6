/** How far the decoding of one body may go: what stops a bomb early. */

export interface CodecLimits {
  /** Decoded bytes of one body. */
  readonly bytes: number;
  /** Decoded bytes for one byte of the body as it came. */
  readonly ratio: number;
}

/** As much as a route lets through uncoded by default. */
export const DECODED_BYTES = 16 * 2 ** 30;
/** Deflate cannot go beyond 1,032; logs and tables of one repeated line come near 300, all else stays far below. */
export const DECODED_RATIO = 400;
/** Up to here a body may be as dense as it likes: scanning it takes well under a second. */
export const RATIO_FREE = 16 * 2 ** 20;
/** Codings of one body, one inside the other: nobody sends more than two. */
export const CODINGS_MOST = 5;
/** Members of one gzip, frames of one zstd: an archive of blocks of 64 KiB reaches it at 640 MB. */
export const MEMBERS_MOST = 10_000;
/** Names, comments and extra fields of gzip members that are looked at together. */
export const HEADER_TEXT_MOST = 64 * 2 ** 10;
/** The largest window that a zstd body on the web may ask for (RFC 9659). */
export const ZSTD_WINDOW_MOST = 8 * 2 ** 20;
/** What decoders and encoders hand on at once (HC 5: encoders are fed in pieces of exactly this size). */
export const FRAME = 64 * 2 ** 10;

export const CODEC_LIMITS: CodecLimits = { bytes: DECODED_BYTES, ratio: DECODED_RATIO };
