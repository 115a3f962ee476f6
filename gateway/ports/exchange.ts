/** One message in one direction: who sends what to whom, and what is known before its first byte. */
import type { ChannelName, Direction, Field } from './names.js';

/** Who sends what to whom, as far as the route can tell; `undefined` is policy's `unknown`. */
export interface Facts {
  readonly channel: ChannelName;
  readonly route: string;
  readonly direction: Direction;
  readonly clientAddress: string | undefined;
  readonly user: string | undefined;
  readonly department: string | undefined;
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
  /** Host the bytes go to. */
  readonly destination: string;
  readonly method: string | undefined;
  /** Content-Type without parameters, lower case. */
  readonly mediaType: string | undefined;
  /** File names that the head shows (target's last segment, Content-Disposition); of a mail, once it was read, those of its attachments. */
  readonly fileNames: readonly string[];
  /** When it came, in milliseconds since the epoch; without it no agreement with a partner is in force. */
  readonly at?: number | undefined;
  /** Only of a mail. */
  readonly mail?: MailFacts | undefined;
}

/** What is known of a mail beside: of all of it, also where recipients are judged in groups. `Facts.sender` is the envelope's, and empty where that is null; `Facts.user` is the account that signed in. */
export interface MailFacts {
  /** Id of the listener that took it. */
  readonly listener: string;
  /** Addresses of From and Sender in its header; empty until it was read, or where there is none. */
  readonly headerSenders: readonly string[];
  /** Of the envelope, however many of them one group has. */
  readonly recipientCount: number;
  /** Empty until it was read. */
  readonly attachments: readonly MailAttachment[];
}
export interface MailAttachment {
  readonly name: string | undefined;
  /** As declared, without parameters, lower case. */
  readonly type: string | undefined;
}

/** What is known of an HTTP message before its body: everything a replay needs, so it exists outside the seal only masked. */
export interface HttpHead {
  readonly method: string;
  /** Request target as received (origin form). */
  readonly target: string;
  readonly fields: readonly Field[];
  /** Set for a response head. */
  readonly status?: number;
}

/** What the decoders may know of a body before its first byte. */
export interface BodyHead {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly contentDisposition: string | undefined;
  /** Declared bytes; `undefined` when chunked. */
  readonly length: number | undefined;
  /** Names of fields that sign or hash the body (Content-MD5, Digest, x-amz-content-sha256 …): a mask would break them. */
  readonly signedBy: readonly string[];
  /** Texts outside the body that are scanned as the part `head` (query, chosen fields, subject, file names). */
  readonly texts: readonly HeadText[];
  /** The body is a mail, whatever its first bytes look like. */
  readonly mail?: MailBody | undefined;
}
export interface MailBody {
  /** Addresses of the envelope, lower case, whose local part is a number: named by the mail's own header they are no leak. */
  readonly numbered: ReadonlySet<string>;
}

/** A piece of the head that is scanned. Only `query` may be masked in place (HC 15). */
export interface HeadText {
  readonly name: string;
  readonly kind: 'query' | 'path' | 'field' | 'subject' | 'file-name' | 'address';
  readonly text: string;
}
