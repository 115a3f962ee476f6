/** The library that reads archives, in WebAssembly with a bound on its memory; one archive at a time, entry by entry. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { libarchiveWasm } from 'libarchive-wasm';
import { ExtractError } from '../contract.js';

/** A whole file, and windows of 256 MiB as the strongest settings of packers ask for. */
const MOST_BYTES = 384 * 2 ** 20;
/** In which WebAssembly counts memory. */
const PAGE = 64 * 2 ** 10;
const MEMORY_SECTION = 5;
const PIECE = 256 * 1024;
const DIRECTORY = 0o040000;

/** Reads a number of up to five bytes, seven bits each; answers with it and where it ends. */
function leb(bytes: Uint8Array, at: number): readonly [value: number, to: number] {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = bytes[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return [value, at + i + 1];
  }
  throw new RangeError('a WebAssembly module with a number nobody writes');
}

/** The module with a lower bound on its memory, in as many bytes as the old one took. */
export function bounded(module: Uint8Array, pages: number): Uint8Array {
  const out = module.slice();
  let at = 8;
  while (at < out.length) {
    const id = out[at] ?? 0;
    const [size, body] = leb(out, at + 1);
    if (id === MEMORY_SECTION) {
      const [, flagsAt] = leb(out, body);
      const [, most] = leb(out, flagsAt + 1);
      const [, end] = leb(out, most);
      if (out[flagsAt] !== 1 || pages >= 2 ** (7 * (end - most))) throw new RangeError('a WebAssembly module whose memory cannot be bounded');
      for (let i = most, rest = pages; i < end; i++, rest >>= 7) out[i] = (rest & 0x7f) | (i === end - 1 ? 0 : 0x80);
      return out;
    }
    at = body + size;
  }
  throw new RangeError('a WebAssembly module without memory');
}

/** What we use of it; the types it comes with do not hold together. */
interface Library {
  readonly module: { _malloc(size: number): number; readonly HEAP8: Int8Array };
  read_new_memory(at: number, size: number): number;
  read_next_entry(archive: number): number;
  read_data(archive: number, to: number, size: number): number;
  error_string(archive: number): unknown;
  entry_pathname(entry: number): unknown;
  entry_symlink(entry: number): unknown;
  entry_hardlink(entry: number): unknown;
  entry_size(entry: number): number;
  entry_filetype(entry: number): number;
  entry_is_encrypted(entry: number): number;
}

let library: Promise<Uint8Array> | undefined;

function load(): Promise<Library> {
  library ??= readFile(createRequire(import.meta.url).resolve('libarchive-wasm').replace(/index\.js$/, 'libarchive.wasm')).then((bytes) => bounded(bytes, MOST_BYTES / PAGE));
  return library.then((wasmBinary) => {
    const options: Parameters<typeof libarchiveWasm>[0] & { readonly wasmBinary: Uint8Array } = { wasmBinary };
    return libarchiveWasm(options);
  });
}

export interface ArchiveEntry {
  /** Undefined where its charset is not known. */
  readonly name: string | undefined;
  readonly link: string | undefined;
  readonly size: number;
  readonly directory: boolean;
  readonly encrypted: boolean;
  /** To be read before the next entry is asked for. */
  bytes(): Generator<Uint8Array>;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What the library says in its own words, as a reason; its words may hold content. */
function reasonOf(thrown: unknown, format: string): ExtractError {
  if (thrown instanceof ExtractError) return thrown;
  const words = typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
  if (/encrypt|passphrase|password/i.test(words)) return new ExtractError('encrypted', format);
  if (/allocate|memory/i.test(words)) return new ExtractError('too-large', `${format} window`);
  if (/support|unknown codec|unrecognized|volume/i.test(words)) return new ExtractError('unsupported', `${format} method`);
  return new ExtractError('malformed', format);
}

/** Entries in the archive's order. Throws ExtractError. */
export async function* entriesOf(bytes: Uint8Array, format: string): AsyncGenerator<ArchiveEntry> {
  const lib = await load();
  const { module } = lib;
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw reasonOf(thrown, format);
    }
  };
  const start = guarded(() => module._malloc(bytes.length));
  const room = guarded(() => module._malloc(PIECE));
  if (start === 0 || room === 0) throw new ExtractError('too-large', format);
  module.HEAP8.set(bytes, start);
  const archive = guarded(() => lib.read_new_memory(start, bytes.length));
  function* data(): Generator<Uint8Array> {
    for (;;) {
      const count = guarded(() => lib.read_data(archive, room, PIECE));
      if (count === 0) return;
      yield Uint8Array.from(module.HEAP8.subarray(room, room + count));
    }
  }
  let said: string | undefined;
  for (;;) {
    const entry = guarded(() => lib.read_next_entry(archive));
    const trouble = text(lib.error_string(archive));
    // Words that stand there since an entry that came all the same say nothing about the end.
    if (entry === 0 && trouble !== undefined && trouble !== said) throw reasonOf(trouble, format);
    if (entry === 0) break;
    const encrypted = lib.entry_is_encrypted(entry) !== 0;
    if (trouble !== undefined && trouble !== said && !encrypted) throw reasonOf(trouble, format);
    said = trouble;
    yield {
      name: text(lib.entry_pathname(entry)),
      link: text(lib.entry_symlink(entry)) ?? text(lib.entry_hardlink(entry)),
      size: Math.max(0, lib.entry_size(entry)),
      directory: lib.entry_filetype(entry) === DIRECTORY,
      encrypted,
      bytes: data,
    };
  }
  // Memory goes with the module.
}
