/** Transfer encodings (RFC 2045 section 6) around anything: text, parts, containers. */
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { base64 } from './base64.js';
import { quotedPrintable } from './quoted-printable.js';
import { transformReader } from './transform.js';

export type TransferCoding = 'base64' | 'quoted-printable';

/** What a Content-Transfer-Encoding means; `undefined` for one that nobody reads. */
export function transferFor(name: string | undefined): TransferCoding | 'identity' | undefined {
  switch (name?.trim().toLowerCase() ?? '') {
    case '':
    case '7bit':
    case '8bit':
    case 'binary':
      return 'identity';
    case 'base64':
      return 'base64';
    case 'quoted-printable':
      return 'quoted-printable';
    default:
      return undefined;
  }
}

/** Reads the bytes of a part behind a transfer encoding; `inner` reads what they stand for. */
export function transferReader(context: PartContext, coding: TransferCoding, inner: (context: PartContext) => PartReader): PartReader {
  return transformReader(context, { coding: coding === 'base64' ? base64({ mail: true }) : quotedPrintable(), inner });
}
