/** Source text of macros (MS-OVBA): found by its first words, unpacked chunk by chunk. */

/** A packed source begins so: no copies among its first eight bytes. */
const BEGINNING = Buffer.from('\0Attribut', 'latin1');
/** Modules of this size are nobody's; 64 KiB is what the editor takes. */
const MOST_SOURCE = 8 * 2 ** 20;
const CHUNK = 4096;

function chunkInto(out: number[], data: Buffer, from: number, to: number): void {
  const start = out.length;
  let at = from;
  while (at < to) {
    const flags = data[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < to; bit++) {
      if ((flags >> bit) % 2 === 0) {
        out.push(data[at++] ?? 0);
        continue;
      }
      if (at + 2 > to) return;
      const token = data.readUInt16LE(at);
      at += 2;
      const done = out.length - start;
      let bits = 4;
      while (2 ** bits < done) bits++;
      const offset = (token >> (16 - bits)) + 1;
      const length = (token & (0xffff >> bits)) + 3;
      if (offset > done || done + length > CHUNK) return;
      for (let i = 0; i < length; i++) out.push(out[out.length - offset] ?? 0);
    }
  }
}

/** The source within a module's stream; nothing where none can be found. */
export function macroSource(stream: Uint8Array): Uint8Array | undefined {
  const data = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const begins = data.indexOf(BEGINNING);
  if (begins < 3) return undefined;
  const out: number[] = [];
  let at = begins - 2;
  while (at + 2 <= data.length && out.length < MOST_SOURCE) {
    const header = data.readUInt16LE(at);
    if (((header >> 12) & 7) !== 3) break;
    const end = Math.min(data.length, at + (header & 0xfff) + 3);
    if (header & 0x8000) chunkInto(out, data, at + 2, end);
    else for (const byte of data.subarray(at + 2, end)) out.push(byte);
    at = end;
  }
  return Uint8Array.from(out);
}
