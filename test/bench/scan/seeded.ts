/** Chance that is the same each time: every corpus of the bench is made from a seed. */

export interface Seeded {
  /** 0 ≤ n < limit. */
  readonly below: (limit: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** Picks as words are picked in a language: the first ones far more often than the last. */
  readonly skewed: <T>(list: readonly T[]) => T;
  /** True once in `times`. */
  readonly once: (times: number) => boolean;
  readonly digits: (count: number) => string;
}

/** Ranks over which words are about equally common: with it the first word makes up one in twenty. */
const HEAD = 5;

export function seeded(seed: number): Seeded {
  let state = seed >>> 0 || 1;
  const fraction = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(fraction() * limit);
  const at = <T>(list: readonly T[], index: number): T => {
    const chosen = list[index];
    if (chosen === undefined) throw new RangeError('nothing to pick from');
    return chosen;
  };
  return {
    below,
    pick: (list) => at(list, below(list.length)),
    // Zipf's law, flattened at its head as Mandelbrot found it.
    skewed: (list) => at(list, Math.min(list.length - 1, Math.floor(HEAD * ((list.length / HEAD + 1) ** fraction() - 1)))),
    once: (times) => below(times) === 0,
    digits: (count) => {
      let text = '';
      for (let i = 0; i < count; i++) text += String(below(10));
      return text;
    },
  };
}

/** Distinct bytes of a corpus: far more than a branch predictor or a second-level cache remembers, and made in a moment. */
const DISTINCT = 4 * 1024 * 1024;

/** `bytes` bytes of lines from `line`, repeated once DISTINCT are made; shorter by what the last line would have been over. */
export function lines(bytes: number, line: () => string): Buffer {
  const parts: string[] = [];
  let size = 0;
  while (size < Math.min(bytes, DISTINCT)) {
    const next = `${line()}\n`;
    parts.push(next);
    size += Buffer.byteLength(next);
  }
  return repeated(Buffer.from(parts.join('')), bytes);
}

/** `source` over and over, `bytes` long. */
export function repeated(source: Buffer, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += source.length) source.copy(out, at, 0, Math.min(source.length, bytes - at));
  // A character cut in two at the end would be an error in the text.
  let end = bytes;
  while (end > 0 && out[end - 1] !== 0x0a && bytes - end < 4096) end--;
  return out[end - 1] === 0x0a ? out.subarray(0, end) : out;
}
