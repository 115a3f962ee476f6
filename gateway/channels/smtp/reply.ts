/** Replies of SMTP: how they are made, and in which form one of a next hop may go on to the client. */
import type { SmtpReply } from '../../ports/mail.js';

/** RFC 5321 allows 512 octets with code and line end; a character may take four. */
const TEXT_LONGEST = 480;
/** A next hop that says more is not passed on further. */
const LINES_MOST = 50;

export const reply = (code: number, enhanced: string | undefined, ...text: readonly string[]): SmtpReply => ({ code, enhanced, text });

/** One entry per line, without the code and with the enhanced one in front, once. */
export function replyLines({ enhanced, text }: SmtpReply): string[] {
  const lines = text.length === 0 ? [''] : text.slice(0, LINES_MOST);
  return lines.map((line) => shortened(enhanced === undefined || line.startsWith(`${enhanced} `) ? line : `${enhanced} ${line}`.trimEnd()));
}

function shortened(line: string): string {
  let short = line;
  while (Buffer.byteLength(short) > TEXT_LONGEST) short = short.slice(0, short.length - Math.max(1, Math.ceil((Buffer.byteLength(short) - TEXT_LONGEST) / 4)));
  return short;
}

/** RFC 3463 */
const ENHANCED = /^[245]\.\d{1,3}\.\d{1,3}$/;

/**
 * What a next hop said, as its client may hear it. A 421 ends the hop's connection and not the client's, so it goes on as 451;
 * what is no reply to a command at all is our trouble with the hop.
 */
export function fromHop(said: SmtpReply): SmtpReply {
  if (said.code === 421) return { ...said, code: 451 };
  const isAnswer = Number.isInteger(said.code) && ((said.code >= 200 && said.code < 300) || (said.code >= 400 && said.code < 600));
  if (!isAnswer) return reply(451, '4.3.0', 'The next hop gave no usable reply');
  return said.enhanced !== undefined && !ENHANCED.test(said.enhanced) ? { ...said, enhanced: undefined } : said;
}
