/** Whether a mail's own header is plain ASCII, so that a server without SMTPUTF8 can have it after all. */
import type { MailContent } from '../../ports.js';

/** Of a header that does not end: what is longer is taken for one that needs more. */
const HEADER_MOST = 1024 * 1024;
const LF = 0x0a;
const CR = 0x0d;

export async function headerIsAscii(content: MailContent): Promise<boolean> {
  let seen = 0;
  // Whether all since the last line end is CR: another line end closes the header.
  let empty = true;
  for await (const chunk of content.stream()) {
    for (const byte of chunk) {
      if (byte > 0x7f) return false;
      if (byte === LF) {
        if (empty) return true;
        empty = true;
      } else if (byte !== CR) empty = false;
    }
    seen += chunk.length;
    if (seen > HEADER_MOST) return false;
  }
  return true;
}
