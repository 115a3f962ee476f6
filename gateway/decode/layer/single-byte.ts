/** Charsets of one byte a character (ISO 8859, Windows code pages, KOI8): digits stand as in ASCII, and only what surrounds them differs. */
import type { SingleByteName } from '../charset-name.js';
import type { Charset } from './charset.js';
import type { UnitBuffer } from './unit-buffer.js';

/** Where Node reads windows-1252 as ISO 8859-1: signs that stand between the groups of numbers. */
const SIGNS_OF_1252 = new Map([[0x80, 0x20ac], [0x82, 0x201a], [0x85, 0x2026], [0x91, 0x2018], [0x92, 0x2019], [0x93, 0x201c], [0x94, 0x201d], [0x95, 0x2022], [0x96, 0x2013], [0x97, 0x2014], [0x98, 0x02dc]]);

function unitsOf(name: SingleByteName): Uint16Array {
  const decoder = new TextDecoder(name);
  return Uint16Array.from({ length: 256 }, (_, byte) => (name === 'windows-1252' ? SIGNS_OF_1252.get(byte) : undefined) ?? decoder.decode(Uint8Array.of(byte)).charCodeAt(0));
}

export function singleByte(name: SingleByteName): Charset {
  let units: Uint16Array | undefined;
  return {
    name,
    reading: undefined,
    decode(bytes: Uint8Array, _last: boolean, out: UnitBuffer): number {
      const table = (units ??= unitsOf(name));
      let n = out.length;
      for (let at = 0; at < bytes.length; at++) {
        const unit = table[bytes[at] ?? 0] ?? 0xfffd;
        if (unit === 0xfffd) out.invalid++;
        out.units[n] = unit;
        out.from[n] = at;
        out.to[n++] = at + 1;
      }
      out.length = n;
      return bytes.length;
    },
    encode: (unit, width) => new Array<number>(width).fill(unit === 0xff0a ? 0x2a : unit),
  };
}
