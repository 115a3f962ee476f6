/** What the parts of a message are called: headers of mails and forms, and names in containers. Masked where they are read. */
import type { Caution, LookedNames, PartLook } from '../ports.js';
import { tapped } from './leaf-tap.js';
import { headerName, shownName, type NameTools } from './part-names.js';

/** A part's header is kept to read its name; longer ones are malformed anyway. */
const HEADER_MOST = 16 * 1024;
/** As many as a receipt lists of parts, several times over. */
const NAMES_MOST = 1_000;
const HEADER = '/header';

type Name = LookedNames['names'][number] & { readonly cautions: readonly Caution[] };

export function namesLook(tools: NameTools): PartLook {
  const headers = new Map<string, Buffer>();
  const names = new Map<string, Name>();
  const put = (part: string, name: Omit<Name, 'part'>): void => {
    if (names.size < NAMES_MOST) names.set(part, { part, ...name });
  };
  return {
    leaf: (inner) =>
      tapped(inner, ({ part, shown }) => {
        if (shown !== 'header' || !part.endsWith(HEADER) || headers.size >= NAMES_MOST) return undefined;
        // An attached mail has two: that of its part, and its own, which speaks for its text.
        const speaksFor = headers.has(part) ? `${part.slice(0, -HEADER.length)}/text` : part;
        if (headers.has(speaksFor)) return undefined;
        let start = -1;
        let kept = Buffer.alloc(0);
        headers.set(speaksFor, kept);
        return {
          bytes(bytes, at) {
            if (start < 0) start = at;
            if (kept.length < HEADER_MOST) kept = Buffer.concat([kept, bytes.subarray(0, HEADER_MOST - kept.length)]);
            headers.set(speaksFor, kept);
          },
          found: () => undefined,
          mask: ({ at, bytes }) => {
            const from = at - start;
            if (from >= 0 && from < kept.length) kept.set(bytes.subarray(0, kept.length - from), from);
          },
          judged(_to, last) {
            if (!last) return;
            headers.set(speaksFor, Buffer.alloc(0));
            const name = headerName(kept, tools);
            if (name.name !== undefined || name.mediaType !== undefined) put(speaksFor, name);
          },
        };
      }),
    found: () => undefined,
    named: (part, name) => put(part, shownName(name, tools)),
    enough: false,
    answer: () => ({ kind: 'names', names: [...names.values()] }),
  };
}
