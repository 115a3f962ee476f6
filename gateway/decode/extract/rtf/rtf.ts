/** RTF: running text, what stands beside it, pictures and objects within; masks are written over the characters in whatever way they are spelled. */
import type { PartSource } from '../../../ports.js';
import { gathered, one, wholeOf } from '../byte-ranges.js';
import { ExtractError, type ExtractContext, type Extracted, type Extractor, type Member, type MemberChange } from '../contract.js';
import { plainReader, unreadMember } from '../raw-text.js';
import { nativeData } from './ole-one.js';
import { readRtf, type RtfEnd, type Spelling, type Stream } from './read-rtf.js';

const LABELS = ['text', 'beside', 'fallback'] as const;
/** Pictures of a long report. */
const MOST_FILES = 5000;
const LINE_END = 0x0a;

interface Contents {
  readonly texts: readonly [string, string, string];
  readonly files: readonly { readonly from: number; readonly to: number; readonly packed: 'hex' | 'binary' }[];
  readonly end: RtfEnd;
}

/** Controls would be taken for another encoding; what a text is said in must not depend on who asks. */
const plain = (text: string): string => (CONTROL.test(text) ? text.replace(/(?![\n\t])\p{Cc}/gu, ' ') : text);
const CONTROL = /(?![\n\t])\p{Cc}/u;

function contentsOf(bytes: Buffer): Contents {
  const texts: [string[], string[], string[]] = [[], [], []];
  const files: Contents['files'][number][] = [];
  const end = readRtf(bytes, {
    text: (stream, text) => texts[stream].push(plain(text)),
    file: (from, to, packed) => {
      if (files.length < MOST_FILES && to > from) files.push({ from, to, packed });
    },
  });
  return { texts: [texts[0].join(''), texts[1].join(''), texts[2].join('')], files, end };
}

function fileBytes(bytes: Buffer, { from, to, packed }: Contents['files'][number]): Buffer {
  const stretch = bytes.subarray(from, to);
  if (packed === 'binary') return stretch;
  return nativeData(Buffer.from(stretch.toString('latin1').replace(/[^0-9A-Fa-f]/g, ''), 'hex'));
}

async function* members(bytes: Buffer, { texts, files, end }: Contents): AsyncIterable<Member> {
  for (const [index, text] of texts.entries()) {
    yield await Promise.resolve({ index, nameBytes: undefined, label: LABELS[index] ?? '', reader: plainReader, bytes: one(Buffer.from(text, 'utf8')), maskable: true });
  }
  let index = texts.length;
  for (const file of files) yield { index, nameBytes: undefined, label: `file${index++}`, bytes: one(fileBytes(bytes, file)), maskable: false };
  if (files.length >= MOST_FILES) yield unreadMember(index++, 'files', 'too-many-parts', 'rtf');
  const rest = bytes.subarray(end.end);
  // Some writers end the file with a NUL or a line.
  if (!/^[\0\s]*$/.test(rest.toString('latin1'))) yield { index: index++, nameBytes: undefined, label: 'trailing', bytes: one(rest), maskable: false };
  if (!end.whole) yield unreadMember(index, 'damaged', 'malformed', 'rtf');
}

/** `*` in the room and the way of what stood there; line ends are nothing in RTF. */
function cover(out: Buffer, from: number, to: number, spelling: Spelling, is: Buffer): void {
  // Byte for byte what the text is now.
  if (spelling === 'literal') out.set(is, from);
  else if (spelling === 'hex') {
    out.fill(LINE_END, from, to);
    out.write(to - from >= 4 ? "\\'2a" : '*', from, 'latin1');
  } else if (spelling === 'unicode') out.write(`\\u${'42'.padStart(to - from - 2, '0')}`, from, 'latin1');
}

/** The file with stars wherever a text now differs from what it was. */
async function* rewritten(bytes: Buffer, changes: ReadonlyMap<number, MemberChange>): AsyncIterable<Uint8Array> {
  const now: (Buffer | undefined)[] = [];
  for (const stream of [0, 1, 2] as const) {
    const change = changes.get(stream)?.bytes;
    if (change !== undefined) now[stream] = Buffer.from(await gathered(change(), bytes.length * 4 + 4096, 'rtf'));
  }
  const out = Buffer.from(bytes);
  const places: Record<Stream, number> = { 0: 0, 1: 0, 2: 0 };
  readRtf(bytes, {
    text: (stream, text, from, to, spelling) => {
      const was = Buffer.from(plain(text), 'utf8');
      const at = places[stream];
      places[stream] += was.length;
      const is = now[stream]?.subarray(at, at + was.length);
      if (is !== undefined && !is.equals(was)) cover(out, from, to, spelling, is);
    },
    file: () => undefined,
  });
  yield out;
}

export const rtf: Extractor = {
  format: 'rtf',
  async open(source: PartSource, context: ExtractContext): Promise<Extracted> {
    const bytes = Buffer.from(await wholeOf(source, context.limits.wholeFile, 'rtf'));
    if (!/^[\0-\x20]*\{\\rtf/.test(bytes.toString('latin1', 0, 1024))) throw new ExtractError('malformed', 'rtf');
    const contents = contentsOf(bytes);
    return {
      chain: ['rtf'],
      members: () => members(bytes, contents),
      rewrite: (changes) => rewritten(bytes, changes),
      close: async () => Promise.resolve(),
    };
  },
};
