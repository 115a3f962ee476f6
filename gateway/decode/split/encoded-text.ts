/** Header text as people see it: encoded words (RFC 2047), extended values (RFC 2231) and raw bytes of any charset, decoded. For facts and names; what is masked in place goes through views. */
import { isUtf8 } from 'node:buffer';
import { charsetNamed } from '../charset-name.js';
import { wideByZeros } from '../layer/utf16.js';

/** Longest text that is decoded: as long as the header of a mail may be. */
const LONGEST = 256 * 1024;
/** An encoded word goes on to the next `?=`: some readers let question marks and blanks stand in it. */
const WORD = /=\?([!-<>@-~]{0,60})\?([bBqQ])\?/g;
const WORD_END = '?=';
/** Blanks between two encoded words belong to neither. */
const BETWEEN = /(\?=)[ \t\r\n]+(?==\?[!-<>@-~]{0,60}\?[bBqQ]\?)/g;
/** What mailers write where they do not know it themselves. */
const UNNAMED = /^(|(x-)?unknown(-8bit)?|x-user-defined|default|none)$/;

/** RFC 2231 lets a language follow the charset. */
const nameOf = (charset: string): string => charset.split('*')[0]?.trim().toLowerCase() ?? '';

/** `undefined` for a charset that nobody here knows. */
function decoderOf(charset: string, bytes: Uint8Array): InstanceType<typeof TextDecoder> | undefined {
  const name = nameOf(charset);
  const known = charsetNamed(name);
  // Without an order in its name, UTF-16 has one by its mark or its zeros.
  const wide = known?.startsWith('utf-16') !== true ? undefined : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : /(le|be)$/.test(name) ? undefined : wideByZeros(bytes, false);
  try {
    return new TextDecoder(wide ?? known ?? name);
  } catch (thrown) {
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ERR_ENCODING_NOT_SUPPORTED') return undefined;
    throw thrown;
  }
}

/** Bytes of a text whose charset nobody names: UTF-8 where they are, else what Chinese mailers write. */
function rawText(bytes: Uint8Array): string {
  return new TextDecoder(isUtf8(bytes) ? 'utf-8' : 'gb18030').decode(bytes);
}

/** False for charsets in which other bytes than its own may stand for a digit (UTF-7, HZ, EBCDIC …): what is shown in them is read by nobody here. */
export function readsCharset(charset: string): boolean {
  return UNNAMED.test(nameOf(charset)) || decoderOf(charset, new Uint8Array(0)) !== undefined;
}

function inCharset(bytes: Uint8Array, charset: string): string {
  return decoderOf(charset, bytes)?.decode(bytes) ?? rawText(bytes);
}

function wordBytes(coding: string, text: string): Buffer {
  if (coding.toLowerCase() === 'b') return Buffer.from(text, 'base64');
  return Buffer.from(text.replaceAll('_', ' ').replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
}

interface Run {
  readonly charset: string;
  readonly bytes: Buffer[];
}

/** `latin1`: the bytes of a field's value, one character each. Words side by side in one charset are decoded together: mailers cut characters in two. */
export function shownText(latin1: string): string {
  const text = latin1.slice(0, LONGEST).replace(/\r?\n/g, '').replace(BETWEEN, '$1');
  let out = '';
  let run: Run | undefined;
  let at = 0;
  const flush = (): void => {
    if (run) out += inCharset(Buffer.concat(run.bytes), run.charset);
    run = undefined;
  };
  for (const match of text.matchAll(WORD)) {
    const [whole, charset = '', coding = ''] = match;
    // It stands in the word before it.
    if (match.index < at) continue;
    const start = match.index + whole.length;
    const end = text.indexOf(WORD_END, start);
    if (end < 0) break;
    if (match.index > at) {
      flush();
      out += rawText(Buffer.from(text.slice(at, match.index), 'latin1'));
    }
    at = end + WORD_END.length;
    const bytes = wordBytes(coding, text.slice(start, end));
    if (run !== undefined && run.charset.toLowerCase() === charset.toLowerCase()) run.bytes.push(bytes);
    else {
      flush();
      run = { charset, bytes: [bytes] };
    }
  }
  flush();
  return out + rawText(Buffer.from(text.slice(at), 'latin1'));
}

/** Bytes behind percent escapes, in Latin-1. */
function unescaped(value: string): string {
  return value.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** An extended value: charset'language'percent-escaped bytes. Without its marks it is taken as it stands. */
export function extendedText(value: string): string {
  const parts = /^([^']*)'[^']*'(.*)$/s.exec(value);
  const bytes = Buffer.from(unescaped(parts?.[2] ?? value).slice(0, LONGEST), 'latin1');
  return parts?.[1] ? inCharset(bytes, parts[1]) : rawText(bytes);
}
