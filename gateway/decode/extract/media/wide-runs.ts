/** Text in UTF-16 drawn out of bytes that may hold some: titles and comments of photos and songs. */

/** Shorter runs hold no number. */
const LEAST = 8;
const RUN = new RegExp(`[^\\p{Cc}\\p{Cn}\\p{Co}\\p{Cs}\\ufffd]{${LEAST},}`, 'gu');
const DIGITS = /\p{Nd}.*\p{Nd}.*\p{Nd}.*\p{Nd}/u;

/** Runs with digits in them, in either order of bytes, wherever they begin. */
export function wideRuns(bytes: Uint8Array): string {
  const runs: string[] = [];
  for (const charset of ['utf-16le', 'utf-16be']) {
    const decoder = new TextDecoder(charset);
    for (const start of [0, 1]) for (const [run] of decoder.decode(bytes.subarray(start)).matchAll(RUN)) if (DIGITS.test(run)) runs.push(run);
  }
  return runs.join('\n');
}
