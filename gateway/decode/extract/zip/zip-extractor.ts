/** Opens zips: documents that are zips inside go to their own reader, anything else is an archive whose entries are read one by one. */
import type { PartSource } from '../../../ports.js';
import { memberLabel, type ExtractContext, type Extracted, type Extractor, type Member, type MemberChange } from '../contract.js';
import { one } from '../byte-ranges.js';
import { rawMember, unreadMember } from '../raw-text.js';
import { textReader, type PartContext } from '../../part-readers.js';
import type { PartReader } from '../../part-tree.js';
import { viewsOf } from '../../views.js';
import type { ZipDocument } from '../registry.js';
import type { ZipArchive, ZipChange, ZipEntry } from './archive.js';
import { entryBytes, stretch } from './entry-bytes.js';
import { readZip } from './read-zip.js';
import { writeZip } from './write-zip.js';

/** Java archives and Android packages that are signed: another byte and they are refused. */
const SIGNATURE = /^META-INF\/[^/]*\.(SF|RSA|DSA|EC)$/i;

export function zipExtractor(documents: readonly ZipDocument[]): Extractor {
  return {
    format: 'zip',
    async open(source: PartSource, context: ExtractContext): Promise<Extracted> {
      const archive = await readZip(source, context.limits);
      const document = documents.find((one) => one.claims(archive));
      return document === undefined ? plainZip(archive) : (await document.load())(archive, source, context);
    },
  };
}

/** Comments are text of people's own, in the charset of their machine: never anything else, whatever they begin with. */
function commentReader(context: PartContext): PartReader {
  return textReader(context, { name: 'comment', views: viewsOf('text', ['utf-8', 'gb18030']), json: false, fill: '*' });
}

/** Numbers behind the entries' own: their comments, then the archive's, then what nobody can change. */
interface Numbers {
  readonly comment: (entry: ZipEntry) => number;
  readonly archiveComment: number;
  readonly rest: number;
}

/** Of documents too: they give some of its members readers of their own. */
export function plainZip(archive: ZipArchive): Extracted {
  const { entries } = archive;
  const numbers: Numbers = { comment: ({ index }) => entries.length + index, archiveComment: 2 * entries.length, rest: 2 * entries.length + 1 };
  const rewritable = !archive.duplicates && !entries.some(({ name }) => SIGNATURE.test(name));
  return {
    chain: ['zip'],
    members: () => membersOf(archive, numbers, rewritable),
    ...(rewritable ? { rewrite: (changes: ReadonlyMap<number, MemberChange>) => rewritten(archive, numbers, changes) } : {}),
    close: () => Promise.resolve(),
  };
}

async function* membersOf(archive: ZipArchive, numbers: Numbers, maskable: boolean): AsyncGenerator<Member> {
  const { entries, source } = archive;
  let rest = numbers.rest;
  for (const entry of entries) {
    const label = memberLabel(entry.index, entry.nameBytes);
    const { problem } = entry;
    yield {
      index: entry.index, nameBytes: entry.nameBytes, label, maskable,
      bytes: entry.directory ? one(new Uint8Array(0)) : entryBytes(archive, entry),
      ...(problem === undefined ? {} : { unscannable: { ...problem, bytes: entry.size } }),
    };
    if (entry.comment.length > 0) yield { index: numbers.comment(entry), nameBytes: undefined, label: `${entry.index}:comment`, reader: commentReader, bytes: one(entry.comment), maskable };
    if (entry.unicodeName !== undefined) yield rawMember(rest++, `${entry.index}:name`, entry.unicodeName);
  }
  if (archive.comment.length > 0) yield { index: numbers.archiveComment, nameBytes: undefined, label: 'comment', reader: commentReader, bytes: one(archive.comment), maskable };
  if (archive.extras.length > 0) yield rawMember(rest++, 'fields', archive.extras);
  for (const [index, { from, to }] of archive.gaps.entries()) yield rawMember(rest++, `gap${index}`, stretch({ source }, from, to));
  if (archive.duplicates) yield unreadMember(rest, 'names', 'malformed', 'zip-duplicates');
}

async function* rewritten(archive: ZipArchive, numbers: Numbers, changes: ReadonlyMap<number, MemberChange>): AsyncGenerator<Uint8Array> {
  const own = new Map<number, ZipChange>();
  for (const entry of archive.entries) {
    const change = changes.get(entry.index);
    const comment = await whole(changes.get(numbers.comment(entry)));
    if (change !== undefined || comment !== undefined) own.set(entry.index, { ...change, ...(comment === undefined ? {} : { comment }) });
  }
  yield* writeZip(archive, own, await whole(changes.get(numbers.archiveComment)));
}

/** A comment is 64 KiB at most. */
async function whole(change: MemberChange | undefined): Promise<Uint8Array | undefined> {
  if (change?.bytes === undefined) return undefined;
  const pieces: Uint8Array[] = [];
  for await (const piece of change.bytes()) pieces.push(Uint8Array.from(piece));
  return Buffer.concat(pieces);
}
