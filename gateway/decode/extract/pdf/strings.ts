/** Collects the texts of whatever pdf.js hands out about a document: annotations, form fields, scripts, outlines. */

/** Texts of one thing taken together; a form of a thousand fields stays far below. */
const MOST_CHARACTERS = 4 * 2 ** 20;
const DEEPEST = 24;
/** Names of pdf.js's own, which say nothing about the document. */
const OWN = new Set(['id', 'annotationType', 'subtype', 'fontName', 'annotationFlags', 'type', 'kidIds', 'color', 'rect']);

/** Every string in `thing`, in its order, a line each; `false` as `whole` when there was more than anyone writes. */
export function stringsIn(thing: unknown): { readonly text: string; readonly whole: boolean } {
  const lines: string[] = [];
  const seen = new Set<object>();
  let room = MOST_CHARACTERS;
  let whole = true;
  const say = (text: string): void => {
    if (text.trim() === '') return;
    if (text.length > room) whole = false;
    if (room > 0) lines.push(text.slice(0, room));
    room -= text.length;
  };
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === 'string') say(value);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !seen.has(value)) {
      if (depth > DEEPEST || room <= 0) {
        whole = false;
        return;
      }
      seen.add(value);
      const entries: Iterable<readonly [unknown, unknown]> = value instanceof Map ? value.entries() : Object.entries(value);
      for (const [name, one] of entries) {
        if (typeof name === 'string' && OWN.has(name)) continue;
        // Names of form fields are chosen by people.
        if (typeof name === 'string' && !Array.isArray(value) && /\d{5}/.test(name)) say(name);
        visit(one, depth + 1);
      }
    }
  };
  visit(thing, 0);
  return { text: [...new Set(lines)].join('\n'), whole };
}
