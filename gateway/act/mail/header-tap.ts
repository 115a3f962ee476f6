/** Keeps the header of a mail while it is read, for facts; the rest is in the spool. */
import { WeirError } from '../../errors.js';
import type { MailHeader } from '../../ports.js';

/** As much as the mail's own reader takes for a header; mail servers refuse longer ones. */
const HEADER_MOST = 256 * 1024;
/** A mail that was passed on more often goes in a circle (HC 10). */
export const RECEIVED_MOST = 50;

export interface HeaderTap {
  take(bytes: Uint8Array): void;
  /** After the last byte. Throws where the mail goes in a circle. */
  header(): MailHeader;
  bytes(): Uint8Array;
}

export function headerTap(read: (bytes: Uint8Array) => MailHeader): HeaderTap {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let known: MailHeader | undefined;
  const header = (): MailHeader => {
    known ??= read(Buffer.concat(chunks));
    if (known.received > RECEIVED_MOST) throw new WeirError('mail-loop');
    return known;
  };
  return {
    take(bytes) {
      if (size >= HEADER_MOST) return;
      const piece = bytes.slice(0, HEADER_MOST - size);
      chunks.push(piece);
      size += piece.length;
      // Nothing behind it need be read of a mail that is refused for its header.
      if (size >= HEADER_MOST) header();
    },
    header,
    bytes: () => Buffer.concat(chunks),
  };
}
