/** Archives that a library reads and nobody here writes: 7z, rar, cab, ar (and with it deb). Held in memory whole. */
import { wholeOf } from '../byte-ranges.js';
import { ExtractError, memberLabel, type Extracted, type Extractor, type Member } from '../contract.js';
import { rawMember } from '../raw-text.js';
import { entriesOf, type ArchiveEntry } from './libarchive.js';
import { outline7z, outlineAr, outlineCab, outlineRar, type Outline } from './outline.js';

async function* bytesOf(entry: ArchiveEntry): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  if (!entry.directory) yield* entry.bytes();
}

/** The header's own name where it is the entry's: the library writes slashes one way and a star for what it cannot. */
function nameOf(entry: ArchiveEntry, own: string | undefined): string | undefined {
  const plain = (text: string): string => text.replaceAll('\\', '/').replace(/[^\0-\x7f]+|\*+/gu, '*').replace(/\/$/, '');
  if (own !== undefined && (entry.name === undefined || plain(own) === plain(entry.name))) return own;
  return entry.name?.includes('*') === true ? undefined : entry.name;
}

function memberOf(index: number, entry: ArchiveEntry, own: string | undefined): Member {
  const text = nameOf(entry, own);
  const name = text === undefined ? undefined : Buffer.from(text, 'utf8');
  return {
    index,
    nameBytes: name,
    label: memberLabel(index + 1, name),
    bytes: bytesOf(entry),
    maskable: false,
    unscannable: entry.encrypted ? { reason: 'encrypted', detail: 'archive entry', bytes: entry.size } : undefined,
  };
}

async function* members(bytes: Uint8Array, format: string, most: number, outline: Outline): AsyncGenerator<Member> {
  const texts: string[] = [];
  let index = 0;
  for await (const entry of entriesOf(bytes, format)) {
    if (index >= most) throw new ExtractError('too-many-parts', format);
    if (entry.link !== undefined) texts.push(entry.link);
    const member = memberOf(index, entry, outline.names?.[index]);
    yield member;
    // A name in a charset that the archive does not tell stands in its headers as it is.
    if (member.nameBytes === undefined) throw new ExtractError('bad-charset', `${format} name`);
    index++;
  }
  if ((outline.files !== undefined && outline.files !== index) || (outline.names !== undefined && outline.names.length !== index)) throw new ExtractError('malformed', `${format} entries`);
  if (texts.length > 0) yield rawMember(index, 'links', Buffer.from(texts.join('\n'), 'utf8'));
}

function extractor(format: string, outlineOf: (bytes: Uint8Array) => Outline): Extractor {
  return {
    format,
    async open(source, { limits }): Promise<Extracted> {
      let bytes: Uint8Array | undefined = await wholeOf(source, limits.wholeFile, format);
      const outline = outlineOf(bytes);
      return {
        chain: [format],
        unread: outline.unread === undefined || outline.unread === 0 ? undefined : { bytes: outline.unread, reason: 'unsupported', detail: `${format} comment or gap` },
        members: () => members(bytes ?? new Uint8Array(0), format, limits.members, outline),
        close: () => {
          bytes = undefined;
          return Promise.resolve();
        },
      };
    },
  };
}

export const sevenZip = extractor('7z', outline7z);
export const rar = extractor('rar', outlineRar);
export const cab = extractor('cab', outlineCab);
export const ar = extractor('ar', outlineAr);
