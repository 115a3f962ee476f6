/** Properties of Outlook's messages, wherever they are kept (.msg, winmail.dat): which of them are text, and what becomes of the others. */
import { memberLabel, type Member } from '../contract.js';
import { rawReader, textMember } from '../raw-text.js';
import type { Bytes, Counter, Leftovers } from '../leftover-bytes.js';
import { unpackRtf } from './compressed-rtf.js';

export interface MapiProperty {
  readonly id: number;
  readonly type: number;
  readonly value: Bytes;
}

export const TYPE = { string8: 0x001e, unicode: 0x001f, object: 0x000d, binary: 0x0102, several: 0x1000 } as const;
export const ID = { body: 0x1000, rtf: 0x1009, html: 0x1013, data: 0x3701, shortName: 0x3704, longName: 0x3707, mimeType: 0x370e, internetCodePage: 0x3fde } as const;

/** What a part of a message needs to come out as members. */
export interface Opening {
  readonly counter: Counter;
  readonly leftovers: Leftovers;
  /** What one of them may hold in memory. */
  readonly most: number;
}

const CHARSETS: ReadonlyMap<number, string> = new Map([[936, 'gbk'], [950, 'big5'], [1200, 'utf-16le'], [20936, 'gbk'], [52936, 'gbk'], [54936, 'gb18030'], [65001, 'utf-8']]);

const isText = (type: number): boolean => (type & ~TYPE.several) === TYPE.string8 || (type & ~TYPE.several) === TYPE.unicode;
const wide = (type: number): boolean => (type & ~TYPE.several) === TYPE.unicode;

function asUtf8(bytes: Uint8Array): Buffer {
  return Buffer.from(Buffer.from(bytes).toString('utf16le').replace(/\0+$/, ''), 'utf8');
}

async function* lines(properties: readonly MapiProperty[]): AsyncGenerator<Uint8Array> {
  for (const { value } of properties) {
    yield asUtf8(await value());
    yield Buffer.from('\n');
  }
}

/** A text in eight bits, in whatever charset. */
function narrowMember(index: number, label: string, value: Bytes): Member {
  return { ...textMember(index, label, lazily(value)), reader: rawReader };
}

async function* lazily(value: Bytes): AsyncGenerator<Uint8Array> {
  yield await value();
}

async function* unpacked(value: Bytes, most: number): AsyncGenerator<Uint8Array> {
  yield unpackRtf(await value(), most);
}

async function* wideLazily(value: Bytes): AsyncGenerator<Uint8Array> {
  yield asUtf8(await value());
}

/** Texts of a message, or of one of its recipients: its bodies one by one, everything else together. `codePage` is that of its HTML. */
export function* messageMembers(properties: readonly MapiProperty[], codePage: number | undefined, { counter, leftovers, most }: Opening): Generator<Member> {
  const texts: MapiProperty[] = [];
  for (const property of properties) {
    const { id, type, value } = property;
    if (id === ID.rtf && type === TYPE.binary) {
      yield { index: counter.next++, nameBytes: undefined, label: 'body.rtf', contentType: 'application/rtf', bytes: unpacked(value, most), maskable: false };
    } else if (id === ID.html && (type === TYPE.binary || isText(type))) {
      const charset = wide(type) ? 'utf-8' : CHARSETS.get(codePage ?? 0);
      yield {
        index: counter.next++,
        nameBytes: undefined,
        label: 'body.html',
        contentType: charset === undefined ? 'text/html' : `text/html; charset=${charset}`,
        bytes: wide(type) ? wideLazily(value) : lazily(value),
        maskable: false,
      };
    } else if (id === ID.body && isText(type)) {
      yield wide(type) ? textMember(counter.next++, 'body.txt', wideLazily(value)) : narrowMember(counter.next++, 'body.txt', value);
    } else if (wide(type)) texts.push(property);
    else leftovers.add(value);
  }
  if (texts.length > 0) yield textMember(counter.next++, 'properties', lines(texts));
}

/** A file that hangs on a message, read by its content; its other properties with the rest. */
export async function* attachmentMembers(properties: readonly MapiProperty[], opening: Opening): AsyncGenerator<Member> {
  const data = properties.find(({ id, type }) => id === ID.data && type === TYPE.binary);
  const textOf = async (wanted: number): Promise<Buffer | undefined> => {
    const found = properties.find(({ id, type }) => id === wanted && isText(type));
    if (found === undefined) return undefined;
    const bytes = await found.value();
    return wide(found.type) ? asUtf8(bytes) : Buffer.from(bytes).subarray(0, bytes.at(-1) === 0 ? -1 : undefined);
  };
  const name = (await textOf(ID.longName)) ?? (await textOf(ID.shortName));
  const mimeType = (await textOf(ID.mimeType))?.toString('latin1');
  if (data !== undefined) {
    const index = opening.counter.next++;
    yield { index, nameBytes: name, label: memberLabel(index, name), contentType: mimeType, bytes: lazily(data.value), maskable: false };
  }
  yield* messageMembers(properties.filter((property) => property !== data), undefined, opening);
}

