/** Reads parts of documents that are no text: what programs keep for themselves, fonts, signatures. Text in them is found; what they are is proven to the last byte. */
import type { UnscannableReason } from '../../../ports.js';
import type { PartContext } from '../../part-readers.js';
import type { PartReader } from '../../part-tree.js';
import { scanDrawn } from './drawn-text.js';

/** Settings of printers and places of page breaks have a few KiB; more is something else. */
const LONGEST_SETTINGS = 256 * 1024;
/** A font of all Han characters has 20 MiB. */
const LONGEST_PROVEN = 32 * 1024 * 1024;

/** All that a printer driver (DEVMODE, MS-RPRN) or a layout keeps is names and measures: its text is all there is to read. */
export function settingsReader(context: PartContext): PartReader {
  return wholeReader(context, 'settings', LONGEST_SETTINGS, () => undefined);
}

/** Outlines of characters: nothing to read but the names in it. `keys`: Word covers the first 32 bytes with one of them (ECMA-376, 17.8.1). */
export function fontReader(context: PartContext, keys: readonly Buffer[] = []): PartReader {
  return wholeReader(context, 'font', LONGEST_PROVEN, (bytes) => {
    let tables = fontTables(bytes);
    for (const key of keys) {
      if (tables !== undefined) break;
      uncover(bytes, key);
      tables = fontTables(bytes);
      if (tables === undefined) uncover(bytes, key);
    }
    // Drawing instructions look like digits by chance: in a font that is one to its last byte they are read no more than pixels.
    for (const { name, from, size } of tables ?? []) if (DRAWN.has(name)) bytes.fill(0, from, from + size);
    return tables === undefined ? 'unsupported' : 'no-text';
  });
}

/** A signature's value, or a seal with its picture and certificates (ASN.1, X.690). */
export function signatureReader(context: PartContext): PartReader {
  return wholeReader(context, 'signature', LONGEST_PROVEN, (bytes) => (isDer(bytes) ? 'no-text' : 'unsupported'));
}

function wholeReader(context: PartContext, name: string, longest: number, judge: (bytes: Buffer) => UnscannableReason | undefined): PartReader {
  const line = context.tree.line(context.part, [name], context.inside);
  let kept: Buffer[] = [];
  let size = 0;
  return {
    write(bytes, at, last) {
      line.count(bytes.length);
      size += bytes.length;
      const end = at + bytes.length;
      if (size > longest) {
        line.fail('too-large', name);
        kept = [];
        return end;
      }
      kept.push(Buffer.from(bytes));
      if (!last) return end;
      const all = Buffer.concat(kept);
      kept = [];
      const reason = judge(all);
      if (reason !== undefined) line.fail(reason, name);
      if (!scanDrawn(context, all, end - all.length)) line.fail('malformed', name);
      return end;
    },
  };
}

const COVERED = 32;

function uncover(bytes: Buffer, key: Buffer): void {
  for (let i = 0; i < Math.min(COVERED, bytes.length); i++) bytes[i] = (bytes[i] ?? 0) ^ (key[key.length - 1 - (i % key.length)] ?? 0);
}

const FONT_KEY = /fontKey\s*=\s*["']\{([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}["']/g;
/** Four faces of each family. */
const MOST_KEYS = 100;

/** Keys of embedded fonts, as a document's table of fonts has them. */
export function fontKeys(table: string): readonly Buffer[] {
  return [...table.matchAll(FONT_KEY)].slice(0, MOST_KEYS).map(([, key = '']) => Buffer.from(key.replaceAll('-', ''), 'hex'));
}

const SFNT = new Set([0x00010000, 0x4f54544f, 0x74727565]);
/** Between a table and the next, and behind the last one. */
const FONT_PADDING = 4;
/** No font has as many. */
const MOST_TABLES = 128;
/** Outlines, their places, measures and programs. */
const DRAWN: ReadonlySet<string> = new Set(['glyf', 'CFF ', 'CFF2', 'loca', 'hmtx', 'vmtx', 'hdmx', 'gvar', 'cvt ', 'fpgm', 'prep']);

interface FontTable {
  readonly name: string;
  readonly from: number;
  readonly size: number;
}

/** OpenType (ISO/IEC 14496-22): a directory of tables that lie one behind the other, from its own end to that of the file; nothing where it is another thing. */
function fontTables(bytes: Buffer): readonly FontTable[] | undefined {
  if (bytes.length < 12 || !SFNT.has(bytes.readUInt32BE(0))) return undefined;
  const count = bytes.readUInt16BE(4);
  let end = 12 + 16 * count;
  if (count === 0 || count > MOST_TABLES || bytes.length < end) return undefined;
  const tables = Array.from({ length: count }, (_, i): FontTable => {
    const at = 12 + 16 * i;
    return { name: bytes.toString('latin1', at, at + 4), from: bytes.readUInt32BE(at + 8), size: bytes.readUInt32BE(at + 12) };
  }).sort((a, b) => a.from - b.from || a.size - b.size);
  for (const { from, size } of tables) {
    // A table that begins within the one before could have its text taken for an outline.
    if (from < end || from > end + FONT_PADDING || from + size > bytes.length) return undefined;
    end = from + size;
  }
  return bytes.length - end <= FONT_PADDING ? tables : undefined;
}

/** Values within values of a seal or a certificate. */
const MOST_LEVELS = 32;

/** One value in DER that fills the whole, every length in it right. */
function isDer(bytes: Buffer): boolean {
  return bytes[0] === 0x30 && derEnd(bytes, 0, bytes.length, 0) === bytes.length;
}

/** Where the value at `from` ends; -1 where it does not fit before `limit`. */
function derEnd(bytes: Buffer, from: number, limit: number, level: number): number {
  const tag = bytes[from];
  const short = bytes[from + 1];
  if (tag === undefined || short === undefined || (tag & 0x1f) === 0x1f || level > MOST_LEVELS) return -1;
  let at = from + 2;
  let length = short;
  if (short >= 0x80) {
    const more = short & 0x7f;
    if (more === 0 || more > 4 || at + more > limit) return -1;
    length = bytes.readUIntBE(at, more);
    at += more;
  }
  const end = at + length;
  if (end > limit) return -1;
  if ((tag & 0x20) !== 0) while (at < end) if ((at = derEnd(bytes, at, end, level + 1)) < 0) return -1;
  return end;
}
