/** A suite is how a message is sealed: how its own key is wrapped for a public key, and which cipher its body has (HC 28). */
import type { SuiteName } from '../ports.js';
import type { ChunkCipher } from './chunk-stream.js';

/** The private half of a review key, with the name of its public half. */
export interface Identity {
  readonly suite: SuiteName;
  /** As it stands in keys/review.pub; also names the key. */
  readonly recipient: string;
  /** The message's own key, or undefined when the header was wrapped for another one. Throws when the header is damaged. */
  unwrap(header: Uint8Array): Promise<Uint8Array | undefined>;
}

export interface Suite {
  readonly name: SuiteName;
  /** Length of a message's own key. */
  readonly keyBytes: number;
  /** Whether a header was made by this suite. */
  made(header: Uint8Array): boolean;
  /** Whether a line names a public key of this suite. */
  isRecipient(text: string): boolean;
  /** A header with the key wrapped for the recipient; throws when that is not one. */
  wrap(fileKey: Uint8Array, recipient: string): Promise<Uint8Array>;
  chunks(fileKey: Uint8Array, nonce: Uint8Array): ChunkCipher;
  /** A new review key as the text of its file. */
  generate(): Promise<string>;
}
