/** Mails of Weir's own as bytes: header fields that nobody can add another to, and bodies in base64, so that no line is long and none has a bare ending. */

const CRLF = '\r\n';
/** RFC 2047: an encoded word has at most 75 characters; 39 bytes are 52 of base64. */
const WORD_BYTES = 39;
/** RFC 2045. */
const BASE64_LINE = 76;
const PLAIN = /^[\x20-\x7e]*$/;

export interface MimePart {
  readonly type: string;
  readonly text: string;
}

/** Control characters end here: what a sender or a next hop wrote cannot begin a field or a line. */
export function oneLine(text: string, most: number): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}…` : line;
}

/** A header text; encoded words where it is not plain, cut between characters. */
export function headerText(text: string): string {
  if (PLAIN.test(text) && !text.includes('=?')) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > WORD_BYTES) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join(`${CRLF} `);
}

export function mimeMail(fields: readonly (readonly [name: string, value: string])[], parts: readonly MimePart[], multipart?: { readonly type: string; readonly boundary: string }): Uint8Array {
  const head = [...fields, ['MIME-Version', '1.0'] as const].map(([name, value]) => `${name}: ${value}${CRLF}`).join('');
  const [only] = parts;
  if (multipart === undefined) return Buffer.from(head + (only === undefined ? CRLF : partText(only)));
  const { type, boundary } = multipart;
  const body = parts.map((part) => `--${boundary}${CRLF}${partText(part)}`).join('');
  return Buffer.from(`${head}Content-Type: ${type};${CRLF} boundary="${boundary}"${CRLF}${CRLF}${body}--${boundary}--${CRLF}`);
}

/** RFC 3464 wants a report that a program reads without any coding of it; its lines are plain already. */
function partText({ type, text }: MimePart): string {
  const isPlain = type.startsWith('message/');
  const content = isPlain ? text : wrapped(Buffer.from(text.replace(/\r?\n/g, CRLF)).toString('base64'));
  return `Content-Type: ${type}${CRLF}Content-Transfer-Encoding: ${isPlain ? '7bit' : 'base64'}${CRLF}${CRLF}${content}${CRLF}`;
}

function wrapped(base64: string): string {
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += BASE64_LINE) lines.push(base64.slice(at, at + BASE64_LINE));
  return lines.join(CRLF);
}

/** RFC 5322 3.3, always in UTC. */
export function mailDate(at: Date): string {
  return at.toUTCString().replace(/GMT$/, '+0000');
}
