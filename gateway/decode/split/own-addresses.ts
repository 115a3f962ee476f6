/** Numbers that are the local part of an envelope address (13812345678@139.com): where a mail's own header names the same address, that is an address and no leak. */
import type { Eol } from './field-block.js';

/** Fields that say from whom and to whom (RFC 5322, and what servers add of the envelope: `for` in Received, as Postfix writes it). */
const ADDRESS_FIELD = /^(?:resent-)?(?:from|sender|reply-to|to|cc|bcc)$|^(?:return-path|delivered-to|x-original-to|envelope-to|errors-to|disposition-notification-to|return-receipt-to|received)$/;
/** The same signs as `isNumbered` of the envelope asks for. */
const ADDRESS = /(?<![\w.+%-])(\+?\d{1,32}[xX]?)@([A-Za-z0-9.-]{1,255})/g;

export interface OwnAddresses {
  /** Whether these bytes lie in the local part of such an address. */
  covers(start: number, end: number): boolean;
  /** A field's text without them. */
  without(text: string): string;
}

/** `header` begins at `at`; `numbered`: such addresses of the envelope, lower case. */
export function ownAddresses(header: Buffer, at: number, eol: Eol, numbered: ReadonlySet<string>): OwnAddresses {
  const places: { readonly from: number; readonly to: number }[] = [];
  const text = header.toString('latin1');
  const mark = eol === 'crlf' ? '\r\n' : '\n';
  const isOwn = (local: string, domain: string): boolean => numbered.has(`${local}@${domain}`.toLowerCase());
  let named = false;
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf(mark, from);
    const line = text.slice(from, end < 0 ? text.length : end);
    // A folded line belongs to the field before it.
    if (!/^[ \t]/.test(line)) named = ADDRESS_FIELD.test(line.slice(0, Math.max(0, line.indexOf(':'))).trimEnd().toLowerCase());
    if (named) {
      for (const { index, 1: local = '', 2: domain = '' } of line.matchAll(ADDRESS)) {
        if (isOwn(local, domain)) places.push({ from: at + from + index, to: at + from + index + local.length });
      }
    }
    from += line.length + mark.length;
  }
  return {
    covers(start, end) {
      // The last place that begins at or before it.
      let low = 0;
      let high = places.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((places[middle]?.from ?? 0) <= start) low = middle + 1;
        else high = middle;
      }
      const place = places[low - 1];
      return place !== undefined && end <= place.to;
    },
    without: (shown) => shown.replace(ADDRESS, (whole, local: string, domain: string) => (isOwn(local, domain) ? `_@${domain}` : whole)),
  };
}
