/** Says what a run of bytes is, from what is declared and from its first bytes; magic bytes outrank the declaration (HC 1). */
import type { UnscannableReason } from '../ports.js';
import type { CharsetName } from './charset-name.js';
import { charsetsFor } from './charset-of.js';
import { hasContentLines } from './layer/content-lines.js';
import { closedReason, formatOf } from './magic.js';
import { parseMediaType } from './media-type.js';
import { looksLikeMail } from './split/mail-signs.js';

/** First bytes that are looked at before a decoder is chosen (HC 1). */
export const PREFIX_LENGTH = 4096;

export type TextSyntax = 'text' | 'json' | 'form' | 'markup' | 'unknown-text';

export type Syntax =
  | { readonly kind: 'text'; /** Signed in the clear: it can be read, but not changed. */ readonly signed?: boolean; readonly syntax: TextSyntax; /** Looks like the start of a JSON document. */ readonly json: boolean; /** Type missing or unknown: must be held where anything may act. */ readonly untyped: boolean; /** What its readers may take it for. */ readonly charsets: readonly CharsetName[]; /** Lines are folded, as in calendars. */ readonly folded?: boolean }
  | { readonly kind: 'multipart'; readonly boundary: string; /** `mixed`, `form-data` … */ readonly subtype: string }
  /** A mail, or what is forwarded as one. */
  | { readonly kind: 'message'; /** A file of many mails. */ readonly mailbox: boolean; /** False: only its content says so, and a person may see it as text. */ readonly declared: boolean }
  /** Opened from a copy, after its last byte. */
  | { readonly kind: 'container'; readonly format: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unscannable'; readonly reason: UnscannableReason; readonly name: string };

/** RFC 9580 section 7. */
const CLEAR_SIGNED = Buffer.from('-----BEGIN PGP SIGNED MESSAGE-----');
const DASH = 0x2d;
const MARKUP = /^(text\/html|text\/xml|application\/xml|image\/svg\+xml|[a-z0-9.+-]+\/[a-z0-9.+-]+\+xml)$/;
const JSON_TYPE = /^(application\/json|text\/json|application\/(x-)?ndjson|application\/jsonl|application\/json-seq|[a-z0-9.+-]+\/[a-z0-9.+-]+\+json)$/;
const MESSAGE_TYPE = /^(message\/(rfc822|global|news)|application\/(x-)?mbox)$/;
/** Types of text whose own escapes no decoder knows yet. */
const UNREAD_TEXT = /^(text\/rtf|message\/.*)$/;

/** What a type alone says. */
interface Kind {
  readonly json: boolean;
  readonly markup: boolean;
  readonly form: boolean;
  /** Some type of text. */
  readonly text: boolean;
  readonly message: boolean;
  readonly unread: boolean;
}

/** So many different types are kept, of such a length: more than the programs that talk to one gateway use. */
const MOST_KINDS = 200;
const LONGEST_KIND = 80;
const kinds = new Map<string, Kind>();

function kindOf(type: string): Kind {
  const before = kinds.get(type);
  if (before !== undefined) return before;
  const kind: Kind = {
    json: JSON_TYPE.test(type),
    markup: MARKUP.test(type),
    form: type === 'application/x-www-form-urlencoded',
    text: type.startsWith('text/'),
    message: MESSAGE_TYPE.test(type),
    unread: UNREAD_TEXT.test(type),
  };
  if (kinds.size < MOST_KINDS && type.length <= LONGEST_KIND) kinds.set(type, kind);
  return kind;
}

/** Bytes of a mark of byte order. */
const MARK_WITHIN = 3;

/** In UTF-16 as well: without its zeros. */
function definesEntities(prefix: Uint8Array): boolean {
  const bytes = prefix.includes(0) ? prefix.filter((byte) => byte !== 0) : prefix;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('<!ENTITY');
}

function startsJson(prefix: Uint8Array): boolean {
  for (let i = 0; i < prefix.length; i++) {
    const byte = prefix[i] ?? 0;
    if (byte > 0x20 && !(i < MARK_WITHIN && byte >= 0x80)) return byte === 0x7b || byte === 0x5b;
  }
  return false;
}

export interface Declared {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly transferEncoding?: string | undefined;
  /** For the extractor's eyes: some formats are told apart by nothing else. Never for a log. */
  readonly fileName?: string | undefined;
}

/** `prefix` is the first PREFIX_LENGTH bytes, or all there are. */
export function recognise(declared: Declared, prefix: Uint8Array): Syntax {
  const coding = declared.contentEncoding?.trim().toLowerCase() ?? 'identity';
  if (coding !== '' && coding !== 'identity') return { kind: 'unscannable', reason: 'unsupported', name: `content-encoding` };
  const transfer = declared.transferEncoding?.trim().toLowerCase() ?? '';
  if (transfer !== '' && transfer !== '7bit' && transfer !== '8bit' && transfer !== 'binary') return { kind: 'unscannable', reason: 'unsupported', name: 'content-transfer-encoding' };
  if (prefix.length === 0) return { kind: 'empty' };

  const media = parseMediaType(declared.contentType);
  if (media?.ambiguous === true) return { kind: 'unscannable', reason: 'malformed', name: 'content-type' };
  const type = media?.type ?? '';
  if (type.startsWith('multipart/')) {
    const boundary = media?.parameters.get('boundary') ?? '';
    // RFC 2046 section 5.1.1 allows fewer, mailers write more: 1 to 70 printable characters, no blank at the end, none that readers take for another boundary.
    return /^[!#-[\]-~ ]{0,69}[!#-[\]-~]$/.test(boundary) && !boundary.includes('  ')
      ? { kind: 'multipart', boundary, subtype: type.slice('multipart/'.length) }
      : { kind: 'unscannable', reason: 'malformed', name: 'multipart' };
  }
  const format = formatOf(prefix);
  if (format !== undefined) {
    const reason = closedReason(format);
    return reason === undefined ? { kind: 'container', format } : { kind: 'unscannable', reason, name: format };
  }
  const kind = kindOf(type);
  if (kind.message) return { kind: 'message', mailbox: type === 'application/mbox', declared: true };
  if (kind.unread) return { kind: 'unscannable', reason: 'unsupported', name: type.replace(/[^a-z0-9/.+-]/g, '?').slice(0, 60) };
  // Mails saved as files go by many names.
  if ((type === 'text/plain' || !(kind.json || kind.markup || kind.text)) && looksLikeMail(prefix)) {
    return { kind: 'message', mailbox: Buffer.from(prefix.subarray(0, 5)).toString('latin1') === 'From ', declared: false };
  }

  const known = kind.json || kind.markup || kind.text || kind.form;
  const answer = charsetsFor({
    declared: media?.parameters.get('charset'),
    asUtf8Too: kind.json || kind.form || !known,
    markup: kind.markup,
    untyped: !known,
    prefix,
    cut: prefix.length >= PREFIX_LENGTH,
  });
  if ('reason' in answer) return { kind: 'unscannable', reason: answer.reason, name: answer.name };
  // Entities that a document defines for itself may stand for any digits.
  if ((kind.markup || !known) && definesEntities(prefix)) return { kind: 'unscannable', reason: 'unsupported', name: 'dtd' };
  // A document may be a number and nothing else.
  const json = kind.json || startsJson(prefix);
  const syntax: TextSyntax = kind.json ? 'json' : kind.form ? 'form' : kind.markup ? 'markup' : known ? 'text' : 'unknown-text';
  const signed = prefix[0] === DASH && CLEAR_SIGNED.every((byte, i) => prefix[i] === byte);
  const folded = hasContentLines(declared.contentType, prefix);
  if (!signed && !folded) return { kind: 'text', syntax, json, untyped: !known, charsets: answer.charsets };
  return { kind: 'text', ...(signed ? { signed } : {}), ...(folded ? { folded } : {}), syntax, json, untyped: !known, charsets: answer.charsets };
}
