/** Files that are one packed file (bzip2, xz, zstd, lz4): read, never written. */
import type { PartSource } from '../../../ports.js';
import { bytesBetween } from '../byte-ranges.js';
import { ExtractError, type Extracted, type Extractor, type Member } from '../contract.js';
import { rawMember } from '../raw-text.js';
import { ByteFeed } from './bit-reader.js';
import { bunzip } from './bzip2.js';
import { unlz4 } from './lz4.js';
import { unxz } from './xz.js';
import { unzstd } from './zstd.js';

type Unpack = (feed: ByteFeed, skipped: (bytes: Uint8Array) => void) => AsyncIterable<Uint8Array>;

/** Texts in frames that readers skip; nobody sends more in good faith. */
const MOST_SKIPPED = 2 ** 20;

function extractor(format: string, unpack: Unpack): Extractor {
  async function* unpacked(source: PartSource, skipped: (bytes: Uint8Array) => void): AsyncGenerator<Uint8Array> {
    const feed = new ByteFeed(bytesBetween(source, 0, source.size), format);
    try {
      yield* unpack(feed, skipped);
      // Unpackers warn of what follows and pass over it; tapes fill their blocks with zeros.
      while ((await feed.fill(1)) > 0) if (feed.take(feed.peek(Infinity).length).some((byte) => byte !== 0)) throw new ExtractError('malformed', `${format} with more behind its end`);
    } finally {
      await feed.close();
    }
  }
  async function* members(source: PartSource): AsyncGenerator<Member> {
    const texts: Uint8Array[] = [];
    let size = 0;
    const skipped = (bytes: Uint8Array): void => {
      size += bytes.length;
      if (size > MOST_SKIPPED) throw new ExtractError('too-large', `${format} skipped frames`);
      texts.push(bytes);
    };
    yield { index: 0, nameBytes: undefined, label: '1', bytes: unpacked(source, skipped), maskable: false };
    if (texts.length > 0) yield rawMember(1, 'skipped', Buffer.concat(texts));
  }
  return {
    format,
    open: (source): Promise<Extracted> => Promise.resolve({ chain: [format], members: () => members(source), close: () => Promise.resolve() }),
  };
}

export const bzip2 = extractor('bzip2', bunzip);
export const xz = extractor('xz', unxz);
export const zstd = extractor('zstd', unzstd);
export const lz4 = extractor('lz4', unlz4);
