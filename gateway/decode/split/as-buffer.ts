/** Bytes as a Buffer: the same one where they are one, so that whoever has looked at it knows it again. */

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
