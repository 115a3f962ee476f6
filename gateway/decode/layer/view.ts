/** Stacks layers into views: bytes → (byte layer) → charset → (escape layer) → units, and back for a mask of the same width. */
import type { Reading } from '../../../detectors/scan/prefilter/prefilter.js';
import type { Decoded, View } from '../../ports.js';
import type { Charset } from './charset.js';
import { emptied, unitBuffer, type UnitBuffer } from './unit-buffer.js';
import { utf8 } from './utf8.js';

/** A layer that hides bytes behind bytes, such as percent escapes. */
export interface ByteLayer {
  readonly name: string;
  readonly trigger: readonly number[];
  /** The same for the prefilter; a layer without it is read whole. */
  readonly reading?: Reading;
  /** Bytes one inner byte can take. */
  readonly widest: number;
  /** Inner bytes with the outer span of each; stops before an unfinished escape unless `last`. */
  decode(bytes: Uint8Array, last: boolean): { readonly bytes: Uint8Array; readonly from: Int32Array; readonly to: Int32Array; readonly consumed: number };
  /** Writes one inner byte over its outer span. */
  poke(bytes: Uint8Array, from: number, to: number, value: number): void;
}

/** A layer that hides characters behind characters, such as `\u0031` or `&#49;`. */
export interface EscapeLayer {
  readonly name: string;
  readonly trigger: readonly number[];
  /** The same for the prefilter; a layer without it is read whole. */
  readonly reading?: Reading;
  /** Characters one inner character can take. */
  readonly widest: number;
  /** The escape that begins at `at`: its unit and length; `undefined` when it is none; `more` when the text ends too early to say; `endless` when it is longer than anyone writes one. */
  read(units: Uint16Array, at: number, length: number): { readonly unit: number; readonly size: number } | 'more' | 'endless' | undefined;
  /** `unit` as an escape of exactly `size` ASCII characters; `original` is what stands there. */
  write(unit: number, size: number, original: string): string;
}

export interface Layers {
  readonly bytes?: ByteLayer;
  readonly escapes?: EscapeLayer;
  /** UTF-8 unless said. */
  readonly charset?: Charset;
  /** No other view may speak for this one. */
  readonly alone?: boolean;
}

/** One text is decoded at a time, and looked at before the next. */
const decodedUnits = unitBuffer(0);
const read = unitBuffer(0);

/** Escapes read out of decoded units; one unit of room behind them stands for the end of the text. */
function readEscapes(layer: EscapeLayer, outer: UnitBuffer, last: boolean): { buffer: UnitBuffer; cut: number | undefined; endless: boolean } {
  const out = emptied(read, outer.length);
  out.invalid = outer.invalid;
  let n = 0;
  let at = 0;
  let cut: number | undefined;
  let endless = false;
  while (at < outer.length) {
    let unit = outer.units[at] ?? 0;
    let size = 1;
    if (layer.trigger.includes(unit)) {
      // At the end of the text nothing follows: an escape that needs no closing mark is whole there.
      const escape = layer.read(outer.units, at, last ? outer.length + 1 : outer.length);
      if (escape === 'more') {
        if (!last) {
          cut = outer.from[at];
          break;
        }
      } else if (escape === 'endless') {
        endless = true;
      } else if (escape !== undefined) {
        unit = escape.unit;
        size = escape.size;
      }
    }
    out.units[n] = unit;
    out.from[n] = outer.from[at] ?? 0;
    out.to[n++] = outer.to[at + size - 1] ?? 0;
    at += size;
  }
  out.length = n;
  return { buffer: out, cut, endless };
}

function readingOf(layers: readonly (Charset | ByteLayer | EscapeLayer | undefined)[]): Reading | undefined {
  let reading: Reading | undefined = {};
  for (const layer of layers) if (layer !== undefined) reading = reading && layer.reading && { ...reading, ...layer.reading };
  return reading;
}

/** A view through `layers`. With no layers it is the plain view of its charset. */
export function viewOf(layers: Layers = {}): View {
  const { bytes: byteLayer, escapes, charset = utf8 } = layers;
  const chain = [...(byteLayer ? [byteLayer.name] : []), charset.name, ...(escapes ? [escapes.name] : [])];
  const plain = byteLayer === undefined && escapes === undefined;
  // Where bytes that stand for bytes shift the borders of characters, they do so far behind themselves, unless the charset finds its borders again.
  const alone = plain || layers.alone === true || (byteLayer !== undefined && charset.widthAt !== undefined);

  function decode(bytes: Uint8Array, last: boolean): Decoded {
    const inner = byteLayer?.decode(bytes, last);
    const text = inner?.bytes ?? bytes;
    let buffer = emptied(decodedUnits, text.length + 1);
    let endless = false;
    let consumed = charset.decode(text, last && (inner === undefined || inner.consumed === bytes.length), buffer);
    if (escapes) {
      buffer.units[buffer.length] = 0;
      const inside = readEscapes(escapes, buffer, last);
      buffer = inside.buffer;
      endless = inside.endless;
      if (inside.cut !== undefined) consumed = inside.cut;
    }
    if (inner) {
      for (let i = 0; i < buffer.length; i++) {
        buffer.to[i] = inner.to[(buffer.to[i] ?? 1) - 1] ?? 0;
        buffer.from[i] = inner.from[buffer.from[i] ?? 0] ?? 0;
      }
      consumed = consumed < text.length ? (inner.from[consumed] ?? inner.consumed) : inner.consumed;
    }
    return { units: buffer.units, from: buffer.from, to: buffer.to, length: buffer.length, consumed, invalid: buffer.invalid, endless };
  }

  function pokeInner(bytes: Uint8Array, from: number, to: number, unit: number): void {
    if (escapes && to - from > 1) {
      const original = String.fromCharCode(...bytes.subarray(from, to));
      if (escapes.trigger.includes(original.charCodeAt(0))) {
        const text = escapes.write(unit, to - from, original);
        for (let i = 0; i < text.length; i++) bytes[from + i] = text.charCodeAt(i);
        return;
      }
    }
    bytes.set(charset.encode(unit, to - from), from);
  }

  function poke(bytes: Uint8Array, from: number, to: number, unit: number): void {
    if (byteLayer === undefined) {
      pokeInner(bytes, from, to, unit);
      return;
    }
    const inner = byteLayer.decode(bytes.subarray(from, to), true);
    pokeInner(inner.bytes, 0, inner.bytes.length, unit);
    inner.bytes.forEach((value, i) => byteLayer.poke(bytes, from + (inner.from[i] ?? 0), from + (inner.to[i] ?? 0), value));
  }

  return {
    chain,
    charset: charset.name,
    ...(charset.widthAt ? { widthAt: charset.widthAt } : {}),
    trigger: alone ? undefined : [...(byteLayer?.trigger ?? []), ...(escapes?.trigger ?? [])],
    // Behind percent escapes the prefilter knows UTF-8 only.
    reading: byteLayer !== undefined && charset.reading?.pairs !== undefined ? undefined : readingOf([charset, byteLayer, escapes]),
    widest: (byteLayer?.widest ?? 1) * (escapes?.widest ?? 4),
    decode,
    poke,
  };
}
