/** The parts of a message: from the receipt it was held with, and their names from one walk through it. */
import type { OpenedMessage, PartReceipt, PreviewPart, StoredMessage } from '../ports.js';
import { hideNumbers } from './hidden-numbers.js';
import { maskedParts, PreviewLate, type ByteTools } from './masked-parts.js';
import { partName, type PartName } from './part-names.js';
import { nameCautions } from './visible.js';

/** The request's target and fields, beside the parts of its body. */
export const HEAD = 'head';
/** A part's header is kept to read its name; longer ones are malformed anyway. */
const HEADER_MOST = 16 * 1024;

export type Outline = ReadonlyMap<string, PartName>;

export function listedParts(message: StoredMessage, outline: Outline | undefined): { readonly parts: readonly PreviewPart[]; readonly moreParts: number; readonly lines: readonly PartReceipt[] } {
  const { parts: lines, more } = message.receipt;
  const parts = lines.map((line): PreviewPart => {
    const own = outline?.get(line.part);
    return {
      path: line.part,
      name: own?.name,
      mediaType: own?.mediaType ?? (line.part === 'body' ? message.mediaType : undefined),
      size: line.scanned + line.unscanned,
      readable: line.reason === undefined,
      why: line.reason,
      cautions: own === undefined ? [] : nameCautions(own.raw),
    };
  });
  return { parts: [{ path: HEAD, size: 0, readable: true, cautions: [] }, ...parts], moreParts: more, lines };
}

/** Names and types of parts, by path. Reads the whole body once; of one that takes too long, the names that came until then. */
export async function outlineOf(opened: OpenedMessage, tools: ByteTools): Promise<Outline> {
  const names = new Map<string, PartName>();
  try {
    await collect(opened, tools, names);
  } catch (thrown) {
    if (!(thrown instanceof PreviewLate)) throw thrown;
  }
  return names;
}

async function collect(opened: OpenedMessage, tools: ByteTools, names: Map<string, PartName>): Promise<void> {
  const hide = hideNumbers(tools.inspectors(() => undefined));
  let header: Buffer = Buffer.alloc(0);
  let headerOf: string | undefined;
  for await (const { part, bytes } of maskedParts(opened, tools)) {
    if (part.chain[0] === 'header') {
      if (headerOf !== part.part) header = Buffer.alloc(0);
      headerOf = part.part;
      if (header.length < HEADER_MOST) header = Buffer.concat([header, bytes]);
    } else if (headerOf !== undefined && part.part.startsWith(headerOf.slice(0, -'/header'.length))) {
      names.set(part.part, partName(header, hide));
      headerOf = undefined;
    }
  }
}
