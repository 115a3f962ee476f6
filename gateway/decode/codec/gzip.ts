/** gzip (RFC 1952), member by member: headers and checksums are read here, so that nothing stands before, between or behind members unseen. */
import { crc32, createInflateRaw } from 'node:zlib';
import { CodecError } from './codec-error.js';
import { FRAME, HEADER_TEXT_MOST, MEMBERS_MOST } from './limits.js';
import { malformed, NOTHING_LEFT, type Stage } from './stage.js';
import { zlibStream, type ZlibStream } from './zlib-stage.js';

const HEADER = 10;
const TRAILER = 8;
const FLAG = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

type State = { readonly kind: 'header' } | { readonly kind: 'data'; readonly stream: ZlibStream } | { readonly kind: 'trailer' };

/** `texts` is told of names, comments and extra fields. */
export function gunzip(texts: (bytes: Uint8Array) => void): Stage {
  let state: State = { kind: 'header' };
  let kept = Buffer.alloc(0);
  let members = 0;
  let crc = 0;
  let size = 0;
  let noted = 0;

  function note(text: Uint8Array): void {
    if (text.length === 0) return;
    noted += text.length;
    if (noted > HEADER_TEXT_MOST) throw malformed('gzip-header');
    texts(text);
  }
  /** Bytes of a whole header, 0 while it is not all there. */
  function header(bytes: Buffer): number {
    // As soon as it can be told: a body that is no gzip must not be waited for.
    if ((bytes[0] ?? 0x1f) !== 0x1f || (bytes[1] ?? 0x8b) !== 0x8b || (bytes[2] ?? 8) !== 8 || ((bytes[3] ?? 0) & FLAG.reserved) !== 0) throw malformed(members === 0 ? 'gzip' : 'gzip-trailing');
    const flags = bytes[3];
    if (bytes.length < HEADER || flags === undefined) return 0;
    let at = HEADER;
    const found: Uint8Array[] = [];
    if ((flags & FLAG.extra) !== 0) {
      if (bytes.length < at + 2) return 0;
      const length = bytes.readUInt16LE(at);
      if (bytes.length < at + 2 + length) return 0;
      found.push(bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    for (const flag of [FLAG.name, FLAG.comment]) {
      if ((flags & flag) === 0) continue;
      const end = bytes.indexOf(0, at);
      if (end < 0) return 0;
      found.push(bytes.subarray(at, end));
      at = end + 1;
    }
    if ((flags & FLAG.headerCrc) !== 0) {
      if (bytes.length < at + 2) return 0;
      if (bytes.readUInt16LE(at) !== (crc32(bytes.subarray(0, at)) & 0xffff)) throw malformed('gzip-header');
      at += 2;
    }
    for (const text of found) note(text);
    return at;
  }
  async function* data(stream: ZlibStream, bytes: Uint8Array): AsyncGenerator<Uint8Array, Uint8Array> {
    for await (const piece of stream.write(bytes)) {
      crc = crc32(piece, crc);
      size = (size + piece.length) >>> 0;
      yield piece;
    }
    if (!stream.ended) return new Uint8Array(0);
    stream.close();
    state = { kind: 'trailer' };
    return stream.rest;
  }

  return {
    async *write(bytes) {
      let rest = bytes;
      while (rest.length > 0) {
        if (state.kind === 'data') {
          rest = yield* data(state.stream, rest);
          continue;
        }
        kept = kept.length === 0 ? Buffer.from(rest) : Buffer.concat([kept, rest]);
        if (state.kind === 'header') {
          const length = header(kept);
          if (length === 0 && kept.length > HEADER_TEXT_MOST * 2) throw malformed('gzip-header');
          if (length === 0) return;
          if (++members > MEMBERS_MOST) throw new CodecError('too-many-parts', 'gzip-members');
          rest = kept.subarray(length);
          state = { kind: 'data', stream: zlibStream(createInflateRaw({ chunkSize: FRAME }), 'gzip') };
        } else {
          if (kept.length < TRAILER) return;
          if (kept.readUInt32LE(0) !== crc || kept.readUInt32LE(4) !== size) throw malformed('gzip-checksum');
          rest = kept.subarray(TRAILER);
          crc = size = 0;
          state = { kind: 'header' };
        }
        kept = Buffer.alloc(0);
      }
    },
    // Whole only between two members.
    async *end() {
      if (state.kind !== 'header' || kept.length > 0 || members === 0) throw malformed('gzip-truncated');
      yield* NOTHING_LEFT;
    },
    close() {
      if (state.kind === 'data') state.stream.close();
    },
  };
}
