/** How far the opening of one file may go: what a child process counts while it reads, and what keeps a bomb small. */

/** As parsed from `limits.extract`; sizes in bytes, times in milliseconds. */
export interface ExtractLimits {
  /** Containers within containers, the outermost counted. */
  readonly depth: number;
  /** Members of one file together, those of nested containers included. */
  readonly members: number;
  /** Decoded bytes of one file's members together. */
  readonly bytes: number;
  /** Decoded bytes for one byte of the container that holds them. */
  readonly ratio: number;
  /** What a format may hold in memory at once (HC 34). */
  readonly wholeFile: number;
}

/** Archives in archives are rare beyond three; sixteen is the bound of parts in the body as well. */
export const EXTRACT_DEPTH = 16;
/** A folder of documents has hundreds, a source tree thousands; opening more takes longer than a sender waits. */
export const EXTRACT_MEMBERS = 10_000;
/** A DVD's image unpacked; scanning it takes about a minute. */
export const EXTRACT_BYTES = 8 * 2 ** 30;
/** Deflate cannot go beyond 1,032; tables and logs of one repeated line come near 300. */
export const EXTRACT_RATIO = 400;
/** Up to here a container may hold what it likes: short texts of blanks compress better than any limit allows, and cost nothing. */
export const RATIO_FREE = 16 * 2 ** 20;
/** HC 34. */
export const WHOLE_FILE = 64 * 2 ** 20;

export const EXTRACT_LIMITS: ExtractLimits = { depth: EXTRACT_DEPTH, members: EXTRACT_MEMBERS, bytes: EXTRACT_BYTES, ratio: EXTRACT_RATIO, wholeFile: WHOLE_FILE };
