/** PDF (ISO 32000): the text of its pages as it is read and as it lies, all that is said beside the pages, and the files within. Read, never written. */
import { z } from 'zod';
import type { PartSource } from '../../../ports.js';
import { one, wholeOf } from '../byte-ranges.js';
import { ExtractError, type ExtractContext, type Extracted, type Extractor, type Member } from '../contract.js';
import { opaqueText } from '../opaque-text.js';
import { holdsArchive } from '../other-reading.js';
import { textMember, unreadMember } from '../raw-text.js';
import type { PdfDocument } from './api.js';
import { openDocument, textRuns } from './document.js';
import { frameOf, type Frame } from './frame.js';
import { pageText } from './page-text.js';
import { stringsIn } from './strings.js';
import { listen, type Complaints } from './warnings.js';

/** A printed encyclopaedia has as many; reading on would take minutes. */
const MOST_PAGES = 5000;
/** Letters that stand for nothing: a font that tells glyphs but not what they mean. */
const MEANINGLESS = /[\p{Co}\p{Cn}\p{Cc}\ufffd]/gu;
/** Of a page's letters; the odd symbol is in every document. */
const MOST_MEANINGLESS = 0.1;

const attachmentSchema = z.object({ filename: z.string().optional(), rawFilename: z.string().optional(), description: z.string().optional(), content: z.instanceof(Uint8Array).optional() });
const attachmentsSchema = z.record(z.string(), attachmentSchema);
const fileAnnotation = z.object({ file: attachmentSchema });

/** The scanner takes a NUL for a sign that it reads the wrong thing; in what pdf.js says it is a letter without meaning. */
const shown = (text: string): string => text.replace(/\p{Cc}/gu, (control) => (control === '\n' || control === '\t' ? control : ' '));

type Numbered = (make: (index: number) => Member) => Member;
type Attachment = z.output<typeof attachmentSchema>;

interface PageRead {
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly problem: NonNullable<Member['unscannable']> | undefined;
}

async function readPage(document: PdfDocument, number: number, complaints: Complaints): Promise<PageRead> {
  const page = await document.getPage(number);
  const { runs, whole } = await textRuns(page);
  const annotations = await page.getAnnotations();
  const beside = stringsIn([annotations, await page.getJSActions()]);
  const attachments = annotations.flatMap((one) => fileAnnotation.safeParse(one).data?.file ?? []);
  const text = pageText(runs);
  const visible = text.replace(/\s/g, '');
  let problem: PageRead['problem'];
  if (!whole || !beside.whole) problem = { reason: 'too-large', detail: 'page' };
  else if ((visible.match(MEANINGLESS)?.length ?? 0) > MOST_MEANINGLESS * visible.length) problem = { reason: 'unsupported', detail: 'font without meaning' };
  else if (visible === '') {
    const images = complaints.images;
    const { fnArray } = await page.getOperatorList();
    // A blank page paints nothing.
    if (complaints.images > images || fnArray.some((operation: number) => PAINTS.has(operation))) problem = { reason: 'no-text', detail: 'page without text' };
  }
  page.cleanup();
  return { text: shown(`${text}\n\n${beside.text}`), attachments, problem };
}

/** Operations of pdf.js that leave something to be seen: paths, shadings and images. */
const PAINTS: ReadonlySet<number> = new Set([62, 66, 83, 84, 85, 86, 88, 90, 91]);

function attachmentMember(index: number, { filename, rawFilename, content }: Attachment): Member {
  const name = rawFilename ?? filename;
  const nameBytes = name === undefined ? undefined : Buffer.from(name, 'utf8');
  return content === undefined
    ? unreadMember(index, `file${index}`, 'malformed', 'embedded file')
    : { index, nameBytes, label: `file${index}`, bytes: one(content), maskable: false };
}

/** What is said beside the pages: description, bookmarks, form fields, scripts. */
async function besidePages(document: PdfDocument): Promise<{ readonly text: string; readonly metadata: string; readonly whole: boolean; readonly isXfa: boolean }> {
  const { info, metadata } = await document.getMetadata();
  const parts = [info, await document.getOutline(), await document.getFieldObjects(), await document.getJSActions(), await document.getPageLabels(), await document.getOpenAction()];
  const { text, whole } = stringsIn(parts);
  const raw: unknown = metadata === null ? '' : metadata.getRaw();
  return { text: shown(text), metadata: typeof raw === 'string' ? shown(raw) : '', whole, isXfa: 'IsXFAPresent' in info && info.IsXFAPresent === true };
}

async function* around(file: Buffer, frame: Frame, numbered: Numbered): AsyncIterable<Member> {
  const { leading, end, before } = frame;
  const piece = (label: string, from: number, to: number): Member =>
    numbered((index) => ({ index, nameBytes: undefined, label, bytes: one(file.subarray(from, to)), maskable: false }));
  if (leading > 0) yield piece('leading', 0, leading);
  if (end < file.length) yield piece('trailing', end, file.length);
  if (before !== undefined) yield piece('version', leading, before);
  for (const { from, to } of frame.images) {
    yield await Promise.resolve(numbered((index) => ({ index, nameBytes: undefined, label: `image${index}`, reader: opaqueText('pdf-image', 'no-text'), bytes: one(file.subarray(from, to)), maskable: false })));
  }
}

async function* members(source: PartSource, file: Buffer, frame: Frame, document: PdfDocument, complaints: Complaints, signal: AbortSignal): AsyncIterable<Member> {
  let next = 0;
  const numbered: Numbered = (make) => make(next++);
  const unread = (reason: NonNullable<Member['unscannable']>['reason'], detail: string): Member => numbered((index) => unreadMember(index, detail.replaceAll(' ', '-'), reason, detail));
  let files = 0;
  for (let number = 1; number <= Math.min(document.numPages, MOST_PAGES); number++) {
    if (signal.aborted) throw new ExtractError('timeout', 'pdf');
    let page: PageRead;
    try {
      page = await readPage(document, number, complaints);
    } catch {
      yield unread('malformed', `page ${number}`);
      continue;
    }
    yield numbered((index) => textMember(index, `page${number}`, page.text));
    const { problem } = page;
    if (problem !== undefined) yield numbered((index) => unreadMember(index, `page${number}-rest`, problem.reason, problem.detail));
    for (const one of page.attachments) {
      files++;
      yield numbered((index) => attachmentMember(index, one));
    }
  }
  if (document.numPages > MOST_PAGES) yield unread('too-many-parts', 'pages');
  try {
    const beside = await besidePages(document);
    yield numbered((index) => textMember(index, 'properties', beside.text));
    if (beside.metadata !== '') yield numbered((index) => textMember(index, 'xmp', beside.metadata));
    if (!beside.whole) yield unread('too-large', 'properties');
    if (beside.isXfa) yield unread('unsupported', 'xfa');
    for (const one of Object.values(attachmentsSchema.parse((await document.getAttachments()) ?? {}))) {
      files++;
      yield numbered((index) => attachmentMember(index, one));
    }
  } catch {
    yield unread('malformed', 'properties');
  }
  yield* around(file, frame, numbered);
  if (await holdsArchive(source, frame.end)) yield unread('malformed', 'archive within');
  if (files < frame.embedded) yield unread('malformed', 'embedded files');
  if (frame.damaged || complaints.damaged) yield unread('malformed', 'damaged');
  if (complaints.unreadable) yield unread('unsupported', 'fonts');
}

/** Other readers may make more of it: what stands in it as plain text is found all the same. */
function beyondReading(file: Buffer): Extracted {
  async function* whole(): AsyncIterable<Member> {
    yield await Promise.resolve({ index: 0, nameBytes: undefined, label: 'damaged', reader: opaqueText('pdf', 'malformed'), bytes: one(file), maskable: false });
  }
  return { chain: ['pdf'], members: whole, close: async () => Promise.resolve() };
}

export const pdf: Extractor = {
  format: 'pdf',
  async open(source: PartSource, context: ExtractContext): Promise<Extracted> {
    const file = Buffer.from(await wholeOf(source, context.limits.wholeFile, 'pdf'));
    const frame = frameOf(file);
    if (frame === undefined) throw new ExtractError('malformed', 'pdf');
    const ear = listen();
    try {
      // pdf.js keeps what it is given.
      const opened = await openDocument(Uint8Array.from(file.subarray(0, frame.end)));
      return {
        chain: ['pdf'],
        members: () => members(source, file, frame, opened.document, ear.complaints, context.signal),
        close: async () => {
          ear.stop();
          await opened.close();
        },
      };
    } catch (thrown) {
      ear.stop();
      if (thrown instanceof ExtractError && thrown.reason === 'malformed') return beyondReading(file);
      throw thrown;
    }
  },
};
