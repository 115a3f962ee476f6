/** Objects of OLE 1 as RTF carries them ([MS-OLEDS] 2.2): a head with names, then the object's own bytes. */

const VERSION = 0x501;
const EMBEDDED = 2;
const LONGEST_NAME = 1024;

/** Behind the length that stands at `at` and so many bytes; -1 when there are not as many. */
function behind(bytes: Buffer, at: number): number {
  if (at < 0 || at + 4 > bytes.length) return -1;
  const length = bytes.readUInt32LE(at);
  return length > LONGEST_NAME || at + 4 + length > bytes.length ? -1 : at + 4 + length;
}

/** The object within, or all of it where it has no such head. */
export function nativeData(bytes: Buffer): Buffer {
  if (bytes.length < 12 || bytes.readUInt32LE(0) !== VERSION || bytes.readUInt32LE(4) !== EMBEDDED) return bytes;
  const at = behind(bytes, behind(bytes, behind(bytes, 8)));
  if (at < 0 || at + 4 > bytes.length) return bytes;
  const size = bytes.readUInt32LE(at);
  return at + 4 + size > bytes.length ? bytes : bytes.subarray(at + 4, at + 4 + size);
}
