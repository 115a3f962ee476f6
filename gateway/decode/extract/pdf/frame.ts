/** A PDF seen from outside, without its objects: where it begins and ends, whether its index is where it says, and which bytes are images. */

export interface Frame {
  /** Bytes before the signature, in front of which readers accept anything. */
  readonly leading: number;
  /** Where the file ends that readers see: behind it stands something else. */
  readonly end: number;
  /** Its index of objects is not where the end of the file says: what is read was searched for. */
  readonly damaged: boolean;
  /** Where the version before the last additions ends: what was taken away there is still in the file. */
  readonly before: number | undefined;
  /** Files carried within, whether or not anything leads to them. */
  readonly embedded: number;
  /** Streams that hold pixels. */
  readonly images: readonly { readonly from: number; readonly to: number }[];
}

/** Readers look for the signature this far (the specification, appendix H.3). */
const SIGNATURE_WITHIN = 1024;
/** Room for the largest dictionary of an image that programs write; they name masks, colours and filters. */
const LONGEST_DICTIONARY = 4096;
/** A catalogue of products has some hundred; bytes of more are not told apart from the rest of the file. */
const MOST_IMAGES = 10_000;
const IMAGE = /\/Subtype\s*\/Image\b/;
const EMBEDDED = /\/Type\s*\/EmbeddedFile\b/;
const EOL: ReadonlySet<number> = new Set([0x0a, 0x0d]);
/** Blanks and NULs that senders append. */
const PADDING = /^[\0\t\n\f\r ]*$/;

function indexIsThere(file: Buffer, leading: number, end: number): boolean {
  const at = file.lastIndexOf('startxref', end - 1);
  if (at < 0) return false;
  const offset = /^startxref\s+(\d{1,12})\s/.exec(file.toString('latin1', at, at + 64))?.[1];
  if (offset === undefined) return false;
  // Offsets count from the signature; some writers count from the first byte.
  return [Number(offset) + leading, Number(offset)].some((from) => from < end && /^\s*(xref\b|\d{1,10}\s+\d{1,5}\s+obj\b)/.test(file.toString('latin1', from, from + 64)));
}

function streamsOf(file: Buffer): Pick<Frame, 'images' | 'embedded'> {
  const images: { from: number; to: number }[] = [];
  let embedded = 0;
  let at = file.indexOf('stream');
  while (at >= 0 && images.length < MOST_IMAGES) {
    const from = at + 'stream'.length;
    const before = file.toString('latin1', Math.max(0, at - LONGEST_DICTIONARY), at);
    const object = before.lastIndexOf('obj');
    const opens = object >= 0 && before.trimEnd().endsWith('>>');
    if (!opens) {
      at = file.indexOf('stream', from);
      continue;
    }
    const end = file.indexOf('endstream', from);
    const to = end < 0 ? file.length : end;
    const dictionary = before.slice(object);
    if (IMAGE.test(dictionary)) images.push({ from, to });
    else if (EMBEDDED.test(dictionary)) embedded++;
    at = file.indexOf('stream', to + 'endstream'.length);
  }
  return { images, embedded };
}

function versionBefore(file: Buffer, leading: number, last: number): number | undefined {
  const before = file.lastIndexOf('%%EOF', last - 1);
  if (last < 0 || before < 0 || before < leading) return undefined;
  // A file made for slow lines has a first mark near its beginning that ends no version.
  const isLinear = file.toString('latin1', leading, leading + SIGNATURE_WITHIN).includes('/Linearized') && file.lastIndexOf('%%EOF', before - 1) < leading;
  return isLinear ? undefined : before + '%%EOF'.length;
}

/** `undefined`: no reader takes this for a PDF. */
export function frameOf(file: Buffer): Frame | undefined {
  const leading = file.subarray(0, SIGNATURE_WITHIN).indexOf('%PDF-');
  if (leading < 0) return undefined;
  const mark = file.lastIndexOf('%%EOF');
  let end = mark < 0 ? file.length : mark + '%%EOF'.length;
  while (end < file.length && EOL.has(file[end] ?? 0)) end++;
  if (file.length - end < LONGEST_DICTIONARY && PADDING.test(file.toString('latin1', end))) end = file.length;
  return { leading, end, damaged: mark < 0 || !indexIsThere(file, leading, end), before: versionBefore(file, leading, mark), ...streamsOf(file) };
}
