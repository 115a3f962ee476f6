/** Pictures in OfficeArt records (MS-ODRAW), wherever they lie in a stream: bitmaps as they are, metafiles unpacked, and what is around them. */
import { inflateSync } from 'node:zlib';
import { ExtractError } from '../contract.js';

/** Instances that each kind of picture has; the second of a pair carries two fingerprints. */
const KINDS: ReadonlyMap<number, { readonly instances: readonly number[]; readonly metafile: boolean }> = new Map([
  [0xf01a, { instances: [0x3d4, 0x3d5], metafile: true }],
  [0xf01b, { instances: [0x216, 0x217], metafile: true }],
  [0xf01c, { instances: [0x542, 0x543], metafile: true }],
  [0xf01d, { instances: [0x46a, 0x46b, 0x6e2, 0x6e3], metafile: false }],
  [0xf01e, { instances: [0x6e0, 0x6e1], metafile: false }],
  [0xf01f, { instances: [0x7a8, 0x7a9], metafile: false }],
  [0xf029, { instances: [0x6e4, 0x6e5], metafile: false }],
  [0xf02a, { instances: [0x46a, 0x46b, 0x6e2, 0x6e3], metafile: false }],
]);
const MOST_PICTURES = 5000;
const METAFILE_HEADER = 34;

export interface Pictures {
  readonly images: readonly Uint8Array[];
  /** Everything else, metafiles unpacked: their texts are plain within. */
  readonly rest: Uint8Array;
}

function unpacked(header: Buffer, body: Buffer, most: number): Uint8Array {
  if (header[32] !== 0) return body;
  try {
    return inflateSync(body, { maxOutputLength: Math.max(1, most) });
  } catch (thrown) {
    throw new ExtractError(typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'malformed', 'metafile');
  }
}

export function picturesIn(stream: Uint8Array, most: number): Pictures {
  const data = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const images: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  let size = 0;
  let done = 0;
  for (let at = 0; at + 8 < data.length; at++) {
    if (data[at + 3] !== 0xf0) continue;
    const kind = KINDS.get(data.readUInt16LE(at + 2));
    const head = data.readUInt16LE(at);
    const length = data.readUInt32LE(at + 4);
    if (kind === undefined || (head & 0xf) !== 0 || !kind.instances.includes(head >> 4) || at + 8 + length > data.length) continue;
    const prints = (head >> 4) & 1 ? 32 : 16;
    const from = at + 8 + prints + (kind.metafile ? METAFILE_HEADER : 1);
    const to = at + 8 + length;
    if (from > to) continue;
    if (images.length >= MOST_PICTURES) throw new ExtractError('too-many-parts', 'pictures');
    rest.push(data.subarray(done, from), Buffer.from('\0\0'));
    if (kind.metafile) {
      const plain = unpacked(data.subarray(from - METAFILE_HEADER, from), data.subarray(from, to), most - size);
      size += plain.length;
      rest.push(plain, Buffer.from('\0\0'));
    } else images.push(data.subarray(from, to));
    done = to;
    at = to - 1;
  }
  rest.push(data.subarray(done));
  return { images, rest: Buffer.concat(rest) };
}
