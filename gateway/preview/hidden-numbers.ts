/** Covers numbers that the scan of a text leaves alone: written in an encoding that no detector reads, or judged by what stands around them to be something else. */
import type { InspectorFactory } from '../ports.js';

/** Fewer digits in a row are nobody's number. */
const LEAST = 9;
/** Encoded text, also on several lines: nine digits need twelve characters. */
const BASE64 = /[A-Za-z0-9+/_-]{12,}(?:\r?\n[ \t]*[A-Za-z0-9+/_-]{4,})*={0,2}/g;
/** Longer ones are files, which nobody reads as they stand; letters of both kinds and digits tell them from words and rules. */
const FILE_LEAST = 1024;
const MIXED = /^(?=[^]*[a-z])(?=[^]*[A-Z])(?=[^]*[0-9])/;
/** How what may hold packed text begins: zip, gzip, 7z, rar, PDF, OLE, bzip2, xz. */
const PACKED = ['504b0304', '1f8b', '377abcaf', '52617221', '25504446', 'd0cf11e0', '425a68', 'fd377a585a'];
/** Digits as character codes: quoted-printable, percent, JSON and C escapes, references of markup, hexadecimal dumps. */
const CODES = ['(?:\\\\x|\\\\u00|[=%]|0x|&#x0{0,4}|[ :])?3[0-9];?', '&#0{0,4}(?:4[89]|5[0-7]);?', '\\\\uff1[0-9]'];
const ESCAPED = new RegExp(`(?:${CODES.join('|')}){${String(LEAST)},}`, 'gi');
const DIGITS = new RegExp(`[0-9]{${String(LEAST)},}|(?:\\xef\\xbc[\\x90-\\x99]){${String(LEAST)},}|(?:[0-9]\\0){${String(LEAST)},}`);
/** Digits of any script and form, as people read them. */
const DIGIT = '[\\p{Nd}\\p{No}〇零一二三四五六七八九]';
/** What may stand between two of them for a reader to see one number. */
const GAP = '[\\s\\p{Cf}\\p{Cc}\\p{M}\\-‐-―−_.,·•/()（），．－＿／、|]';
const GAP_MOST = 8;
/** As many digits as the shortest number has. */
const RUN = new RegExp(`${DIGIT}(?:${GAP}{0,${String(GAP_MOST)}}${DIGIT}){10,}(?:${GAP}{0,${String(GAP_MOST)}}[XxＸｘ])?`, 'gu');
/** Where a run falls apart: into columns, and into what stands without any gap. */
const WIDE_GAP = new RegExp(`${GAP}{2,}|[\\t\\n,，、|]`, 'u');
const ANY_GAP = new RegExp(`${GAP}+`, 'u');
const ONE_DIGIT = new RegExp(DIGIT, 'gu');
/** Longer ones are rows of numbers: each is judged by itself. */
const RUN_MOST = 64;
const LEAST_OF_NUMBER = 11;
const MOST_OF_NUMBER = 24;
const HAN = '零一二三四五六七八九';

/** The same text with stars over what must not be shown, as long as it was; undefined when there is nothing. */
export type HideNumbers = (text: string) => string | undefined;

/** `inspectors` judge a number by itself: near a word that calls it something else, or glued to letters, it is still somebody's number. */
export function hideNumbers(inspectors: InspectorFactory): HideNumbers {
  const judged = (runs: readonly string[]): ReadonlySet<string> => {
    const texts = [...new Set(runs)].map((text, at) => ({ name: String(at), kind: 'field' as const, text }));
    if (texts.length === 0) return new Set();
    const { safe } = inspectors.inspectHead(texts, () => true);
    return new Set(texts.flatMap(({ name, text }) => (safe.get(name) === text ? [] : [text])));
  };
  return (text) => {
    const encoded = text.replace(BASE64, (token) => (hidesDigits(token) || hidesFile(token) ? starred(token) : token)).replace(ESCAPED, (token) => starred(token));
    const found = [...encoded.matchAll(RUN)].flatMap(({ 0: run, index }) => candidates(run, index));
    const numbers = judged(found.flatMap(({ readings }) => readings));
    let covered = encoded;
    for (const { at, run, readings } of found) {
      if (readings.some((reading) => numbers.has(reading))) covered = covered.slice(0, at) + withoutDigits(run) + covered.slice(at + run.length);
    }
    return covered === text ? undefined : covered;
  };
}

/** True when a token says such digits, wherever in it an encoded text begins. */
function hidesDigits(token: string): boolean {
  const plain = token.replace(/\s+/g, '').replace(/-/g, '+').replace(/_/g, '/');
  for (let start = 0; start < 4; start++) if (DIGITS.test(Buffer.from(plain.slice(start), 'base64').toString('latin1'))) return true;
  return false;
}

/** True for a file in base64: numbers in it are found where it is opened, and here they would be given away packed. */
function hidesFile(token: string): boolean {
  if (token.length >= FILE_LEAST && MIXED.test(token)) return true;
  const start = token.slice(0, 64).replace(/\s+/g, '').replace(/-/g, '+').replace(/_/g, '/');
  const bytes = Buffer.from(start, 'base64').toString('hex');
  return PACKED.some((signature) => bytes.startsWith(signature));
}

const starred = (token: string): string => token.replace(/\S/g, '*');

/** Separators stay, so that rows and cells do. */
const withoutDigits = (run: string): string => run.replace(ONE_DIGIT, (sign) => '*'.repeat(sign.length)).replace(/[XxＸｘ]$/, '*');

interface Candidate {
  readonly at: number;
  readonly run: string;
  /** As it stands, and as its digits alone. */
  readonly readings: readonly string[];
}

/** The run, its columns, and its pieces without gaps, as far as each may be one number. */
function candidates(run: string, at: number): readonly Candidate[] {
  return [undefined, WIDE_GAP, ANY_GAP].flatMap((gap) => {
    const pieces = gap === undefined ? [run] : run.split(gap);
    let from = 0;
    return pieces.flatMap((piece): Candidate[] => {
      const start = run.indexOf(piece, from);
      from = start + piece.length;
      const digits = plainDigits(piece);
      const isNumber = digits.length >= LEAST_OF_NUMBER && digits.length <= MOST_OF_NUMBER;
      const readings = [...(isNumber ? [digits] : []), ...(piece.length <= RUN_MOST && digits.length >= LEAST_OF_NUMBER ? [piece] : [])];
      return readings.length === 0 ? [] : [{ at: at + start, run: piece, readings }];
    });
  });
}

function plainDigits(run: string): string {
  let digits = '';
  for (const sign of run.normalize('NFKC')) {
    if (/[0-9]/.test(sign)) digits += sign;
    else if (/\p{Nd}/u.test(sign)) digits += String(valueOf(sign.codePointAt(0) ?? 0));
    else if (sign === '〇') digits += '0';
    else if (HAN.includes(sign)) digits += String(HAN.indexOf(sign));
    else if (/[Xx]/.test(sign)) digits += 'X';
  }
  return digits;
}

/** The ten digits of a script stand in a row. */
function valueOf(code: number): number {
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}
