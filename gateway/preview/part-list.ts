/** The parts of a message: from the receipt it was held with, and their names from one walk through it. */
import type { LookedNames, OpenedMessage, PartReceipt, PreviewPart, StoredMessage } from '../ports.js';
import { lookAtNames, type ByteTools } from './walk.js';

/** The request's target and fields, beside the parts of its body. */
export const HEAD = 'head';
const HEADER = '/header';

export type Listed = PreviewPart;
type Name = LookedNames['names'][number];
export type Outline = ReadonlyMap<string, Name>;

export function listedParts(message: StoredMessage, outline: Outline | undefined): { readonly parts: readonly PreviewPart[]; readonly moreParts: number; readonly listed: readonly Listed[] } {
  const { parts: lines, more } = message.receipt;
  const byPath = new Map<string, PartReceipt[]>();
  for (const line of lines) byPath.set(line.part, [...(byPath.get(line.part) ?? []), line]);
  const around = new Set(lines.flatMap(({ part, inside }) => (inside !== undefined && inside !== part ? [inside] : [])));
  const header = headersOf(lines);
  const listed = [...byPath].map(([path, own]): Listed => {
    const name = path.endsWith(HEADER) ? undefined : (outline?.get(path) ?? outline?.get(header.get(path) ?? ''));
    const unread = own.find(({ reason }) => reason !== undefined);
    const inner = own.findLast(({ scanned, unscanned }) => scanned + unscanned > 0) ?? own.at(-1);
    const isMail = [...byPath.keys()].some((other) => other.startsWith(`${path}/`)) && own.every(({ chain }) => chain.length === 0);
    return {
      path,
      name: name?.name,
      mediaType: name?.mediaType ?? (path === 'body' ? message.mediaType : undefined),
      size: inner === undefined ? 0 : inner.scanned + inner.unscanned,
      readable: unread === undefined,
      why: unread?.reason,
      cautions: name?.cautions ?? [],
      chain: chainOf(own),
      depth: path.split('/').length - 1,
      unscanned: unread?.unscanned ?? 0,
      ...(name?.inline === true ? { inline: true } : {}),
      ...(unread === undefined && !isText(own) && (around.has(path) || isMail) ? { holds: true } : {}),
    };
  });
  return { parts: [{ path: HEAD, size: 0, readable: true, cautions: [], chain: [], depth: 0, unscanned: 0 }, ...listed], moreParts: more, listed };
}

/** A text may hold files too, in strings of base64. */
const TEXTS: ReadonlySet<string> = new Set(['text', 'json', 'form', 'markup', 'unknown-text', 'header', 'xml', 'raw']);
const isText = (lines: readonly PartReceipt[]): boolean => lines.some(({ chain }) => chain.some((step) => TEXTS.has(step)));

/** Steps of all its lines, each once where they repeat: a line for the bytes as they lie, one for what they stand for. */
function chainOf(lines: readonly PartReceipt[]): readonly string[] {
  const steps = lines.flatMap(({ chain }) => [...chain]);
  return steps.filter((step, at) => steps.indexOf(step) === at);
}

/** The header that speaks for a part: the one before it, of the same place. */
function headersOf(lines: readonly PartReceipt[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let last: string | undefined;
  for (const { part, inside } of lines) {
    if (part.endsWith(HEADER)) last = part;
    else if (last !== undefined && part.startsWith(last.slice(0, -HEADER.length)) && inside !== part) {
      headers.set(part, last);
      last = undefined;
    }
  }
  return headers;
}

/** Names and types of parts, by path. Reads the whole body once. */
export async function outlineOf(opened: OpenedMessage, tools: ByteTools): Promise<Outline> {
  const names = new Map<string, Name>();
  for (const looked of await lookAtNames(opened, tools)) if (looked.kind === 'names') for (const one of looked.names) names.set(one.part, one);
  return names;
}
