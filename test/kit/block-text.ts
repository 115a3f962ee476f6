/** What stands between digits and around numbers where blocks of the prefilter are tried out. */

/** Separators of all widths. */
export const GAPS = [' ', '-', '\u00b7', '\u00a0', '\u3000', '，', '\u2014', ' ，\n'];
/** Characters that nobody sees. */
export const HIDDEN = ['\u0001', '\u007f', '\u00ad', '\u0301', '\u200b', '\ufe0f', '\u{e0100}'];
/** Text without a digit. */
export const FILLERS = ['a', '中', 'é', '中文a', '😀', '的，', '是 '];
/** Bytes of filler, whole characters as far as they go. */
export const padded = (filler: string, size: number): string => {
  const text = filler.repeat(size);
  let out = '';
  for (const one of text) {
    if (Buffer.byteLength(out) + Buffer.byteLength(one) > size) break;
    out += one;
  }
  return 'x'.repeat(size - Buffer.byteLength(out)) + out;
};
