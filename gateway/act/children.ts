/** Parts that are opened after the last byte: each in a spool of its own while the body streams, then opened one after the other, within one time for all. */
import { WeirError } from '../errors.js';
import type { ChildBytes, ChildPart, ChildRange, ChildSink, Finding, Inspector, OpenedPart, PartOpener, PartSource, Spool, SpoolFactory, UnscannableReason } from '../ports.js';

/** A part to be written anew in its place, with what is wrapped around it there. */
export interface RewrittenPart extends Pick<ChildRange, 'from' | 'to' | 'wraps'> {
  /** Nothing: there was nothing in it to change. */
  readonly bytes: () => Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** A sender waits no longer for all parts of one body together; the opening of one has its own, shorter bound. */
export const OPENING_MS = 120_000;

export interface ChildPorts {
  /** Without it containers are `unsupported`. */
  readonly opener?: PartOpener | undefined;
  readonly openingMs?: number | undefined;
  /** Who sent the body, so that one sender's files do not keep those of others waiting. */
  readonly asker?: string | undefined;
  readonly spools: SpoolFactory;
  /** Where a part's bytes can be read anyway: such a part is not spooled. */
  readonly direct?: ((part: ChildPart) => PartSource | undefined) | undefined;
}

export interface Children {
  /** Takes what was put aside since the last call; where there is any, answers with what to wait for until it is spooled. */
  take(): Promise<void> | undefined;
  /** After the last byte; `onFound` is told of each finding as well, and `given` ends it early, as its time does. What cannot be opened is told to the inspector with its reason: this never fails for what is in a part. */
  open(onFound?: (finding: Finding) => void, given?: AbortSignal): Promise<void> | undefined;
  /** Parts in which something is wanted, to be written anew in their places; each may be asked for again. */
  replacements(wanted: (finding: Finding) => boolean): readonly RewrittenPart[];
  /** Nothing in the parts will be asked for again. Safe to call twice. */
  close(): Promise<void> | undefined;
}

interface Put {
  readonly spool: Spool | undefined;
  readonly source: PartSource;
  whole: boolean;
  opened?: OpenedPart;
}

export function childParts(ports: ChildPorts, inspector: Inspector): Children {
  const { opener, spools, openingMs = OPENING_MS, asker } = ports;
  // Most bodies carry nothing that is put aside.
  let put: Map<number, Put> | undefined;
  let closed = false;

  async function openOne(part: ChildPart, one: Put, signal: AbortSignal, onFound: (finding: Finding) => void): Promise<void> {
    const isReplaceable = inspector.childRanges.some(({ child, replaceable }) => child === part.child && replaceable);
    const told = guarded(inspector.childSink(part.child), (finding) => onFound(isReplaceable ? finding : { ...finding, maskable: false }));
    try {
      if (opener === undefined || !one.whole) throw new WeirError('internal');
      const opening = opener.open(part, one.source, told.sink, signal, asker);
      const opened = await within(opening, signal, (late) => late.close());
      if (opened === undefined) {
        told.fail(part, 'timeout', 'opening', one.source.size);
        return;
      }
      one.opened = opened;
    } catch {
      told.fail(part, 'failed', 'opening', one.source.size);
    } finally {
      told.end();
    }
    // Only what may be written anew is needed again.
    if (one.opened?.rewrite === undefined || !told.found) await letGo(one);
  }

  function placeFor(part: ChildPart | undefined): Put {
    const source = part === undefined ? undefined : ports.direct?.(part);
    if (source !== undefined) return { spool: undefined, source, whole: false };
    const spool = spools.create();
    return { spool, source: sourceOf(spool), whole: false };
  }

  async function putAside(aside: readonly ChildBytes[]): Promise<void> {
    const all = (put ??= new Map<number, Put>());
    for (const { child, bytes, last } of aside) {
      let one = all.get(child);
      if (one === undefined) all.set(child, (one = placeFor(inspector.children[child])));
      await one.spool?.write(bytes);
      if (last) one.whole = true;
    }
  }

  async function openAll(onFound: (finding: Finding) => void, given: AbortSignal | undefined): Promise<void> {
    const stop = new AbortController();
    const signal = given === undefined ? stop.signal : AbortSignal.any([stop.signal, given]);
    const timer = setTimeout(() => stop.abort(), openingMs);
    try {
      for (const part of inspector.children) {
        const one = put?.get(part.child);
        if (one !== undefined) await openOne(part, one, signal, onFound);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async function closeAll(): Promise<void> {
    for (const one of put?.values() ?? []) await letGo(one);
  }

  return {
    take() {
      const aside = inspector.takeChildBytes();
      return aside.length === 0 ? undefined : putAside(aside);
    },
    open: (onFound = () => undefined, given) => (put === undefined ? undefined : openAll(onFound, given)),
    replacements: (wanted) =>
      put === undefined
        ? []
        : inspector.childRanges.flatMap(({ child, from, to, wraps, replaceable }): RewrittenPart[] => {
            const opened = put?.get(child)?.opened;
            if (!replaceable || opened?.rewrite === undefined) return [];
            return [{ from, to, wraps, bytes: async () => opened.rewrite?.(wanted) }];
          }),
    close() {
      if (closed || put === undefined) return undefined;
      closed = true;
      return closeAll();
    },
  };
}

async function letGo(one: Put): Promise<void> {
  const { opened } = one;
  delete one.opened;
  try {
    await opened?.close();
  } finally {
    await one.spool?.close();
  }
}

function sourceOf(spool: Spool): PartSource {
  return {
    get size() {
      return spool.size;
    },
    async read(offset, length) {
      if (offset < 0 || length < 0 || offset + length > spool.size) throw new RangeError('read beyond the part');
      return spool.read(offset, length);
    },
  };
}

/** What comes after the end is not taken in any more: the evidence has been looked at. */
function guarded(sink: ChildSink, onFound: (finding: Finding) => void): { readonly sink: ChildSink; readonly found: boolean; fail(part: ChildPart, reason: UnscannableReason, detail: string, bytes: number): void; end(): void } {
  let over = false;
  let found = false;
  return {
    sink: {
      found(finding) {
        if (over) return;
        found = true;
        sink.found(finding);
        onFound(finding);
      },
      unscannable: (one) => {
        if (!over) sink.unscannable(one);
      },
      line: (line) => {
        if (!over) sink.line(line);
      },
    },
    get found() {
      return found;
    },
    fail: ({ part }, reason, detail, bytes) => sink.unscannable({ part, reason, bytes, detail }),
    end() {
      over = true;
    },
  };
}

/** `undefined` when the signal comes first; what still arrives is given to `late`. */
async function within<T>(work: Promise<T>, signal: AbortSignal, late: (value: T) => Promise<void>): Promise<T | undefined> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    const first = await Promise.race([work.then((value) => ({ value })), aborted]);
    if (first !== undefined) return first.value;
    // Nobody waits for it any more; a failure of it is covered by the timeout.
    work.then(late, () => undefined).catch(() => undefined);
    return undefined;
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
