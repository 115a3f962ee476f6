/** GIF (87a, 89a): blocks to the trailer; comments, plain texts and applications' data are words, put together from their sub-blocks. */
import { ExtractError } from '../contract.js';
import type { PartSource } from '../../../ports.js';
import { latin1, view, type Layout, type Walk } from './layout.js';

const IMAGE = 0x2c;
const EXTENSION = 0x21;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
/** Words of one extension. */
const MOST_WORDS = 4 * 2 ** 20;

const tableSize = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

/** Runs over sub-blocks and answers with where they end; `take` gets their data. */
async function subBlocks(source: PartSource, from: number, layout: Layout, take?: (bytes: Uint8Array) => void): Promise<number> {
  for (let at = from; ; ) {
    const length = (await view(source, at, 1, layout)).getUint8(0);
    if (length === 0) return at + 1;
    layout.must(at + 1 + length <= source.size);
    if (take) take(await source.read(at + 1, length));
    at += 1 + length;
  }
}

export const gif: Walk = async (source, layout) => {
  const head = await view(source, 0, 13, layout);
  layout.must(/^GIF8[79]a$/.test(latin1(head, 0, 6)));
  let images = 0;
  for (let at = 13 + tableSize(head.getUint8(10)); ; ) {
    const kind = (await view(source, at, 1, layout)).getUint8(0);
    if (kind === TRAILER) {
      layout.must(images > 0);
      return at + 1;
    }
    if (kind === IMAGE) {
      const descriptor = await view(source, at + 1, 9, layout);
      images++;
      at = await subBlocks(source, at + 10 + tableSize(descriptor.getUint8(8)) + 1, layout);
      continue;
    }
    layout.must(kind === EXTENSION);
    const label = (await view(source, at + 1, 1, layout)).getUint8(0);
    const words: Uint8Array[] = [];
    let size = 0;
    at = await subBlocks(source, at + 2, layout, label === GRAPHIC_CONTROL ? undefined : (bytes) => {
      size += bytes.length;
      if (size > MOST_WORDS) throw new ExtractError('too-large', layout.format);
      words.push(bytes);
    });
    if (words.length > 0) layout.tell(Buffer.concat(words).toString('utf8'));
  }
};
