/** Lists of properties as winmail.dat writes them (MS-OXTNEF 2.1.3.4): fixed ones in place, long ones with their length before them. */
import { ExtractError } from '../contract.js';
import { TYPE, type MapiProperty } from './properties.js';

/** Bytes of a value, padding counted. */
const FIXED: ReadonlyMap<number, number> = new Map([[0x0001, 4], [0x0002, 4], [0x0003, 4], [0x0004, 4], [0x0005, 8], [0x0006, 8], [0x0007, 8], [0x000a, 4], [0x000b, 4], [0x0014, 8], [0x0040, 8], [0x0048, 16]]);
const SINGLE: ReadonlySet<number> = new Set([TYPE.object, TYPE.string8, TYPE.unicode, TYPE.binary]);
const NAMED = 0x8000;
const BY_NAME = 1;
const MOST = 100_000;

function malformed(): ExtractError {
  return new ExtractError('malformed', 'mapi properties');
}

export class PropertyReader {
  #at = 0;
  constructor(readonly data: Buffer) {}

  #take(count: number): Buffer {
    if (count > this.data.length - this.#at) throw malformed();
    this.#at += count;
    return this.data.subarray(this.#at - count, this.#at);
  }
  long(): number {
    return this.#take(4).readUInt32LE(0);
  }
  /** A length, that many bytes, and what fills them up to four. */
  #sized(): Buffer {
    const size = this.long();
    const bytes = this.#take(size);
    this.#take(Math.min((4 - (size % 4)) % 4, this.data.length - this.#at));
    return bytes;
  }
  #property(): readonly MapiProperty[] {
    const tag = this.long();
    const type = tag & 0xffff;
    const id = tag >>> 16;
    const out: MapiProperty[] = [];
    const add = (own: number, bytes: Buffer): void => {
      out.push({ id, type: own, value: () => Promise.resolve(bytes) });
    };
    if (id >= NAMED) {
      this.#take(16);
      if (this.long() === BY_NAME) out.push({ id: 0, type: TYPE.unicode, value: ((name) => () => Promise.resolve(name))(this.#sized()) });
      else this.long();
    }
    const base = type & ~TYPE.several;
    const fixed = FIXED.get(base);
    const several = (type & TYPE.several) !== 0;
    const count = several || SINGLE.has(base) ? this.long() : 1;
    if (count > MOST || (fixed === undefined && !SINGLE.has(base))) throw malformed();
    for (let i = 0; i < count; i++) add(base, fixed === undefined ? this.#sized() : this.#take(fixed));
    return out;
  }
  /** A count and that many properties. */
  list(): readonly MapiProperty[] {
    const count = this.long();
    if (count > MOST) throw malformed();
    const out: MapiProperty[] = [];
    for (let i = 0; i < count; i++) out.push(...this.#property());
    if (out.length > MOST) throw malformed();
    return out;
  }
}

/** The last number kept under `id`. */
export async function numberAmong(properties: readonly MapiProperty[], id: number): Promise<number | undefined> {
  const found = properties.find((property) => property.id === id && property.type === 0x0003);
  return found === undefined ? undefined : Buffer.from(await found.value()).readUInt32LE(0);
}
