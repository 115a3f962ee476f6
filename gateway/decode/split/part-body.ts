/** The body of a part: undoes its transfer encoding, knows what is enciphered by its type, and leaves the rest to content and declaration. */
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { transferFor, transferReader } from '../layer/transfer.js';
import { parseMediaType } from '../media-type.js';
import { bothReader } from './both.js';
import { disputedReader } from './disputed.js';
import type { PartHeader } from './part-header.js';
import type { Readers } from './readers.js';
import { signaturePart } from './signature-part.js';

/** Reports on mail that are themselves written as header fields (RFC 3464, 3798, 5965, 6533), and the header of a returned mail alone. */
const FIELDS_ONLY = /^(message\/(global-)?(delivery-status|disposition-notification|feedback-report|headers|external-body)|text\/rfc822-headers)$/;
const SMIME = /^application\/(x-)?pkcs7-mime$/;
/** Kinds of S/MIME that hide nothing behind a key; no decoder opens them yet. */
const OPEN_SMIME = /^(signed-data|certs-only|compressed-data|signed-receipt)$/;

/** RFC 8551 section 3.5.3.2: what is signed stands in the part before it. */
const SIGNATURE = /^application\/(x-)?pkcs7-signature$/;

/** Content and type alone decide how it is read, as for a part without any transfer encoding. */
export function isUsualBody({ declared, type }: PartHeader): boolean {
  return transferFor(declared.transferEncoding) === 'identity' && !type.startsWith('multipart/') && !SMIME.test(type) && !SIGNATURE.test(type) && !FIELDS_ONLY.test(type);
}

/** Reads what a part carries; `isForm`: a part of form-data, whose readers mostly know no transfer encoding. */
export function partBody(context: PartContext, header: PartHeader, isForm: boolean, readers: Readers): PartReader {
  const { declared, type, fileNames } = header;
  context.mail?.part?.({ part: context.part, contentType: type, fileNames });
  if (SMIME.test(type)) {
    const kind = parseMediaType(declared.contentType)?.parameters.get('smime-type')?.toLowerCase() ?? '';
    return readers.unscannable(context, { kind: 'unscannable', reason: OPEN_SMIME.test(kind) ? 'unsupported' : 'encrypted', name: 'smime' });
  }
  if (type === 'multipart/encrypted') return readers.unscannable(context, { kind: 'unscannable', reason: 'encrypted', name: 'multipart' });

  const plain = (inner: PartContext): PartReader => readers.body(inner, { ...declared, transferEncoding: undefined, fileName: fileNames[0] });
  const open = (inner: PartContext): PartReader =>
    SIGNATURE.test(type) ? signaturePart(inner, plain) : FIELDS_ONLY.test(type) ? readers.header(inner) : plain(inner);
  const coding = transferFor(declared.transferEncoding);
  if (coding === undefined) return readers.unscannable(context, { kind: 'unscannable', reason: 'unsupported', name: 'content-transfer-encoding' });
  if (coding === 'identity') return open(context);
  // RFC 2045 section 6.4 allows none here: some readers undo it, others do not.
  if (type.startsWith('multipart/')) return disputedReader(context, 'malformed', 'multipart');
  // What is decoded has line ends of its own.
  const decoded = (own: PartContext): PartReader => transferReader(own, coding, (inner) => open({ ...inner, mail: { ...context.mail, eol: undefined } }));
  return isForm && coding === 'base64' ? bothReader(context, decoded) : decoded(context);
}
