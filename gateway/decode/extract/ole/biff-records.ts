/** Records of Excel's binary workbooks (MS-XLS), and strings that run on over several of them. */
import { ExtractError } from '../contract.js';

export interface BiffRecord {
  readonly type: number;
  /** Its body and those of the CONTINUE records behind it. */
  readonly parts: readonly Buffer[];
}

const CONTINUE = 0x003c;
/** A workbook of 64 MiB has at most sixteen million of four bytes; real ones a few million. */
const MOST_RECORDS = 16_000_000;

export function* recordsOf(stream: Uint8Array): Generator<BiffRecord> {
  const data = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  let record: { type: number; parts: Buffer[] } | undefined;
  let at = 0;
  for (let count = 0; at + 4 <= data.length; count++) {
    if (count > MOST_RECORDS) throw new ExtractError('too-many-parts', 'xls records');
    const type = data.readUInt16LE(at);
    const size = data.readUInt16LE(at + 2);
    if (at + 4 + size > data.length) throw new ExtractError('malformed', 'xls record');
    const body = data.subarray(at + 4, at + 4 + size);
    at += 4 + size;
    if (type === CONTINUE && record !== undefined) record.parts.push(body);
    else {
      if (record !== undefined) yield record;
      // Zeros fill the stream up.
      record = type === 0 && size === 0 ? undefined : { type, parts: [body] };
    }
  }
  if (record !== undefined) yield record;
}

/** Reads on over the borders of CONTINUE records: where one falls into characters, a new flag says how wide they go on. */
export class PartsReader {
  #part = 0;
  #at = 0;
  constructor(readonly parts: readonly Buffer[]) {}

  get done(): boolean {
    while (this.#part < this.parts.length && this.#at >= (this.parts[this.#part]?.length ?? 0)) {
      this.#part++;
      this.#at = 0;
    }
    return this.#part >= this.parts.length;
  }
  byte(): number {
    if (this.done) throw new ExtractError('malformed', 'xls string');
    return this.parts[this.#part]?.[this.#at++] ?? 0;
  }
  short(): number {
    return this.byte() + 256 * this.byte();
  }
  long(): number {
    return this.short() + 65536 * this.short();
  }
  take(count: number): Buffer {
    const out: Buffer[] = [];
    for (let left = count; left > 0; ) {
      if (this.done) throw new ExtractError('malformed', 'xls string');
      const part = this.parts[this.#part] ?? Buffer.alloc(0);
      const piece = part.subarray(this.#at, this.#at + left);
      this.#at += piece.length;
      left -= piece.length;
      out.push(piece);
    }
    return Buffer.concat(out);
  }
  remainder(): Buffer {
    return this.done ? Buffer.alloc(0) : Buffer.concat([this.parts[this.#part]?.subarray(this.#at) ?? Buffer.alloc(0), ...this.parts.slice(this.#part + 1)]);
  }
  characters(count: number, flags: number): string {
    let wide = (flags & 1) === 1;
    let text = '';
    for (let left = count; left > 0; ) {
      const before = this.#part;
      if (this.done) throw new ExtractError('malformed', 'xls string');
      if (this.#part !== before) wide = (this.byte() & 1) === 1;
      const part = this.parts[this.#part] ?? Buffer.alloc(0);
      const there = Math.min(left, Math.floor((part.length - this.#at) / (wide ? 2 : 1)));
      if (there === 0) {
        // Half a character stands at the border: nobody writes that.
        if (this.#at < part.length) throw new ExtractError('malformed', 'xls string');
        continue;
      }
      const bytes = part.subarray(this.#at, this.#at + there * (wide ? 2 : 1));
      text += bytes.toString(wide ? 'utf16le' : 'latin1');
      this.#at += bytes.length;
      left -= there;
    }
    return text;
  }
}
