/** Readers for bytes that carry text without saying how: read as they stand in eight-bit charsets, and, drawn out of them, as UTF-16. */
import type { UnscannableReason } from '../../ports.js';
import type { Member } from './contract.js';
import { textReader, type PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { VIEWS } from '../views.js';
import { one } from './byte-ranges.js';
import { sweptText } from './opaque-text.js';

const NOTHING: Uint8Array = new Uint8Array(0);

/** Text in UTF-8 that an extract has written itself: no guess by content. */
export function plainReader(context: PartContext): PartReader {
  return textReader(context, { name: 'text', views: VIEWS.text, json: false, fill: '*' });
}

/** Bytes as they stand, in UTF-8 and GB18030; controls part the words. */
export const rawReader: (context: PartContext) => PartReader = sweptText('raw');

/** A member of a format that nobody rewrites, read as text that an extract has drawn out. */
export function textMember(index: number, label: string, text: AsyncIterable<Uint8Array> | string): Member {
  return { index, nameBytes: undefined, label, reader: plainReader, bytes: typeof text === 'string' ? one(Buffer.from(text, 'utf8')) : text, maskable: false };
}

export function rawMember(index: number, label: string, bytes: AsyncIterable<Uint8Array> | Uint8Array): Member {
  return { index, nameBytes: undefined, label, reader: rawReader, bytes: bytes instanceof Uint8Array ? one(bytes) : bytes, maskable: false };
}

export function unreadMember(index: number, label: string, reason: UnscannableReason, detail: string, bytes?: number): Member {
  return { index, nameBytes: undefined, label, bytes: one(NOTHING), maskable: false, unscannable: { reason, detail, bytes } };
}
