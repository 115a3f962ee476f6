/** Messages that Outlook saves (.msg): properties of each message, recipient and attachment, messages within messages too. */
import type { Member } from '../contract.js';
import { attachmentMembers, ID, messageMembers, type MapiProperty, type Opening } from '../mapi/properties.js';
import type { CompoundFile, OleStream } from './compound-file.js';

const PROPERTIES = '__properties_version1.0';
/** `__substg1.0_` with the number and type of a property, and the index of one of several values. */
const VALUE = /^__substg1\.0_([0-9A-Fa-f]{4})([0-9A-Fa-f]{4})(-[0-9A-Fa-f]{8})?$/;
const ROW = 16;

const join = (storage: string, name: string): string => (storage === '' ? name : `${storage}/${name}`);

export const isMessage = (file: CompoundFile, storage: string): boolean => file.stream(join(storage, PROPERTIES)) !== undefined;

function propertiesOf(streams: readonly OleStream[], storage: string): readonly MapiProperty[] {
  return streams.flatMap((stream) => {
    const within = stream.path.lastIndexOf('/');
    if ((within < 0 ? '' : stream.path.slice(0, within)) !== storage) return [];
    const found = VALUE.exec(stream.path.slice(within + 1));
    // Without an index a property of several texts holds their lengths.
    return found === null ? [] : [{ id: parseInt(found[1] ?? '', 16), type: parseInt(found[2] ?? '', 16), value: () => stream.read() }];
  });
}

/** A number among the properties of fixed size. */
async function fixedNumber(file: CompoundFile, storage: string, id: number): Promise<number | undefined> {
  const stream = file.stream(join(storage, PROPERTIES));
  const bytes = Buffer.from((await stream?.read()) ?? []);
  // The header's length depends on what the storage is; every row is as long as half of it.
  for (let at = bytes.length % ROW; at + ROW <= bytes.length; at += 8) if (bytes.readUInt32LE(at) === ((id << 16) | 3) >>> 0) return bytes.readUInt32LE(at + 8);
  return undefined;
}

/** All messages of the file, the outer one first; `taken` learns which streams were read. */
export async function* msgMembers(file: CompoundFile, opening: Opening, taken: Set<string>): AsyncGenerator<Member> {
  for (const storage of file.storages) {
    if (!isMessage(file, storage)) continue;
    const properties = propertiesOf(file.streams, storage);
    for (const stream of file.streams) {
      const name = stream.path.slice(storage === '' ? 0 : storage.length + 1);
      if (stream.path === join(storage, name) && VALUE.test(name)) taken.add(stream.path);
    }
    const last = storage.slice(storage.lastIndexOf('/') + 1);
    if (last.startsWith('__attach_version1.0_')) yield* attachmentMembers(properties, opening);
    else yield* messageMembers(properties, await fixedNumber(file, storage, ID.internetCodePage), opening);
  }
}
