/** Compound files (MS-CFB), the file system within old Office documents: every chain of sectors is bounded, every sector is told apart by whom it belongs to. */
import type { PartSource } from '../../../ports.js';
import { exactly, readingAhead } from '../byte-ranges.js';
import { ExtractError } from '../contract.js';

export interface OleStream {
  /** Names of the storages it lies in and its own, joined by `/`. */
  readonly path: string;
  readonly size: number;
  read(): Promise<Uint8Array>;
}

export interface CompoundFile {
  readonly streams: readonly OleStream[];
  /** Paths of storages, the root (empty) among them. */
  readonly storages: readonly string[];
  stream(path: string): OleStream | undefined;
  /** Sectors that belong to no stream, as far as they hold something: what was deleted, or hidden. */
  leftovers(): AsyncIterable<Uint8Array>;
}

const HEADER = 512;
const LAST_REGULAR = 0xfffffffa;
const END_OF_CHAIN = 0xfffffffe;
const NO_STREAM = 0xffffffff;
const ENTRY = 128;
/** Documents have dozens; mails with many recipients a few thousand. */
const MOST_ENTRIES = 100_000;
/** Storages within storages: mails within mails. */
const MOST_DEPTH = 64;
/** Windows Installer packages spell names so; nobody else has to. */
const MOST_NAME = 64;

function malformed(detail: string): ExtractError {
  return new ExtractError('malformed', `ole ${detail}`);
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly size: number;
}

function readEntry(bytes: Buffer, version: number): Entry {
  const length = bytes.readUInt16LE(64);
  const high = version === 4 ? bytes.readUInt32LE(124) : 0;
  return {
    name: bytes.toString('utf16le', 0, Math.min(MOST_NAME, Math.max(0, length - 2))),
    type: bytes[66] ?? 0,
    left: bytes.readUInt32LE(68),
    right: bytes.readUInt32LE(72),
    child: bytes.readUInt32LE(76),
    start: bytes.readUInt32LE(116),
    size: bytes.readUInt32LE(120) + high * 2 ** 32,
  };
}

/** Paths of all entries that hang in the tree; one that hangs in it twice is malformed. */
function pathsOf(entries: readonly Entry[]): ReadonlyMap<number, string> {
  const paths = new Map<number, string>([[0, '']]);
  const open: { readonly at: number; readonly within: string; readonly depth: number }[] = [{ at: entries[0]?.child ?? NO_STREAM, within: '', depth: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.at === NO_STREAM) continue;
    const entry = entries[next.at];
    if (entry === undefined || paths.has(next.at) || next.depth > MOST_DEPTH || (entry.type !== 1 && entry.type !== 2)) throw malformed('directory');
    const path = next.within === '' ? entry.name : `${next.within}/${entry.name}`;
    paths.set(next.at, path);
    open.push({ at: entry.left, within: next.within, depth: next.depth }, { at: entry.right, within: next.within, depth: next.depth });
    if (entry.type === 1) open.push({ at: entry.child, within: path, depth: next.depth + 1 });
  }
  return paths;
}

export async function openCompoundFile(plain: PartSource, wholeFile: number): Promise<CompoundFile> {
  const source = readingAhead(plain);
  const header = view(await exactly(source, 0, HEADER, 'ole header'));
  const version = header.readUInt16LE(26);
  const shift = header.readUInt16LE(30);
  if (header.readUInt32LE(0) !== 0xe011cfd0 || header.readUInt16LE(28) !== 0xfffe || !((version === 3 && shift === 9) || (version === 4 && shift === 12)) || header.readUInt16LE(32) !== 6) throw malformed('header');
  const sector = 2 ** shift;
  // Writers leave the last sector short.
  const sectors = Math.ceil(source.size / sector) - 1;
  const owned = new Uint8Array(sectors);
  const readSector = async (id: number): Promise<Buffer> => {
    if (id >= sectors) throw malformed('sector');
    const at = (id + 1) * sector;
    const there = Math.min(sector, source.size - at);
    const bytes = view(await exactly(source, at, there, 'ole sector'));
    return there === sector ? bytes : Buffer.concat([bytes, Buffer.alloc(sector - there)]);
  };
  const own = (id: number): void => {
    if (id >= sectors || owned[id] === 1) throw malformed('chain');
    owned[id] = 1;
  };

  const fatSectors: number[] = [];
  for (let i = 0; i < 109; i++) fatSectors.push(header.readUInt32LE(76 + 4 * i));
  let difat = header.readUInt32LE(68);
  for (let steps = 0; difat < LAST_REGULAR; steps++) {
    if (steps > sectors) throw malformed('chain');
    own(difat);
    const bytes = await readSector(difat);
    for (let at = 0; at + 4 < sector; at += 4) fatSectors.push(bytes.readUInt32LE(at));
    difat = bytes.readUInt32LE(sector - 4);
  }
  const fat = new Uint32Array(Math.min(fatSectors.length * (sector / 4), sectors + sector)).fill(NO_STREAM);
  let filled = 0;
  for (const id of fatSectors) {
    if (id >= LAST_REGULAR) continue;
    own(id);
    const bytes = await readSector(id);
    for (let at = 0; at < sector && filled < fat.length; at += 4) fat[filled++] = bytes.readUInt32LE(at);
  }
  /** Sectors from `start` on; `size` bytes of them where that is known. */
  const chain = (start: number, size: number | undefined): number[] => {
    const ids: number[] = [];
    const most = size === undefined ? sectors : Math.ceil(size / sector);
    for (let id = start; id < LAST_REGULAR; id = fat[id] ?? END_OF_CHAIN) {
      // Behind what the size needs, a chain may go on: those sectors are leftovers.
      if (ids.length >= most) {
        if (size === undefined) throw malformed('chain');
        break;
      }
      own(id);
      ids.push(id);
    }
    if (size !== undefined && ids.length < most) throw malformed('stream cut short');
    return ids;
  };
  const gather = async (ids: readonly number[]): Promise<Uint8Array> => {
    if (ids.length * sector > wholeFile) throw new ExtractError('too-large', 'ole stream');
    const out = new Uint8Array(ids.length * sector);
    for (const [i, id] of ids.entries()) out.set(await readSector(id), i * sector);
    return out;
  };

  const directory = view(await gather(chain(header.readUInt32LE(48), undefined)));
  const count = directory.length / ENTRY;
  if (count < 1 || count > MOST_ENTRIES) throw malformed('directory');
  const entries = Array.from({ length: count }, (_, i) => readEntry(directory.subarray(i * ENTRY, (i + 1) * ENTRY), version));
  const root = entries[0];
  if (root?.type !== 5) throw malformed('directory');
  const paths = pathsOf(entries);
  const cutoff = header.readUInt32LE(56);
  const miniFatStart = header.readUInt32LE(60);
  const miniFatBytes = view(await gather(miniFatStart < LAST_REGULAR ? chain(miniFatStart, undefined) : []));
  const miniIds = root.start < LAST_REGULAR && root.size > 0 ? chain(root.start, root.size) : [];
  const miniOwned = new Uint8Array(Math.min(miniFatBytes.length / 4, (miniIds.length * sector) / 64));
  const miniSector = async (id: number): Promise<Uint8Array> => {
    const at = id * 64;
    const inSector = miniIds[Math.floor(at / sector)];
    if (inSector === undefined) throw malformed('mini chain');
    return (await readSector(inSector)).subarray(at % sector, (at % sector) + 64);
  };
  const miniChain = (start: number, size: number): number[] => {
    const ids: number[] = [];
    for (let id = start; id < LAST_REGULAR && ids.length < Math.ceil(size / 64); ) {
      if (id >= miniOwned.length || miniOwned[id] === 1) throw malformed('mini chain');
      miniOwned[id] = 1;
      ids.push(id);
      id = miniFatBytes.readUInt32LE(4 * id);
    }
    if (ids.length < Math.ceil(size / 64)) throw malformed('stream cut short');
    return ids;
  };

  const streams: OleStream[] = [];
  const storages: string[] = [''];
  const byPath = new Map<string, OleStream>();
  const tails: { readonly ids: readonly number[]; readonly size: number }[] = [];
  for (const [index, path] of paths) {
    const entry = entries[index];
    if (entry === undefined || index === 0) continue;
    if (entry.type === 1) {
      storages.push(path);
      continue;
    }
    const { size } = entry;
    if (size > source.size) throw malformed('stream cut short');
    const mini = size < cutoff;
    const ids = size === 0 ? [] : mini ? miniChain(entry.start, size) : chain(entry.start, size);
    if (!mini && size % sector > 0) tails.push({ ids, size });
    const stream: OleStream = {
      path,
      size,
      async read() {
        if (!mini) return (await gather(ids)).subarray(0, size);
        const out = new Uint8Array(ids.length * 64);
        for (const [i, id] of ids.entries()) out.set(await miniSector(id), i * 64);
        return out.subarray(0, size);
      },
    };
    if (byPath.has(path)) throw malformed('name twice');
    byPath.set(path, stream);
    streams.push(stream);
  }

  async function* leftovers(): AsyncGenerator<Uint8Array> {
    const worth = (bytes: Uint8Array): boolean => bytes.some((byte) => byte !== 0 && byte !== 0xff);
    for (let id = 0; id < sectors; id++) {
      if (owned[id] === 1) continue;
      const bytes = await readSector(id);
      if (worth(bytes)) yield bytes;
    }
    for (let id = 0; id < miniOwned.length; id++) {
      if (miniOwned[id] === 1) continue;
      const bytes = await miniSector(id);
      if (worth(bytes)) yield bytes.slice();
    }
    for (const { ids, size } of tails) {
      const last = ids.at(-1);
      if (last === undefined) continue;
      const bytes = (await readSector(last)).subarray(size % sector);
      if (worth(bytes)) yield bytes;
    }
  }
  return { streams, storages, stream: (path) => byPath.get(path), leftovers };
}
