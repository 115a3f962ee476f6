/** Opens documents that are zips of XML: OOXML (ECMA-376), OpenDocument 1.3, OFD (GB/T 33190). Masked in place, everything untouched byte for byte as it was. */
import type { PartSource } from '../../../ports.js';
import { gathered } from '../byte-ranges.js';
import { ExtractError, type ExtractContext, type Extracted, type Member, type MemberChange } from '../contract.js';
import type { ZipArchive, ZipEntry } from '../zip/archive.js';
import { entryBytes } from '../zip/entry-bytes.js';
import { plainZip } from '../zip/zip-extractor.js';
import type { PartContext } from '../../part-readers.js';
import { PartTree } from '../../part-tree.js';
import { officeKind } from './claims.js';
import { fontKeys, fontReader, settingsReader, signatureReader } from './binary-part.js';
import { SheetContext } from './sheet-context.js';
import { xmlReader } from './xml-reader.js';

/** Signed as a whole: another byte and the signature is broken. */
const SIGNATURE = /^(_xmlsignatures\/|META-INF\/(document|macro|package)signatures\.xml$)|(^|\/)(Signs\/|Signatures?\.xml$)/i;
const XML = /\.(xml|rels|vml|rdf)$/i;
const FONT = /\.(ttf|otf|odttf)$/i;
const FONT_TABLE = /(^|\/)fontTable\.xml$/i;
const LONGEST_FONT_TABLE = 1024 * 1024;
const SIGNED_VALUE = /(^|\/)(signed_?value[^/]*\.dat|[^/]*\.esl)$/i;
const ADDRESSES = /\.rels$/i;
const SETTINGS = /(^|\/)printerSettings\d*\.bin$|^layout-cache$/i;
const SHEET = /(^|\/)worksheets\/[^/]+\.xml$/i;
const STRINGS = /(^|\/)sharedStrings\.xml$/i;
const ENCRYPTED_OFD = /(^|\/)Encryptions?\.xml$/i;
const MANIFEST = 'META-INF/manifest.xml';
/** A manifest names a document's parts and nothing else. */
const LONGEST_MANIFEST = 4 * 1024 * 1024;
const ODF_KINDS: ReadonlyMap<string, string> = new Map([['text', 'odt'], ['spreadsheet', 'ods'], ['presentation', 'odp'], ['graphics', 'odg'], ['text-template', 'ott'], ['spreadsheet-template', 'ots'], ['presentation-template', 'otp']]);

export async function openOffice(archive: ZipArchive, _source: PartSource, _context: ExtractContext): Promise<Extracted> {
  const kind = officeKind(archive);
  const plain = plainZip(archive);
  const encrypted = await isEncrypted(archive);
  const signed = archive.entries.some(({ name }) => SIGNATURE.test(name));
  const sheet = kind === 'xlsx' ? await sheetContext(archive) : undefined;
  const chain = [kind === 'odf' ? await odfKind(archive) : (kind ?? 'zip')];
  const keys = await keysOf(archive);
  const fixed = signed || encrypted || plain.rewrite === undefined;
  return {
    chain,
    unread: plain.unread,
    members: () => membersOf(plain, archive, { encrypted, fixed, sheet, keys }),
    ...(fixed ? {} : { rewrite: (changes: ReadonlyMap<number, MemberChange>) => rewritten(plain, changes) }),
    close: () => plain.close(),
  };
}

function rewritten(plain: Extracted, changes: ReadonlyMap<number, MemberChange>): AsyncIterable<Uint8Array> {
  if (plain.rewrite === undefined) throw new ExtractError('failed', 'rewrite');
  return plain.rewrite(changes);
}

interface Reading {
  readonly encrypted: boolean;
  readonly fixed: boolean;
  readonly sheet: SheetContext | undefined;
  /** Of embedded fonts. */
  readonly keys: readonly Buffer[];
}

async function* membersOf(plain: Extracted, archive: ZipArchive, reading: Reading): AsyncGenerator<Member> {
  const late: Member[] = [];
  const placed = new Set<number>();
  for await (const member of plain.members()) {
    const entry = archive.entries[member.index];
    const own = entry === undefined ? { ...member, maskable: member.maskable && !reading.fixed } : asPart(member, entry, reading);
    // Under which header a shared string stands is known when the sheets are read.
    if (entry === undefined || reading.sheet === undefined) yield own;
    else if (STRINGS.test(entry.name)) late.push({ ...own, bytes: afterSheets(own.bytes, archive, reading.sheet, placed) });
    else if (isSheet(entry)) yield { ...own, bytes: noted(own.bytes, entry.index, placed) };
    else yield own;
  }
  yield* late;
}

function isSheet({ name, problem }: ZipEntry): boolean {
  return problem === undefined && SHEET.test(name);
}

async function* noted(bytes: AsyncIterable<Uint8Array>, index: number, placed: Set<number>): AsyncGenerator<Uint8Array> {
  placed.add(index);
  yield* bytes;
}

/** Whoever masks reads only the parts that need it: what the other sheets tell of the strings must not be missed. */
async function* afterSheets(bytes: AsyncIterable<Uint8Array>, archive: ZipArchive, sheet: SheetContext, placed: Set<number>): AsyncGenerator<Uint8Array> {
  for (const entry of archive.entries) {
    if (!isSheet(entry) || placed.has(entry.index)) continue;
    placed.add(entry.index);
    await placeStrings(entryBytes(archive, entry), sheet, entry.index);
  }
  yield* bytes;
}

function asPart(member: Member, { name, size, index }: ZipEntry, { encrypted, fixed, sheet, keys }: Reading): Member {
  // Parts find each other by their names: none can be changed.
  const own: Member = { ...member, maskable: member.maskable && !fixed, renamable: false };
  if (encrypted && member.unscannable === undefined && name !== 'mimetype' && !name.startsWith('META-INF/') && size > 0 && !ENCRYPTED_OFD.test(name) && name !== 'OFD.xml') {
    return { ...own, unscannable: { reason: 'encrypted', detail: 'document', bytes: size } };
  }
  if (XML.test(name)) return { ...own, reader: (context) => xmlReader(context, { tagFill: ADDRESSES.test(name) ? '_' : '*', sheet, number: index }) };
  const reader = SETTINGS.test(name) ? settingsReader : FONT.test(name) ? (context: PartContext) => fontReader(context, keys) : SIGNED_VALUE.test(name) ? signatureReader : undefined;
  return reader === undefined ? own : { ...own, reader };
}

async function isEncrypted(archive: ZipArchive): Promise<boolean> {
  if (archive.entries.some(({ name }) => ENCRYPTED_OFD.test(name))) return true;
  const manifest = archive.entries.find(({ name }) => name === MANIFEST);
  if (manifest === undefined || manifest.problem !== undefined) return false;
  const text = await gathered(entryBytes(archive, manifest), LONGEST_MANIFEST, 'manifest');
  return Buffer.from(text.buffer, text.byteOffset, text.length).includes('encryption-data');
}

async function keysOf(archive: ZipArchive): Promise<readonly Buffer[]> {
  const entry = archive.entries.find(({ name }) => FONT_TABLE.test(name));
  if (entry === undefined || entry.problem !== undefined || entry.size > LONGEST_FONT_TABLE) return [];
  let keys: readonly Buffer[] = [];
  await asFarAsItGoes(async () => {
    keys = fontKeys(Buffer.from(await gathered(entryBytes(archive, entry), LONGEST_FONT_TABLE, 'fonts')).toString('latin1'));
  });
  return keys;
}

async function odfKind(archive: ZipArchive): Promise<string> {
  const entry = archive.entries.find(({ name }) => name === 'mimetype');
  if (entry === undefined || entry.problem !== undefined || entry.size > 200) return 'odf';
  const text = Buffer.from(await gathered(entryBytes(archive, entry), 200, 'mimetype')).toString('latin1').trim();
  return ODF_KINDS.get(text.replace('application/vnd.oasis.opendocument.', '')) ?? 'odf';
}

/** What the table of strings cannot tell here, its own reading says. */
async function sheetContext(archive: ZipArchive): Promise<SheetContext> {
  const context = new SheetContext();
  const strings = archive.entries.find(({ name }) => STRINGS.test(name));
  if (strings?.problem !== undefined || strings === undefined) return context;
  await asFarAsItGoes(() => context.readLabels(entryBytes(archive, strings)));
  return context;
}

async function placeStrings(bytes: AsyncIterable<Uint8Array>, sheet: SheetContext, number: number): Promise<void> {
  const sink = { masks: () => false, found: () => undefined, edit: () => undefined, child: () => undefined };
  const tree = new PartTree(() => ({ write: (chunk, at) => at + chunk.length, problem: undefined }));
  const reader = xmlReader({ tree, sink, part: '', depth: 0 }, { tagFill: '*', sheet, number });
  let at = 0;
  await asFarAsItGoes(async () => {
    for await (const piece of bytes) {
      reader.write(piece, at, false);
      at += piece.length;
    }
  });
  reader.write(new Uint8Array(0), at, true);
}

/** A part that breaks off says so where it is scanned. */
async function asFarAsItGoes(read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (thrown) {
    if (!(thrown instanceof ExtractError)) throw thrown;
  }
}
