/** Opens documents that are one XML file: once as the document that people see, once as the markup it is, for files in it and what no element explains. */
import type { PartSource } from '../../../ports.js';
import { readerFor } from '../../part-readers.js';
import { PREFIX_LENGTH } from '../../syntax.js';
import { bytesBetween, gathered, wholeOf } from '../byte-ranges.js';
import { ExtractError, type Extracted, type Extractor, type Member, type MemberChange } from '../contract.js';
import { flatRoot } from './flat-signs.js';
import { xmlReader } from './xml-reader.js';

const DECLARED = { contentType: 'application/xml', contentEncoding: undefined };

async function* members(source: PartSource, root: string): AsyncGenerator<Member> {
  const own = { nameBytes: undefined, maskable: true } as const;
  const bytes = (): AsyncIterable<Uint8Array> => bytesBetween(source, 0, source.size);
  yield await Promise.resolve({ ...own, index: 0, label: 'text', reader: (context) => xmlReader(context, { tagFill: '*', root }), bytes: bytes() });
  yield { ...own, index: 1, label: 'markup', reader: (context) => readerFor(context, { kind: 'text', syntax: 'markup', json: false, untyped: false, charsets: ['utf-8'] }, DECLARED), bytes: bytes() };
}

/** Masks of both readings lie in place; a file within that became longer cannot be put beside them. */
async function* rewritten(source: PartSource, changes: ReadonlyMap<number, MemberChange>, most: number): AsyncGenerator<Uint8Array> {
  const was = await wholeOf(source, most, 'xml');
  const out = Buffer.from(was);
  for (const { bytes } of changes.values()) {
    if (bytes === undefined) continue;
    const is = await gathered(bytes(), was.length, 'xml');
    if (is.length !== was.length) throw new ExtractError('failed', 'mask');
    for (let at = 0; at < is.length; at++) if (is[at] !== was[at]) out[at] = is[at] ?? 0;
  }
  yield out;
}

export const flatDocument: Extractor = {
  format: 'flat-xml',
  async open(source, { limits }): Promise<Extracted> {
    const root = flatRoot(await source.read(0, Math.min(PREFIX_LENGTH, source.size)));
    if (root === undefined) throw new ExtractError('malformed', 'flat-xml');
    return {
      chain: ['flat-xml'],
      members: () => members(source, root),
      // What is masked has to be held whole.
      ...(source.size > limits.wholeFile ? {} : { rewrite: (changes: ReadonlyMap<number, MemberChange>) => rewritten(source, changes, limits.wholeFile) }),
      close: () => Promise.resolve(),
    };
  },
};
