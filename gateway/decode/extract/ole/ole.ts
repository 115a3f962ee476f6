/** Old Office documents and all else that is a compound file: what is text is drawn out, every other stream is scanned as it stands. */
import type { PartSource } from '../../../ports.js';
import { gathered, one } from '../byte-ranges.js';
import { ExtractError, memberLabel, type Extracted, type ExtractContext, type Extractor, type Member } from '../contract.js';
import { Leftovers, type Counter } from '../leftover-bytes.js';
import type { Opening } from '../mapi/properties.js';
import { textMember, unreadMember } from '../raw-text.js';
import { openCompoundFile, type CompoundFile, type OleStream } from './compound-file.js';
import { readDoc } from './doc.js';
import { macroSource } from './macros.js';
import { isMessage, msgMembers } from './msg.js';
import { nativeFile } from './ole-native.js';
import { picturesIn } from './pictures.js';
import { isEncryptedPpt, readPpt } from './ppt.js';
import { readXls } from './xls.js';

/** Streams that hold a file of their own, packed most often. */
const WHOLE_FILES = /^(Package|CONTENTS|EmbeddedOdf|package_stream|Ole10ItemName)$/i;
const WITH_PICTURES = /^(Pictures|Data|[01]Table)$/;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const besides = (path: string, name: string): string => path.slice(0, path.lastIndexOf('/') + 1) + name;

async function* utf8(text: Iterable<string>): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  for (const piece of text) if (piece !== '') yield Buffer.from(piece, 'utf8');
}

/** A file found within, read by its content. */
function fileMember({ counter }: Opening, bytes: Uint8Array, name?: Uint8Array): Member {
  const index = counter.next++;
  return { index, nameBytes: name, label: memberLabel(index, name), bytes: one(bytes), maskable: false };
}

function* withPictures(bytes: Uint8Array, opening: Opening): Generator<Member> {
  const { images, rest } = picturesIn(bytes, opening.most);
  for (const image of images) yield fileMember(opening, image);
  opening.leftovers.add(rest);
}

async function* docMembers(file: CompoundFile, stream: OleStream, opening: Opening): AsyncGenerator<Member> {
  const tables = await Promise.all(['0Table', '1Table'].map(async (name) => file.stream(besides(stream.path, name))?.read()));
  const { text, rest, doubtful } = readDoc(await stream.read(), tables);
  if (text !== undefined) yield textMember(opening.counter.next++, 'document', utf8(text));
  if (doubtful) yield unreadMember(opening.counter.next++, 'pieces', 'unsupported', 'doc of an old version', stream.size);
  yield* withPictures(rest, opening);
}

async function* xlsMembers(stream: OleStream, opening: Opening): AsyncGenerator<Member> {
  const content = readXls(await stream.read());
  yield textMember(opening.counter.next++, 'workbook', utf8(content.text()));
  for (const drawing of content.drawings) yield* withPictures(drawing, opening);
  opening.leftovers.add(() => Promise.resolve(Buffer.concat(content.rest.flatMap((part) => [part, Buffer.from('\0\0')]))));
}

async function* pptMembers(file: CompoundFile, stream: OleStream, opening: Opening): AsyncGenerator<Member> {
  if (isEncryptedPpt(await file.stream(besides(stream.path, 'Current User'))?.read())) throw new ExtractError('encrypted', 'ppt');
  const { text, files, rest } = readPpt(await stream.read(), opening.most);
  yield textMember(opening.counter.next++, 'presentation', text);
  for (const bytes of files) yield fileMember(opening, bytes);
  opening.leftovers.add(rest);
}

/** A document within another may be encrypted or broken where the outer one is not. */
async function* guarded(members: AsyncIterable<Member>, stream: OleStream, opening: Opening): AsyncGenerator<Member> {
  try {
    yield* members;
  } catch (thrown) {
    if (!(thrown instanceof ExtractError)) throw thrown;
    yield unreadMember(opening.counter.next++, 'document', thrown.reason, thrown.detail, stream.size);
  }
}

async function* streamMembers(file: CompoundFile, stream: OleStream, opening: Opening): AsyncGenerator<Member> {
  const name = nameOf(stream.path);
  if (name === 'WordDocument') yield* guarded(docMembers(file, stream, opening), stream, opening);
  else if (name === 'Workbook' || name === 'Book') yield* guarded(xlsMembers(stream, opening), stream, opening);
  else if (name === 'PowerPoint Document') yield* guarded(pptMembers(file, stream, opening), stream, opening);
  else if (WITH_PICTURES.test(name)) yield* withPictures(await stream.read(), opening);
  else if (WHOLE_FILES.test(name) && stream.size > 0) yield fileMember(opening, await stream.read());
  else if (name === '\x01Ole10Native') {
    const bytes = await stream.read();
    const native = nativeFile(bytes);
    if (native === undefined) opening.leftovers.add(bytes);
    else {
      yield fileMember(opening, native.bytes, native.name);
      opening.leftovers.add(native.head);
    }
  } else {
    opening.leftovers.add(() => stream.read());
    const source = /(^|\/)VBA\//i.test(stream.path) ? macroSource(await stream.read()) : undefined;
    if (source !== undefined) opening.leftovers.add(source);
  }
}

/** What the file is, by its streams; undefined where nobody here knows. */
function kindOf(file: CompoundFile): string | undefined {
  if (isMessage(file, '')) return 'msg';
  if (file.stream('WordDocument') !== undefined) return 'doc';
  if (file.stream('Workbook') !== undefined || file.stream('Book') !== undefined) return 'xls';
  return file.stream('PowerPoint Document') === undefined ? undefined : 'ppt';
}

function refuseEncrypted(file: CompoundFile): void {
  if (file.stream('EncryptedPackage') !== undefined) throw new ExtractError('encrypted', 'office document');
  if (file.streams.some(({ path }) => nameOf(path) === '\tDRMContent')) throw new ExtractError('encrypted', 'rights management');
  if (file.stream('EncryptedSummary') !== undefined) throw new ExtractError('encrypted', 'ppt');
}

async function* members(file: CompoundFile, kind: string | undefined, context: ExtractContext): AsyncGenerator<Member> {
  const counter: Counter = { next: 0 };
  const opening: Opening = { counter, leftovers: new Leftovers(), most: context.limits.wholeFile };
  const taken = new Set<string>();
  if (kind === 'msg') yield* msgMembers(file, opening, taken);
  for (const stream of file.streams) {
    if (context.signal.aborted) throw new ExtractError('timeout', 'ole');
    if (!taken.has(stream.path)) yield* streamMembers(file, stream, opening);
  }
  const names = file.storages.concat(file.streams.map(({ path }) => path)).map(nameOf);
  opening.leftovers.add(Buffer.from(names.join('\n'), 'utf8'));
  opening.leftovers.add(await gathered(file.leftovers(), Infinity, 'ole'));
  yield* opening.leftovers.members(counter);
}

export const ole: Extractor = {
  format: 'ole',
  async open(source: PartSource, context: ExtractContext): Promise<Extracted> {
    if (source.size > context.limits.wholeFile) throw new ExtractError('too-large', 'ole');
    const file = await openCompoundFile(source, context.limits.wholeFile);
    refuseEncrypted(file);
    const kind = kindOf(file);
    return {
      chain: [kind ?? 'ole'],
      // Streams of a kind nobody knows are scanned as they stand; what they mean may be packed or written otherwise.
      unread: kind === undefined ? { bytes: source.size, reason: 'unsupported', detail: 'ole' } : undefined,
      members: () => members(file, kind, context),
      close: () => Promise.resolve(),
    };
  },
};
