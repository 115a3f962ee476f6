/** TIFF 6.0: directories of tags; what they point to is the file, and nothing else may lie behind it. */
import { view, type Layout, type Walk } from './layout.js';
import type { PartSource } from '../../../ports.js';

const MOST_DIRECTORIES = 1000;
const MOST_TAGS = 4096;
const MOST_STRIPS = 1_000_000;
const SIZES: ReadonlyMap<number, number> = new Map([[1, 1], [2, 1], [3, 2], [4, 4], [5, 8], [6, 1], [7, 1], [8, 2], [9, 4], [10, 8], [11, 4], [12, 8], [13, 4]]);
const ASCII = 2;
const UNDEFINED = 7;
/** Strips and tiles: where they lie, and how long they are. */
const PLACES = new Map([[273, 279], [324, 325], [513, 514]]);
/** Further directories: of smaller pictures, of EXIF, of places. */
const DIRECTORIES = new Set([330, 34_665, 34_853, 40_965]);
/** Titles that one system writes in UTF-16, XMP, IPTC, and comments. */
const WORDS = new Set([700, 33_723, 37_510, 40_091, 40_092, 40_093, 40_094, 40_095]);

interface Tag {
  readonly type: number;
  readonly count: number;
  readonly at: number;
  readonly size: number;
}

async function numbersOf(source: PartSource, tag: Tag, little: boolean, layout: Layout): Promise<number[]> {
  const width = SIZES.get(tag.type) ?? 0;
  if (tag.count > MOST_STRIPS || (width !== 2 && width !== 4)) return [];
  const values = await view(source, tag.at, tag.count * width, layout);
  return Array.from({ length: tag.count }, (_, i) => (width === 2 ? values.getUint16(2 * i, little) : values.getUint32(4 * i, little)));
}

async function tagsAt(source: PartSource, at: number, little: boolean, layout: Layout): Promise<{ readonly tags: Map<number, Tag>; readonly end: number; readonly next: number }> {
  const count = (await view(source, at, 2, layout)).getUint16(0, little);
  layout.must(count > 0 && count <= MOST_TAGS);
  const table = await view(source, at + 2, 12 * count + 4, layout);
  const tags = new Map<number, Tag>();
  for (let i = 0; i < count; i++) {
    const type = table.getUint16(12 * i + 2, little);
    const number = table.getUint32(12 * i + 4, little);
    const size = number * (SIZES.get(type) ?? 1);
    const place = size <= 4 ? at + 2 + 12 * i + 8 : table.getUint32(12 * i + 8, little);
    layout.must(place + size <= source.size);
    tags.set(table.getUint16(12 * i, little), { type, count: number, at: place, size });
  }
  return { tags, end: at + 6 + 12 * count, next: table.getUint32(12 * count, little) };
}

export const tiff: Walk = async (source, layout) => {
  const head = await view(source, 0, 8, layout);
  const little = head.getUint16(0) === 0x4949;
  layout.must((little || head.getUint16(0) === 0x4d4d) && head.getUint16(2, little) === 42);
  const waiting = [head.getUint32(4, little)];
  const visited = new Set<number>();
  let end = 8;
  let pictures = 0;
  for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
    layout.must(!visited.has(at) && visited.size < MOST_DIRECTORIES);
    visited.add(at);
    const { tags, end: behind, next } = await tagsAt(source, at, little, layout);
    end = Math.max(end, behind);
    if (next !== 0) waiting.push(next);
    for (const [name, tag] of tags) {
      end = Math.max(end, tag.at + tag.size);
      if (tag.type === ASCII || WORDS.has(name) || (tag.type === UNDEFINED && name !== 37_500)) layout.say(tag.at, tag.at + tag.size);
      if (DIRECTORIES.has(name)) waiting.push(...(await numbersOf(source, tag, little, layout)).slice(0, MOST_DIRECTORIES));
      const lengths = tags.get(PLACES.get(name) ?? -1);
      if (lengths === undefined) continue;
      const sizes = await numbersOf(source, lengths, little, layout);
      for (const [i, from] of (await numbersOf(source, tag, little, layout)).entries()) {
        layout.must(from + (sizes[i] ?? 0) <= source.size);
        end = Math.max(end, from + (sizes[i] ?? 0));
        pictures++;
      }
    }
  }
  layout.must(pictures > 0);
  return end + (end % 2 === 1 && end < source.size ? 1 : 0);
};
