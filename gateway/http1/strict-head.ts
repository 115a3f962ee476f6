/** What a head must be beyond what its parser asks: nothing in it that another reader could understand in another way. */
import type { Field } from '../ports/names.js';

/** How a body is marked off. */
export type Framing = { readonly kind: 'none' } | { readonly kind: 'length'; readonly length: number } | { readonly kind: 'chunked' } | { readonly kind: 'until-close' };

const NONE: Framing = { kind: 'none' };
const CHUNKED: Framing = { kind: 'chunked' };
const UNTIL_CLOSE: Framing = { kind: 'until-close' };

/** Controls but tab and line ends; a CR or LF without the other; a line that goes on in the next. */
const UNCLEAR = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n|\r\n[\t ]/;
/** Anything that no target has, or that would end it for another reader. */
const UNCLEAR_TARGET = /[^\x21-\x7e\x80-\xff]/;

/** `text` is the head as it came; `target` that of a request. */
export function headIsPlain(text: string, target: string): boolean {
  return !UNCLEAR.test(text) && !UNCLEAR_TARGET.test(target);
}

/** One blank on each side of a request's target, which stands from one place to the other: what is more, some read as part of it. */
export function startIsPlain(text: string, from: number, to: number): boolean {
  return text.charCodeAt(from - 1) === 32 && text.charCodeAt(from - 2) !== 32 && text.startsWith(' HTTP/1.', to) && text.startsWith('\r\n', to + 9);
}

/** `undefined`: two readers could disagree about where the body ends. `answer` is given where the head is one's. */
export function framingOf(fields: readonly Field[], version: '1.0' | '1.1', answer: { readonly status: number; readonly noBody: boolean } | undefined): Framing | undefined {
  let length: string | undefined;
  let coding: string | undefined;
  for (const [name, value] of fields) {
    if (name.length === 14 && name.toLowerCase() === 'content-length') {
      if (length !== undefined) return undefined;
      length = value;
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      if (coding !== undefined) return undefined;
      coding = value;
    }
  }
  // More digits than a number counts exactly are no length that anyone sends.
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return undefined;
  if (coding !== undefined && (length !== undefined || version !== '1.1' || coding.toLowerCase() !== 'chunked')) return undefined;
  if (answer !== undefined && (answer.noBody || answer.status < 200 || answer.status === 204 || answer.status === 304)) return NONE;
  if (coding !== undefined) return CHUNKED;
  if (length !== undefined) return { kind: 'length', length: Number(length) };
  return answer === undefined ? NONE : UNTIL_CLOSE;
}
