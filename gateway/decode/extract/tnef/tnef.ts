/** What Outlook wraps attachments and formatted text in for other mail programs: winmail.dat (MS-OXTNEF). */
import type { PartSource } from '../../../ports.js';
import { one, wholeOf } from '../byte-ranges.js';
import { ExtractError, memberLabel, type Extracted, type Extractor, type Member } from '../contract.js';
import { Leftovers, type Counter } from '../leftover-bytes.js';
import { numberAmong, PropertyReader } from '../mapi/encoded-properties.js';
import { attachmentMembers, ID, messageMembers, TYPE, type MapiProperty, type Opening } from '../mapi/properties.js';
import { rawMember } from '../raw-text.js';

const SIGNATURE = 0x223e9f78;
const ATTRIBUTE = { rendData: 0x00069002, messageProperties: 0x00069003, recipients: 0x00069004, attachmentProperties: 0x00069005, data: 0x0006800f, title: 0x00018010, body: 0x0002800c } as const;
/** Messages have dozens of attributes, and a dozen for each attachment. */
const MOST_ATTRIBUTES = 100_000;
/** What transports put behind the last attribute. */
const MOST_BEHIND = 16;
const INTERFACE_ID = 16;

interface Attribute {
  readonly level: number;
  readonly id: number;
  readonly data: Buffer;
}

interface Attachment {
  readonly attributes: Attribute[];
}

function* attributesOf(bytes: Uint8Array): Generator<Attribute> {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (data.length < 6 || data.readUInt32LE(0) !== SIGNATURE) throw new ExtractError('malformed', 'tnef');
  let at = 6;
  for (let count = 0; at < data.length; count++) {
    if (count > MOST_ATTRIBUTES) throw new ExtractError('too-many-parts', 'tnef');
    const level = data[at];
    if ((level !== 1 && level !== 2) || at + 11 > data.length) {
      if (data.length - at > MOST_BEHIND) throw new ExtractError('malformed', 'tnef attribute');
      yield { level: 1, id: 0, data: data.subarray(at) };
      return;
    }
    const size = data.readUInt32LE(at + 5);
    // Two bytes of checksum follow: readers warn of false ones and read on, and so do we.
    if (at + 9 + size + 2 > data.length) throw new ExtractError('malformed', 'tnef attribute');
    yield { level, id: data.readUInt32LE(at + 1), data: data.subarray(at + 9, at + 9 + size) };
    at += 9 + size + 2;
  }
}

async function* messagePart(attribute: Attribute, opening: Opening): AsyncGenerator<Member> {
  if (attribute.id === ATTRIBUTE.messageProperties) {
    const properties = new PropertyReader(attribute.data).list();
    yield* messageMembers(properties, await numberAmong(properties, ID.internetCodePage), opening);
  } else if (attribute.id === ATTRIBUTE.recipients) {
    const reader = new PropertyReader(attribute.data);
    const rows = reader.long();
    if (rows > MOST_ATTRIBUTES) throw new ExtractError('too-many-parts', 'tnef recipients');
    const all: MapiProperty[] = [];
    for (let row = 0; row < rows; row++) all.push(...reader.list());
    yield* messageMembers(all, undefined, opening);
  } else if (attribute.id === ATTRIBUTE.body) yield rawMember(opening.counter.next++, 'body.txt', attribute.data);
  else opening.leftovers.add(attribute.data);
}

/** A message or a document within: its interface's number stands before it. */
function objectOf(property: MapiProperty): MapiProperty {
  return property.id === ID.data && property.type === TYPE.object ? { ...property, type: TYPE.binary, value: async () => (await property.value()).subarray(INTERFACE_ID) } : property;
}

async function* attachmentPart({ attributes }: Attachment, opening: Opening): AsyncGenerator<Member> {
  const zeroEnded = (bytes: Buffer): Buffer => (bytes.includes(0) ? bytes.subarray(0, bytes.indexOf(0)) : bytes);
  const title = attributes.find(({ id }) => id === ATTRIBUTE.title)?.data;
  for (const attribute of attributes) {
    if (attribute.id === ATTRIBUTE.data && attribute.data.length > 0) {
      const name = title && zeroEnded(title);
      const index = opening.counter.next++;
      yield { index, nameBytes: name, label: memberLabel(index, name), bytes: one(attribute.data), maskable: false };
    } else if (attribute.id === ATTRIBUTE.attachmentProperties) {
      yield* attachmentMembers(new PropertyReader(attribute.data).list().map(objectOf), opening);
    } else opening.leftovers.add(attribute.data);
  }
}

async function* members(bytes: Uint8Array, most: number): AsyncGenerator<Member> {
  const counter: Counter = { next: 0 };
  const opening: Opening = { counter, leftovers: new Leftovers(), most };
  let attachment: Attachment | undefined;
  for (const attribute of attributesOf(bytes)) {
    if (attribute.level === 1) {
      yield* messagePart(attribute, opening);
      continue;
    }
    if (attribute.id === ATTRIBUTE.rendData || attachment === undefined) {
      if (attachment !== undefined) yield* attachmentPart(attachment, opening);
      attachment = { attributes: [] };
    }
    attachment.attributes.push(attribute);
  }
  if (attachment !== undefined) yield* attachmentPart(attachment, opening);
  yield* opening.leftovers.members(counter);
}

export const tnef: Extractor = {
  format: 'tnef',
  async open(source: PartSource, { limits }): Promise<Extracted> {
    const bytes = await wholeOf(source, limits.wholeFile, 'tnef');
    return { chain: ['tnef'], members: () => members(bytes, limits.wholeFile), close: () => Promise.resolve() };
  },
};
