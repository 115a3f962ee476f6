/** One page of a message's content as a view: text, JSON, form, table, or the list of its parts. */
import type { OpenedMessage, PreviewContent, PreviewView, StoredMessage, Unreadable } from '../ports.js';
import { drawn } from './drawn.js';
import { TEXT_MOST } from './page.js';
import { headView } from './head-view.js';
import { hideNumbers } from './hidden-numbers.js';
import { HEAD, listedParts, type Listed, type Outline } from './part-list.js';
import { plainMarkup } from './plain-markup.js';
import { indexOf, type Showing } from './segments.js';
import { lookAt, type ByteTools } from './walk.js';

export interface Asked {
  readonly part: string | undefined;
  readonly offset: number;
  /** Of markup only what a reader shows. */
  readonly plain?: boolean | undefined;
}
export interface ContentSource {
  readonly message: StoredMessage;
  readonly opened: OpenedMessage;
  readonly tools: ByteTools;
  readonly outline: Outline | undefined;
}

/** Undefined when there is no such part. */
export async function content({ message, opened, tools, outline }: ContentSource, { part: wanted, offset, plain = false }: Asked): Promise<PreviewContent | undefined> {
  const { parts, moreParts, listed } = listedParts(message, outline);
  const answer = (part: string | undefined, view: PreviewView): PreviewContent => ({ parts, moreParts, part, offset, view });
  const name = wanted ?? onlyPart(listed);
  if (name === undefined) return answer(undefined, { kind: 'mail' });
  if (name === HEAD) return answer(name, headView(opened.head, tools));
  const one = listed.find(({ path }) => path === name);
  if (one === undefined) return undefined;
  if (one.why !== undefined) return answer(name, binary(one.why));
  if (one.chain[0] === 'name') return answer(name, namesView(name, outline));
  if (one.holds === true) return answer(name, { kind: 'mail' });
  const page = await lookAt(opened, tools, { part: name, offset, mediaType: one.mediaType });
  if (typeof page === 'string') return answer(name, binary(page));
  if (page.kind === 'names') return answer(name, binary('not-listed'));
  const showing = showingOf(message, tools);
  const view = drawn(page, (index) => page.found[index]?.finding, showing);
  return answer(name, plain && view.kind === 'text' && isMarkup(one) ? plainMarkup(view, offset > 0, showing.hide) : view);
}

export const isMarkup = ({ mediaType }: Pick<Listed, 'mediaType'>): boolean => /^(text\/html|application\/xhtml\+xml)$/.test(mediaType ?? '');

/** The names of a container's members, each on a line of its own, as they are listed. */
function namesView(part: string, outline: Outline | undefined): PreviewView {
  const container = part.slice(0, part.lastIndexOf('/') + 1);
  const names = [...(outline ?? [])].flatMap(([path, { name }]) => (path.startsWith(container) && !path.slice(container.length).includes('/') && name !== undefined ? [name] : []));
  return { kind: 'text', segments: [{ text: names.join('\n').slice(0, TEXT_MOST) }], cautions: [] };
}

export function showingOf(message: StoredMessage, tools: ByteTools): Showing {
  return { index: indexOf(message.findings), hide: hideNumbers(tools.inspectors(() => undefined)) };
}

export function onlyPart(listed: readonly Listed[]): string | undefined {
  const [one] = listed;
  return listed.length === 1 ? one?.path : undefined;
}

const binary = (why: Unreadable): PreviewView => ({ kind: 'binary', why });
