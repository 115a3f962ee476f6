/** Draws UTF-16 text out of bytes that do not say where it begins: runs of readable units at even and at odd places. */

/** Shorter runs say nothing: every number that is looked for is longer. */
const SHORTEST = 6;
/** Text is handed on in pieces. */
const PIECE = 64 * 1024;

/** Letters, digits, signs and Chinese characters; nothing that bytes at random often are. */
function readable(unit: number): boolean {
  return (unit >= 0x20 && unit < 0x7f) || unit === 9 || (unit >= 0x4e00 && unit <= 0x9fff) || (unit >= 0xff01 && unit <= 0xff5e) || (unit >= 0x2000 && unit <= 0x206f) || (unit >= 0x3000 && unit <= 0x303f) || (unit >= 0x0660 && unit <= 0x0669) || unit === 0xa0;
}

/** A run in which nothing but Chinese characters stands is as likely pairs of Latin letters. */
const likely = (run: string): boolean => run.length >= SHORTEST && /[ -~！-～]/.test(run);

/** Runs one behind the other, a line each; those at odd places behind those at even ones. */
function* wideText(bytes: Uint8Array): Generator<string> {
  for (const start of [0, 1]) {
    let run: number[] = [];
    let text = '';
    const flush = (): void => {
      if (run.length >= SHORTEST) {
        const line = String.fromCharCode(...run);
        if (likely(line)) text += `${line}\n`;
      }
      run = [];
    };
    for (let at = start; at + 1 < bytes.length; at += 2) {
      const unit = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
      if (readable(unit)) {
        run.push(unit);
        // A run without end is cut where a number can be read on both sides.
        if (run.length >= 8192) {
          const kept = run.slice(-128);
          flush();
          run = kept;
        }
      } else flush();
      if (text.length >= PIECE) {
        yield text;
        text = '';
      }
    }
    flush();
    if (text !== '') yield text;
  }
}

/** The same as UTF-8. */
export async function* wideBytes(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (const text of wideText(bytes)) yield Buffer.from(text, 'utf8');
}
