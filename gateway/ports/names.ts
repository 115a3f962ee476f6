/** Names that everything else is said with. */

/** Also the incident id that senders and reviewers see: `w` + 26 characters, sortable by time, unguessable. */
export type ExchangeId = string & { readonly __exchange: unique symbol };
/** An offset in the bytes of one body as they came over the wire. */
export type WireOffset = number & { readonly __wire: unique symbol };

export type ChannelName = 'http' | 'smtp' | 'icap';
export type Direction = 'request' | 'response';
export type Action = 'pass' | 'mask' | 'block' | 'hold';
export type Mode = 'watch' | 'stream' | 'hold';
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** Why bytes were not read. A closed list: policy, metrics and receipts use exactly these. */
export const UNSCANNABLE_REASONS = [
  'encrypted', 'too-deep', 'too-large', 'too-many-parts', 'bad-charset',
  'malformed', 'timeout', 'unsupported', 'no-text', 'failed',
] as const;
export type UnscannableReason = (typeof UNSCANNABLE_REASONS)[number];

/** One header field as it stood on the wire: order, case and repeats are kept. */
export type Field = readonly [name: string, value: string];
