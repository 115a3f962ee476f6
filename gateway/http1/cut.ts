/** Texts and bytes cut out of a message by the places that its parser named. */
import type { Field } from '../ports/names.js';

/** Places of one field in its head: its name's two, its value's two. */
const MARKS = 4;
const TAB = 9;
const SPACE = 32;
const COLON = 58;

/** `undefined` where a name is not followed by its colon. Blanks around a value are no part of it. */
export function fieldsOf(text: string, marks: readonly number[]): readonly Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < marks.length; at += MARKS) {
    const nameTo = marks[at + 1] ?? 0;
    if (text.charCodeAt(nameTo) !== COLON) return undefined;
    const from = marks[at + 2] ?? 0;
    let to = marks[at + 3] ?? 0;
    while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
    fields.push([text.slice(marks[at], nameTo), text.slice(from, to)]);
  }
  return fields;
}

const isBlank = (code: number): boolean => code === SPACE || code === TAB;

export function trimmed(value: string): string {
  let to = value.length;
  while (to > 0 && isBlank(value.charCodeAt(to - 1))) to -= 1;
  return value.slice(0, to);
}

/** Pieces of many small chunks as one: a buffer for each would cost more than the copy. */
export function gathered(bytes: Buffer, at: number, spans: readonly number[], total: number): Buffer {
  const out = Buffer.allocUnsafe(total);
  let filled = 0;
  for (let span = 0; span < spans.length; span += 2) {
    const from = at + (spans[span] ?? 0);
    filled += bytes.copy(out, filled, from, from + (spans[span + 1] ?? 0));
  }
  return out;
}

/** Outside 'keep-alive' and 'close' a connection lasts in HTTP/1.1 and ends in 1.0; llhttp does not know that an answer to HEAD has no body to end with it. */
export function staysOpen(fields: readonly Field[], version: '1.0' | '1.1'): boolean {
  const options = fields.filter(([name]) => name.length === 10 && name.toLowerCase() === 'connection').flatMap(([, value]) => value.toLowerCase().split(',').map((one) => one.trim()));
  return !options.includes('close') && (version === '1.1' || options.includes('keep-alive'));
}
