/** A zip as its central directory tells it, checked against every local header: what other zip-based formats build on. `readZip` (read-zip.ts) makes it, `entryBytes` (entry-bytes.ts) reads an entry, `writeZip` (write-zip.ts) writes it anew. */
import type { PartSource, UnscannableReason } from '../../../ports.js';

export interface ZipEntry {
  /** Its place in the central directory. */
  readonly index: number;
  readonly nameBytes: Uint8Array;
  /** The name in UTF-8 if flagged so or valid as such, else read as GB18030. For comparing; never shown. */
  readonly name: string;
  /** Info-ZIP's Unicode path, where it says another name than `nameBytes`. */
  readonly unicodeName: Uint8Array | undefined;
  readonly comment: Uint8Array;
  readonly directory: boolean;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly flags: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where its local header, its data and what follows it begin. */
  readonly headerAt: number;
  readonly dataAt: number;
  readonly endAt: number;
  /** The local header and the central record as they stand. */
  readonly local: Uint8Array;
  readonly central: Uint8Array;
  /** Set: its bytes cannot be read, and why. */
  readonly problem: { readonly reason: UnscannableReason; readonly detail: string } | undefined;
}

/** Bytes of the file that no entry and no directory covers. */
export interface ZipGap {
  readonly from: number;
  readonly to: number;
}

export interface ZipArchive {
  readonly source: PartSource;
  /** In the order of the central directory. */
  readonly entries: readonly ZipEntry[];
  readonly comment: Uint8Array;
  /** In the order of their place; those of zeros alone are left out. */
  readonly gaps: readonly ZipGap[];
  /** Two entries have one name: readers choose differently. */
  readonly duplicates: boolean;
  /** Fields behind the names whose meaning nobody here knows, and comments' copies: one after the other, for scanning. */
  readonly extras: Uint8Array;
  /** What stands in front of the place that the archive's own offsets count from. */
  readonly base: number;
  readonly directoryAt: number;
  readonly directoryEnd: number;
  /** Of the end record (of zip64's, where there is one), and behind its comment. */
  readonly endAt: number;
  readonly endsAt: number;
  readonly zip64: boolean;
}

export const LOCAL = 0x04034b50;
export const CENTRAL = 0x02014b50;
export const DESCRIPTOR = 0x08074b50;
export const END = 0x06054b50;
export const END64 = 0x06064b50;
export const LOCATOR64 = 0x07064b50;
/** Lengths without what varies. */
export const LOCAL_LENGTH = 30;
export const CENTRAL_LENGTH = 46;
export const END_LENGTH = 22;
export const END64_LENGTH = 56;
export const LOCATOR64_LENGTH = 20;
/** "See the zip64 field." */
export const ELSEWHERE = 0xffffffff;
export const ELSEWHERE_16 = 0xffff;
export const ENCRYPTED_FLAG = 1;
export const DESCRIPTOR_FLAG = 8;
export const UTF8_FLAG = 1 << 11;

/** What stands in place of an entry's bytes or name; a name as long as the one before. */
export interface ZipChange {
  readonly bytes?: () => AsyncIterable<Uint8Array>;
  readonly name?: Uint8Array;
  /** In place of `ZipEntry.comment`, as long. */
  readonly comment?: Uint8Array;
}
