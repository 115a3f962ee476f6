/** Text of PowerPoint's binary presentations (MS-PPT), and of WPS Presentation's: text atoms wherever they stand, and files embedded in it. */
import { inflateSync } from 'node:zlib';
import { ExtractError } from '../contract.js';

const RECORD = 8;
const TEXT_CHARS = 0x0fa0;
const TEXT_BYTES = 0x0fa8;
const STRING = 0x0fba;
const EMBEDDED = 0x1011;
const ENCRYPTED_USER = 0xf3d1c4df;
/** Shapes within groups within slides; deeper nesting is nobody's work. */
const MOST_DEPTH = 64;
const MOST_RECORDS = 2_000_000;

interface PptContent {
  readonly text: string;
  /** Embedded files, unpacked. */
  readonly files: readonly Uint8Array[];
  /** Records that hold neither. */
  readonly rest: Uint8Array;
}

/** The stream `Current User` says whether the presentation is encrypted. */
export function isEncryptedPpt(currentUser: Uint8Array | undefined): boolean {
  return currentUser !== undefined && currentUser.length >= 16 && Buffer.from(currentUser).readUInt32LE(12) === ENCRYPTED_USER;
}

function embedded(body: Buffer, compressed: boolean, most: number): Uint8Array {
  if (!compressed) return body;
  try {
    return inflateSync(body.subarray(4), { maxOutputLength: most });
  } catch (thrown) {
    throw new ExtractError(typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'malformed', 'ppt embedded file');
  }
}

export function readPpt(bytes: Uint8Array, most: number): PptContent {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text: string[] = [];
  const files: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  let records = 0;
  let unpacked = 0;
  const walk = (from: number, to: number, depth: number): void => {
    let at = from;
    while (at + RECORD <= to) {
      if (++records > MOST_RECORDS || depth > MOST_DEPTH) throw new ExtractError('too-many-parts', 'ppt records');
      const head = document.readUInt16LE(at);
      const type = document.readUInt16LE(at + 2);
      const size = document.readUInt32LE(at + 4);
      const body = at + RECORD;
      const end = body + size;
      if (end > to) {
        // The end of the stream may be filled up; within a container a length must fit.
        if (depth > 0) throw new ExtractError('malformed', 'ppt record');
        break;
      }
      if (type === TEXT_CHARS || type === STRING) text.push(document.toString('utf16le', body, end));
      else if (type === TEXT_BYTES) text.push(document.toString('latin1', body, end));
      else if (type === EMBEDDED) {
        const file = embedded(document.subarray(body, end), head >> 4 === 1, most - unpacked);
        unpacked += file.length;
        files.push(file);
      } else if ((head & 0xf) === 0xf) walk(body, end, depth + 1);
      else rest.push(document.subarray(body, end), Buffer.from('\0\0'));
      at = end;
    }
    rest.push(document.subarray(at, to));
  };
  walk(0, document.length, 0);
  return { text: text.join('\n').replace(/[\r\v]/g, '\n'), files, rest: Buffer.concat(rest) };
}
