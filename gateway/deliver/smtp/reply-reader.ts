/** Replies of a server, read from its bytes: bounded, one code for all lines of a reply, and nothing in their text that could act on a terminal or a protocol. */
import { WeirError } from '../../errors.js';
import type { SmtpReply } from '../../ports.js';

/** RFC 5321 allows 512 octets; servers put addresses and links into theirs. */
const LINE_BYTES = 64 * 1024;
/** Of one reply together, so that its lines cannot multiply what one may hold. */
const REPLY_BYTES = 128 * 1024;
const REPLY_LINES = 100;
const LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;
const ENHANCED = /^([245]\.\d{1,3}\.\d{1,3})(?: +|$)/;
const LF = 0x0a;
const CR = 0x0d;

export interface ReplyReader {
  /** Complete replies in order. Throws WeirError('upstream-invalid') where the bytes are none. */
  push(chunk: Buffer): SmtpReply[];
  /** Whether bytes wait for the rest of their reply. */
  readonly begun: boolean;
}

export function replyReader(): ReplyReader {
  let rest: Buffer = Buffer.alloc(0);
  let lines: { readonly code: number; readonly text: string }[] = [];
  let bytes = 0;

  const line = (raw: Buffer): SmtpReply | undefined => {
    bytes += raw.length;
    const text = raw.subarray(0, raw.at(-1) === CR ? -1 : raw.length).toString('utf8');
    const [, code = '', mark = ' ', words = ''] = LINE.exec(text) ?? [];
    const number = Number(code);
    if (code === '' || bytes > REPLY_BYTES || lines.length >= REPLY_LINES || (lines[0] !== undefined && lines[0].code !== number)) throw new WeirError('upstream-invalid');
    lines.push({ code: number, text: words });
    if (mark === '-') return undefined;
    const whole = lines;
    lines = [];
    bytes = 0;
    return replyOf(number, whole.map((one) => one.text));
  };

  return {
    push(chunk) {
      const replies: SmtpReply[] = [];
      let input = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = input.indexOf(LF); end !== -1; end = input.indexOf(LF)) {
        if (end > LINE_BYTES) throw new WeirError('upstream-invalid');
        const reply = line(input.subarray(0, end));
        input = input.subarray(end + 1);
        if (reply !== undefined) replies.push(reply);
      }
      if (input.length > LINE_BYTES) throw new WeirError('upstream-invalid');
      // Copied: a few bytes would keep a whole chunk alive.
      rest = Buffer.from(input);
      return replies;
    },
    get begun() {
      return rest.length > 0 || lines.length > 0;
    },
  };
}

/** The enhanced code, which servers repeat in each line, apart from the words. */
function replyOf(code: number, texts: readonly string[]): SmtpReply {
  const said = ENHANCED.exec(texts[0] ?? '')?.[1];
  const enhanced = said?.startsWith(String(code).charAt(0)) === true ? said : undefined;
  return { code, enhanced, text: texts.map((text) => printable(enhanced === undefined ? text : text.replace(ENHANCED, (whole, own: string) => (own === enhanced ? '' : whole)))) };
}

function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Zl}|\p{Zp}/gu, '?');
}
