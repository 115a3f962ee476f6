/** What a part calls itself: from its header, or in the container around it. Everything found in it is masked. */
import type { Caution, InspectorFactory } from '../ports.js';
import type { HideNumbers } from './hidden-numbers.js';
import { nameCautions, visibleLine } from './visible.js';

/** A name that goes on longer tells nobody more. */
const LONGEST = 200;
/** Of a name, what is looked through. */
const READ = 2_000;

export interface NameTools {
  readonly inspectors: Pick<InspectorFactory, 'inspectHead'>;
  readonly hide: HideNumbers;
  /** Names that a Content-Disposition and a Content-Type give a part, decoded; the first is the one most readers show. */
  readonly fileNames: (disposition: string | undefined, contentType: string | undefined) => readonly string[];
}

export interface PartName {
  readonly name?: string | undefined;
  readonly mediaType?: string | undefined;
  readonly inline?: true | undefined;
  readonly cautions: readonly Caution[];
}

/** Safe to be shown. Decoding may have brought to light what was no number before. */
export function shownName(name: string, { inspectors, hide }: NameTools): PartName {
  const text = name.slice(0, READ);
  if (text === '') return { cautions: [] };
  const masked = inspectors.inspectHead([{ name: '0', kind: 'file-name', text }], () => true).safe.get('0') ?? '_'.repeat(text.length);
  const safe = visibleLine(hide(masked) ?? masked);
  return { name: safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe, cautions: nameCautions(text) };
}

/** `header`: its masked bytes. */
export function headerName(header: Uint8Array, tools: NameTools): PartName {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.length);
  const field = (text: string, name: string): string | undefined => new RegExp(`^${name}:(.*)$`, 'im').exec(text)?.[1]?.trim();
  const [wire, text] = (['latin1', 'utf8'] as const).map((charset) => bytes.toString(charset).replace(/\r?\n[ \t]+/g, ' '));
  const disposition = field(text ?? '', 'content-disposition') ?? '';
  const [given] = tools.fileNames(field(wire ?? '', 'content-disposition'), field(wire ?? '', 'content-type'));
  const raw = given ?? parameter(disposition, 'filename') ?? parameter(disposition, 'name');
  const type = /^[a-z0-9.+*_-]+\/[a-z0-9.+*_-]+/i.exec(field(text ?? '', 'content-type') ?? '')?.[0]?.toLowerCase();
  const name = raw === undefined ? { cautions: [] } : shownName(raw, tools);
  return { ...name, ...(type === undefined ? {} : { mediaType: shownName(type, tools).name }), ...(isInline(disposition, field(text ?? '', 'content-id')) ? { inline: true } : {}) };
}

/** Mailers name what a text shows; some call it an attachment all the same. */
function isInline(disposition: string, contentId: string | undefined): boolean {
  return /^inline\b/i.test(disposition) || (contentId !== undefined && contentId !== '' && !/^attachment\b/i.test(disposition));
}

function parameter(value: string, name: string): string | undefined {
  const match = new RegExp(`[;\\s]${name}\\s*=\\s*(?:"((?:\\\\.|[^"\\\\])*)"|([^;\\s"]+))`, 'i').exec(` ${value}`);
  return match === null ? undefined : (match[1]?.replace(/\\(.)/g, '$1') ?? match[2]);
}
