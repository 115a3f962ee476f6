/** Live changes for many consoles at once: gathered for a second, bounded per client and in all, and told only within each client's scope. */
import type { ChangeFeed, HeldState, QueueCounts, ScopeMarks } from '../ports.js';

export interface HubClient {
  /** Whoever it is; one account may have so many streams, and a newer one ends the oldest. */
  readonly owner: string;
  readonly scope: ScopeMarks | undefined;
  readonly accountId: string | undefined;
  /** Asked at every heartbeat: signed out, disabled or without the right, and the stream ends. */
  stillMay(): Promise<boolean>;
}
export interface HubPorts {
  readonly feed: ChangeFeed;
  readonly visible: (ids: readonly string[], scope: ScopeMarks | undefined) => Promise<ReadonlySet<string>>;
  readonly counts: (client: Pick<HubClient, 'scope' | 'accountId'>) => Promise<QueueCounts>;
  /** Calls `tick` every so many milliseconds; answers with how to stop it. */
  readonly every: (milliseconds: number, tick: () => void) => () => void;
}
export interface EventsHub {
  /** Undefined when there are too many. The stream ends by itself when its client may no longer listen. */
  open(client: HubClient): AsyncIterable<Uint8Array> | undefined;
  readonly clients: number;
  close(): void;
}

/** Changes within a second go out together: a person does not see them apart, and a flood of holds is one question to the ledger. */
const TICK_MS = 1_000;
const BEATS_EVERY = 15;
const CLIENTS_MOST = 200;
const STREAMS_EACH = 4;
/** A client that does not read is let go; it comes back and looks again. */
const UNREAD_MOST = 64;
/** More changes than this at once are told as one: look again. */
const TOLD_MOST = 200;
const RETRY = 'retry: 3000\n\n';

interface Open extends HubClient {
  readonly send: (text: string) => void;
  readonly end: () => void;
  beats: number;
}

export function eventsHub(ports: HubPorts): EventsHub {
  const open = new Set<Open>();
  let changed = new Map<string, HeldState>();
  let isUnknown = false;
  let busy = false;
  let isClosed = false;
  const unsubscribe = ports.feed.subscribe((change) => {
    if (open.size === 0) return;
    if (change === undefined || changed.size >= TOLD_MOST) isUnknown = true;
    else changed.set(change.id, change.state);
  });

  /** The same question is asked once for all who have the same scope. */
  const once = <T>(ask: (client: Open) => Promise<T>, key: (client: Open) => string): ((client: Open) => Promise<T>) => {
    const asked = new Map<string, Promise<T>>();
    return (client) => {
      const name = key(client);
      const known = asked.get(name) ?? ask(client);
      asked.set(name, known);
      return known;
    };
  };

  const tell = async (): Promise<void> => {
    if (changed.size === 0 && !isUnknown) return;
    const changes = changed;
    const unknown = isUnknown;
    changed = new Map();
    isUnknown = false;
    const ids = [...changes.keys()];
    const visible = once((client) => (client.scope === undefined ? Promise.resolve(new Set(ids)) : ports.visible(ids, client.scope)), ({ scope }) => JSON.stringify(scope ?? null));
    const counts = once(ports.counts, ({ scope, accountId }) => JSON.stringify([scope ?? null, accountId ?? null]));
    for (const client of [...open]) {
      const seen = await visible(client);
      if (seen.size === 0 && !unknown) continue;
      for (const [id, state] of changes) if (seen.has(id)) client.send(event('message-changed', { id, state }));
      client.send(event('held-changed', { ...(await counts(client)), ...(unknown ? { more: true } : {}) }));
    }
  };

  const beat = async (client: Open): Promise<void> => {
    client.beats = 0;
    // Not knowing is not being allowed: the client asks again, and is told why not.
    if (await client.stillMay().catch(() => false)) client.send(': still here\n\n');
    else client.end();
  };

  const tick = async (): Promise<void> => {
    if (busy || open.size === 0) return;
    busy = true;
    try {
      await Promise.all([...open].filter((client) => ++client.beats >= BEATS_EVERY).map(beat));
      await tell();
    } catch {
      // The ledger is away: whoever listens is told to look again once it is back.
      isUnknown = true;
    } finally {
      busy = false;
    }
  };
  const stopTicking = ports.every(TICK_MS, () => void tick());

  return {
    open(client) {
      const own = [...open].filter(({ owner }) => owner === client.owner);
      for (const oldest of own.slice(0, Math.max(0, own.length - STREAMS_EACH + 1))) oldest.end();
      if (isClosed || open.size >= CLIENTS_MOST) return undefined;
      const stream = endless(() => open.delete(entry));
      const entry: Open = { ...client, stillMay: () => client.stillMay(), send: stream.send, end: stream.end, beats: 0 };
      open.add(entry);
      entry.send(RETRY);
      // At once, so that a page that comes back knows what it has missed.
      ports.counts(client).then((counts) => entry.send(event('held-changed', counts)), () => entry.end());
      return stream.body;
    },
    get clients() {
      return open.size;
    },
    close() {
      isClosed = true;
      stopTicking();
      unsubscribe();
      for (const client of [...open]) client.end();
    },
  };
}

function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Bytes that are sent from elsewhere and read as they come; `return` ends it at once, even while a read waits. */
function endless(onEnd: () => void): { readonly body: AsyncIterable<Uint8Array>; readonly send: (text: string) => void; readonly end: () => void } {
  const unread: Uint8Array[] = [];
  let reader: ((result: IteratorResult<Uint8Array, undefined>) => void) | undefined;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    onEnd();
    reader?.({ done: true, value: undefined });
    reader = undefined;
  };
  const send = (text: string): void => {
    if (ended) return;
    const bytes = Buffer.from(text, 'utf8');
    if (reader !== undefined) {
      const waiting = reader;
      reader = undefined;
      waiting({ done: false, value: bytes });
    } else if (unread.push(bytes) > UNREAD_MOST + TOLD_MOST) {
      end();
    }
  };
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    next() {
      const bytes = unread.shift();
      if (bytes !== undefined) return Promise.resolve({ done: false, value: bytes });
      if (ended) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve) => (reader = resolve));
    },
    return() {
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { body: { [Symbol.asyncIterator]: () => iterator }, send, end };
}
