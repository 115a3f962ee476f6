/** Says what a run of bytes is, from what is declared and from its first bytes; magic bytes outrank the declaration (HC 1). */
import { isUtf8 } from 'node:buffer';
import type { UnscannableReason } from '../ports.js';
import { charsetNamed, type CharsetName } from './charset-name.js';
import { parseMediaType } from './media-type.js';

/** First bytes that are looked at before a decoder is chosen (HC 1). */
export const PREFIX_LENGTH = 4096;

export type TextSyntax = 'text' | 'json' | 'form' | 'markup' | 'unknown-text';

export type Syntax =
  | { readonly kind: 'text'; readonly syntax: TextSyntax; /** Looks like the start of a JSON document. */ readonly json: boolean; /** Type missing or unknown: must be held where anything may act. */ readonly untyped: boolean; /** What its readers may take it for. */ readonly charsets: readonly CharsetName[] }
  | { readonly kind: 'multipart'; readonly boundary: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unscannable'; readonly reason: UnscannableReason; readonly name: string };

/** Signatures of formats that no decoder opens yet. */
const MAGIC: readonly (readonly [name: string, offset: number, bytes: readonly number[]])[] = [
  ['zip', 0, [0x50, 0x4b, 0x03, 0x04]], ['zip', 0, [0x50, 0x4b, 0x05, 0x06]], ['zip', 0, [0x50, 0x4b, 0x07, 0x08]],
  ['gzip', 0, [0x1f, 0x8b]], ['7z', 0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', 0, [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]], ['xz', 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a]], ['bzip2', 0, [0x42, 0x5a, 0x68]],
  ['zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]], ['ole', 0, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  ['tnef', 0, [0x78, 0x9f, 0x3e, 0x22]], ['tar', 257, [0x75, 0x73, 0x74, 0x61, 0x72]],
  ['png', 0, [0x89, 0x50, 0x4e, 0x47]], ['jpeg', 0, [0xff, 0xd8, 0xff]], ['gif', 0, [0x47, 0x49, 0x46, 0x38]], ['riff', 0, [0x52, 0x49, 0x46, 0x46]],
  ['elf', 0, [0x7f, 0x45, 0x4c, 0x46]], ['sqlite', 0, [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66]],
  ['utf-16', 0, [0xfe, 0xff]], ['utf-16', 0, [0xff, 0xfe]], ['pgp', 0, [0x2d, 0x2d, 0x2d, 0x2d, 0x2d, 0x42, 0x45, 0x47, 0x49, 0x4e, 0x20, 0x50, 0x47, 0x50]],
];

const UTF8_MARK: readonly number[] = [0xef, 0xbb, 0xbf];
const MARKUP = /^(text\/html|text\/xml|application\/xml|image\/svg\+xml|[a-z0-9.+-]+\/[a-z0-9.+-]+\+xml)$/;
const JSON_TYPE = /^(application\/json|text\/json|application\/(x-)?ndjson|application\/jsonl|application\/json-seq|[a-z0-9.+-]+\/[a-z0-9.+-]+\+json)$/;
/** Types of text whose own escapes no decoder knows yet. */
const UNREAD_TEXT = /^(text\/(rtf|calendar|vcard|x-vcard|directory)|message\/.*)$/;

/** Readers of PDF look for its signature this far (its specification, appendix H.3); those of RTF skip blanks before theirs. */
const PDF_WITHIN = 1024;
const LATE_PDF = Buffer.from('%PDF-');
const LATE_RTF = /^[\0-\x20]*\{\\rtf/;

function magic(prefix: Uint8Array): string | undefined {
  const start = Buffer.from(prefix.buffer, prefix.byteOffset, Math.min(prefix.length, PDF_WITHIN));
  if (start.includes(LATE_PDF)) return 'pdf';
  if (LATE_RTF.test(start.toString('latin1'))) return 'rtf';
  return MAGIC.find(([, offset, bytes]) => bytes.every((byte, i) => prefix[offset + i] === byte))?.[0];
}

/** Text in UTF-8, allowing for a character cut off by the end of the prefix. */
function isText(prefix: Uint8Array): boolean {
  if (prefix.includes(0)) return false;
  for (let cut = 0; cut <= 3 && cut <= prefix.length; cut++) {
    if (isUtf8(prefix.subarray(0, prefix.length - cut))) return cut === 0 || prefix.length >= PREFIX_LENGTH;
  }
  return false;
}

function startsJson(prefix: Uint8Array): boolean {
  const first = prefix.find((byte, i) => byte > 0x20 && !(i < 3 && byte >= 0x80));
  return first === 0x7b || first === 0x5b;
}

/** Readers of JSON and of forms know UTF-8 only, whatever is declared (RFC 8259, WHATWG URL); a mark of byte order outranks the head in browsers; and a type nobody knows is no promise. */
function charsetsOf(charset: CharsetName, syntax: TextSyntax, prefix: Uint8Array): readonly CharsetName[] {
  const disputed = syntax === 'json' || syntax === 'form' || syntax === 'unknown-text' || UTF8_MARK.every((byte, i) => prefix[i] === byte);
  return charset === 'utf-8' || !disputed ? [charset] : ['utf-8', charset];
}

export interface Declared {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly transferEncoding?: string | undefined;
}

/** `prefix` is the first PREFIX_LENGTH bytes, or all there are. */
export function recognise(declared: Declared, prefix: Uint8Array): Syntax {
  const coding = declared.contentEncoding?.trim().toLowerCase() ?? 'identity';
  if (coding !== '' && coding !== 'identity') return { kind: 'unscannable', reason: 'unsupported', name: `content-encoding` };
  const transfer = declared.transferEncoding?.trim().toLowerCase() ?? 'binary';
  if (!['7bit', '8bit', 'binary', ''].includes(transfer)) return { kind: 'unscannable', reason: 'unsupported', name: 'content-transfer-encoding' };
  if (prefix.length === 0) return { kind: 'empty' };

  const media = parseMediaType(declared.contentType);
  if (media?.ambiguous === true) return { kind: 'unscannable', reason: 'malformed', name: 'content-type' };
  const type = media?.type ?? '';
  if (type.startsWith('multipart/')) {
    const boundary = media?.parameters.get('boundary') ?? '';
    // RFC 2046 section 5.1.1: 1 to 70 characters of this set, no blank at the end.
    return /^[0-9A-Za-z'()+_,\-./:=? ]{0,69}[0-9A-Za-z'()+_,\-./:=?]$/.test(boundary)
      ? { kind: 'multipart', boundary }
      : { kind: 'unscannable', reason: 'malformed', name: 'multipart' };
  }
  const format = magic(prefix);
  if (format !== undefined) return { kind: 'unscannable', reason: format === 'pgp' ? 'encrypted' : 'unsupported', name: format };
  if (UNREAD_TEXT.test(type)) return { kind: 'unscannable', reason: 'unsupported', name: type.replace(/[^a-z0-9/.+-]/g, '?').slice(0, 60) };

  const declaredCharset = media?.parameters.get('charset');
  const charset = declaredCharset === undefined ? undefined : charsetNamed(declaredCharset);
  if (declaredCharset !== undefined && charset === undefined) return { kind: 'unscannable', reason: 'unsupported', name: 'charset' };
  if (prefix.includes(0)) return { kind: 'unscannable', reason: 'unsupported', name: 'binary' };
  const known = JSON_TYPE.test(type) || MARKUP.test(type) || type.startsWith('text/') || type === 'application/x-www-form-urlencoded';
  // A charset is believed of text only: on any other type it is no proof that the bytes can be read.
  if ((charset === undefined || !known) && !isText(prefix)) {
    return known || type === '' ? { kind: 'unscannable', reason: 'bad-charset', name: 'text' } : { kind: 'unscannable', reason: 'unsupported', name: 'binary' };
  }
  // Entities that a document defines for itself may stand for any digits.
  if ((MARKUP.test(type) || !known) && Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length).includes('<!ENTITY')) return { kind: 'unscannable', reason: 'unsupported', name: 'dtd' };
  // A document may be a number and nothing else.
  const json = JSON_TYPE.test(type) || startsJson(prefix);
  const syntax: TextSyntax = JSON_TYPE.test(type)
    ? 'json'
    : type === 'application/x-www-form-urlencoded'
      ? 'form'
      : MARKUP.test(type)
        ? 'markup'
        : known
          ? 'text'
          : 'unknown-text';
  return { kind: 'text', syntax, json, untyped: !known, charsets: charsetsOf(charset ?? 'utf-8', syntax, prefix) };
}
