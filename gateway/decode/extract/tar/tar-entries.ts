/** Walks a tar archive from header to header; what two readers would take for two things is malformed. */
import type { PartSource } from '../../../ports.js';
import { exactly, onlyZeros } from '../byte-ranges.js';
import { ExtractError } from '../contract.js';
import { readPax, type PaxRecord } from './pax-records.js';
import { BLOCK, OCTAL_SIZES, readHeader, type TarHeader } from './tar-header.js';

/** A pax header or long name in front of an entry. */
export interface TarPiece {
  readonly type: 'x' | 'g' | 'L' | 'K';
  readonly headerAt: number;
  readonly size: number;
  readonly name: Uint8Array;
}

export interface TarEntry {
  readonly pieces: readonly TarPiece[];
  /** Where its first piece begins. */
  readonly from: number;
  readonly headerAt: number;
  readonly header: TarHeader;
  readonly size: number;
  /** Behind its padding. */
  readonly to: number;
  readonly name: Uint8Array;
  readonly nameIn: 'header' | 'pax' | 'long';
  /** Sparse, or over several volumes: its bytes are not what a reader would write. */
  readonly unread: string | undefined;
}

export interface TarArchive {
  readonly entries: readonly TarEntry[];
  /** Behind the last entry: zeros. */
  readonly end: number;
  /** Texts of headers that are no names: link targets, owners, comments, names that no reader shows. */
  readonly texts: readonly Uint8Array[];
}

/** Long names and pax headers: paths end at 4 KiB, access lists and attributes below a megabyte. */
const MOST_EXTENDED = 2 ** 20;
/** All of them together, since they are kept. */
const MOST_KEPT = 32 * 2 ** 20;
/** Times and numbers that people do not write; eleven octal digits look like much. */
const NUMBERS = /^(size|[acm]time|uid|gid|SCHILY\.(dev|ino|nlink|realsize)|LIBARCHIVE\.creationtime|hdrcharset|charset)$/;
const SPARSE = /^(GNU\.sparse\.|SCHILY\.realsize$)/;

export const padded = (size: number): number => Math.ceil(size / BLOCK) * BLOCK;

interface Pending {
  readonly pieces: TarPiece[];
  readonly own: Map<string, Uint8Array>;
  long: Uint8Array | undefined;
  longLink: Uint8Array | undefined;
}

const fresh = (): Pending => ({ pieces: [], own: new Map(), long: undefined, longLink: undefined });

function recordsInto(own: Map<string, Uint8Array>, records: readonly PaxRecord[], global: boolean): void {
  for (const { key, value } of records) {
    // The last one counts, says the standard; not every reader does as it says.
    if (own.has(key)) throw new ExtractError('malformed', 'pax record twice');
    // A path or size for everything that follows means something else to every reader.
    if (global && (key === 'path' || key === 'size' || key === 'linkpath')) throw new ExtractError('malformed', 'pax global record');
    if (key === 'path' && (value.length === 0 || value.includes(0))) throw new ExtractError('malformed', 'pax path');
    own.set(key, value);
  }
}

function sizeOf(header: TarHeader, own: ReadonlyMap<string, Uint8Array>): number {
  const record = own.get('size');
  if (record === undefined) return header.size;
  const said = Buffer.from(record).toString('latin1');
  if (!/^\d{1,15}$/.test(said)) throw new ExtractError('malformed', 'pax size');
  const size = Number(said);
  // Where the header can say it too, it must say the same: readers without pax would cut the archive elsewhere.
  if (size !== header.size && size < OCTAL_SIZES) throw new ExtractError('malformed', 'tar sizes disagree');
  return size;
}

/** Whether a name no reader shows is made of the one they show, as writers of long names do. */
function derived(shadow: Uint8Array, name: Uint8Array): boolean {
  const last = Buffer.from(shadow.subarray(shadow.lastIndexOf(0x2f) + 1)).toString('latin1');
  const raw = Buffer.from(name);
  const plain = Buffer.from(raw.toString('utf8').replace(/[^\0-\x7f]/gu, '?'), 'latin1').toString('latin1');
  return last === '' || raw.toString('latin1').includes(last) || plain.includes(last);
}

function entryOf(at: number, header: TarHeader, pending: Pending): TarEntry {
  const size = sizeOf(header, pending.own);
  const path = pending.own.get('path');
  if (path !== undefined && pending.long !== undefined) throw new ExtractError('malformed', 'two long names');
  const name = path ?? pending.long ?? header.name;
  const sparse = header.type === 'S' || [...pending.own.keys()].some((key) => SPARSE.test(key));
  const directory = name.at(-1) === 0x2f && (header.type === '0' || header.type === '\0');
  // Links, devices and folders have no bytes; of readers that meet some anyway one half skips them.
  if (size > 0 && (/^[1-6]$/.test(header.type) || directory)) throw new ExtractError('malformed', 'tar entry without content has some');
  return {
    pieces: pending.pieces,
    from: pending.pieces[0]?.headerAt ?? at,
    headerAt: at,
    header,
    size,
    to: at + BLOCK + padded(size),
    name,
    nameIn: path !== undefined ? 'pax' : pending.long !== undefined ? 'long' : 'header',
    unread: sparse ? 'sparse' : header.type === 'M' ? 'volume' : header.type === 'N' ? 'old long names' : undefined,
  };
}

export async function walkTar(source: PartSource, most: number, signal: AbortSignal): Promise<TarArchive> {
  const entries: TarEntry[] = [];
  const texts: Uint8Array[] = [];
  const known = new Set<string>();
  let kept = 0;
  let pending = fresh();
  let at = 0;

  function keep(text: Uint8Array): void {
    const key = Buffer.from(text).toString('latin1');
    if (text.length === 0 || known.has(key)) return;
    kept += text.length;
    if (kept > MOST_KEPT) throw new ExtractError('too-large', 'tar headers');
    known.add(key);
    texts.push(text);
  }
  async function extended(header: TarHeader, type: TarPiece['type']): Promise<void> {
    if (header.size > MOST_EXTENDED) throw new ExtractError('too-large', 'tar header');
    if (pending.pieces.length >= 8) throw new ExtractError('malformed', 'tar headers in a row');
    const bytes = await exactly(source, at + BLOCK, header.size, 'tar header cut short');
    pending.pieces.push({ type, headerAt: at, size: header.size, name: header.name });
    if (type === 'x' || type === 'g') {
      const records = readPax(bytes);
      recordsInto(type === 'x' ? pending.own : new Map<string, Uint8Array>(), records, type === 'g');
      for (const { key, value } of records) {
        if (key === 'path') continue;
        keep(Buffer.from(key));
        if (!NUMBERS.test(key)) keep(value);
      }
    } else {
      const end = bytes.indexOf(0);
      const text = end < 0 ? bytes : bytes.slice(0, end);
      if (bytes.subarray(text.length).some((byte) => byte !== 0)) throw new ExtractError('malformed', 'tar long name');
      if (type === 'L' ? pending.long : pending.longLink) throw new ExtractError('malformed', 'two long names');
      if (type === 'L') pending.long = text;
      else keep((pending.longLink = text));
    }
  }

  while (at < source.size) {
    if (signal.aborted) throw new ExtractError('timeout', 'tar');
    const block = await exactly(source, at, BLOCK, 'tar cut short');
    if (block.every((byte) => byte === 0)) break;
    const header = readHeader(block);
    const type = header.type === 'X' ? 'x' : header.type;
    const to = at + BLOCK + padded(header.size);
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      // A size meant for an entry that another header comes between is taken for that header's by some.
      if (type !== 'x' && pending.own.has('size')) throw new ExtractError('malformed', 'pax size before a header');
      if (type === 'x' && pending.own.size > 0) throw new ExtractError('malformed', 'two pax headers');
      await extended(header, type);
      if (!(await onlyZeros(source, at + BLOCK + header.size, Math.min(to, source.size)))) throw new ExtractError('malformed', 'tar padding');
      at = to;
      continue;
    }
    const entry = entryOf(at, header, pending);
    if (entry.to > source.size) throw new ExtractError('malformed', 'tar cut short');
    if (!(await onlyZeros(source, at + BLOCK + entry.size, entry.to))) throw new ExtractError('malformed', 'tar padding');
    for (const shadow of [header.name, ...pending.pieces.filter((piece) => piece.type === 'x').map((piece) => piece.name)]) if (!derived(shadow, entry.name)) keep(shadow);
    for (const text of [header.link, header.user, header.group]) keep(text);
    entries.push(entry);
    if (entries.length > most) throw new ExtractError('too-many-parts', 'tar');
    pending = fresh();
    at = entry.to;
  }
  if (pending.pieces.length > 0) throw new ExtractError('malformed', 'tar header without an entry');
  // Behind the first block of zeros some readers go on.
  if (!(await onlyZeros(source, at, source.size))) throw new ExtractError('malformed', 'tar with more behind its end');
  return { entries, end: at, texts };
}
