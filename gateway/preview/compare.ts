/** What a masked release would send, beside what stands there: both are read, and what is still found in the one that leaves stays. */
import type { ComparedSegment, Comparison, LookedPage, OpenedMessage, StoredMessage, Unreadable } from '../ports.js';
import { onlyPart, showingOf, type Asked, type ContentSource } from './content.js';
import { textRunsOf } from './drawn.js';
import { listedParts, type Listed } from './part-list.js';
import type { Rewritten } from './rewritten.js';
import { segmentsOf, type Showing } from './segments.js';
import { textCautions, visible } from './visible.js';
import { lookAt, type ByteTools } from './walk.js';

/** The body that a masked release sends, to be looked at like any other. */
export function maskedMessage(opened: OpenedMessage, tools: ByteTools): OpenedMessage {
  const { head } = opened;
  if (head.editsLength === 0) return opened;
  return {
    head: { ...head, bodyLength: head.maskedLength ?? head.bodyLength },
    body: () => tools.masked(opened.body(), opened.edits()),
    edits: () => opened.edits(),
    ...(opened.whole === undefined ? {} : { whole: () => opened.whole?.() ?? false }),
    close: () => Promise.resolve(),
  };
}

/** Undefined when there is no such part, or none to choose. */
export async function compare({ message, opened, tools, outline, rewritten }: ContentSource & { readonly rewritten: readonly Rewritten[] }, { part: wanted, offset }: Asked): Promise<Comparison | undefined> {
  const { parts, listed } = listedParts(message, outline);
  const unread = listed.flatMap(({ path, why, unscanned }) => (why === undefined ? [] : [{ path, why, bytes: unscanned }]));
  const name = wanted ?? onlyPart(listed) ?? firstContent(message, listed);
  const nothing: Comparison = { parts, part: name, offset, segments: [], cautions: [], rewritten, unread };
  if (name === undefined) return nothing;
  const one = listed.find(({ path }) => path === name);
  if (one === undefined) return undefined;
  if (one.why !== undefined || one.holds === true || isNames(one)) return nothing;
  const asked = { part: name, offset, mediaType: undefined };
  const before = asText(await lookAt(opened, tools, asked));
  if (typeof before === 'string') return { ...nothing, unread: [...unread, { path: name, why: before, bytes: one.size }] };
  const after = opened.head.editsLength === 0 ? before : asText(await lookAt(maskedMessage(opened, tools), tools, asked));
  // Where nobody can look into what leaves, nothing is said to be masked in it.
  const left = typeof after === 'string' ? before.found : after.found;
  const segments = compared(before, left, showingOf(message, tools));
  return { ...nothing, segments, cautions: textCautions(before.runs.map(({ text }) => text).join('')), ...(before.more === undefined ? {} : { more: before.more }) };
}

function asText(looked: Awaited<ReturnType<typeof lookAt>>): LookedPage | Unreadable {
  if (typeof looked === 'string') return looked;
  return looked.kind === 'names' ? 'not-listed' : { ...looked, kind: 'text' };
}

/** Names leave as they are, or masked with their container. */
const isNames = ({ chain }: Listed): boolean => chain[0] === 'name';

/** The part with most to see. */
function firstContent(message: StoredMessage, listed: readonly Listed[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { part } of message.findings) counts.set(part, (counts.get(part) ?? 0) + 1);
  const shown = listed.filter((one) => one.readable && one.holds !== true && one.size > 0 && !isNames(one) && !one.path.endsWith('/header'));
  const [first] = [...shown].sort((a, b) => (counts.get(b.path) ?? 0) - (counts.get(a.path) ?? 0));
  return first?.path;
}

function compared(page: LookedPage, left: LookedPage['found'], showing: Showing): readonly ComparedSegment[] {
  return textRunsOf(page, (index) => page.found[index]?.finding).flatMap((run, at): readonly ComparedSegment[] => {
    const own = page.found[page.runs[at]?.found ?? -1];
    if (own === undefined) {
      // A number in an encoding, or judged to be something else: no mask reaches it, it leaves as it is.
      return segmentsOf(run, showing).map((one) => (one.masked === true ? { before: one.text, after: one.text, stays: true } : { text: one.text }));
    }
    const { finding, start, end } = own;
    const stays = left.some((one) => one.start < end && one.end > start);
    const place = showing.index(finding);
    return [{ before: finding.preview, after: stays ? finding.preview : visible(run.text), stays, ...(place === undefined ? {} : { finding: place }) }];
  });
}
