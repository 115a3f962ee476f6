/** Text in charsets of which some stand behind a transform: read in each that it may be in. */
import { WIDE, type CharsetName, type WideName } from '../charset-name.js';
import type { PartContext } from '../part-readers.js';
import type { PartReader } from '../part-tree.js';
import { transformReader } from './transform.js';
import { utf16 } from './utf16.js';

function isWide(name: CharsetName): name is WideName {
  return WIDE.some((one) => one === name);
}

/** Reads the same bytes in several ways; what is judged in all of them is judged. */
function severally(readers: readonly PartReader[]): PartReader {
  const [only] = readers;
  if (only !== undefined && readers.length === 1) return only;
  return { write: (bytes, at, last) => Math.min(...readers.map((reader) => reader.write(bytes, at, last))) };
}

/** `text` reads text in charsets that views know; `silent`: the receipt has a line for the bytes already. */
export function charsetReader(context: PartContext, charsets: readonly CharsetName[], text: (context: PartContext, charsets: readonly CharsetName[]) => PartReader, silent = false): PartReader {
  const wide = charsets.filter(isWide);
  if (wide.length === 0) return text(context, charsets);
  const others = charsets.filter((name) => !isWide(name));
  // One of the readings accounts for the bytes.
  const beside: PartContext = { ...context, inside: context.inside ?? context.part };
  const readers = wide.map((name, i) => transformReader(i === 0 ? context : beside, { coding: utf16(name), inner: (own) => text(own, ['utf-8']), silent: silent || i > 0 }));
  return severally(others.length === 0 ? readers : [...readers, text(beside, others)]);
}
