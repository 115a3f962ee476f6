/** Live changes: gathered, bounded, within scope, and over when a client may no longer listen. */
import { describe, expect, it } from '@jest/globals';
import type { MessageChange, ScopeMarks } from '../../../gateway/ports.js';
import { eventsHub, type HubClient } from '../../../gateway/review/events-hub.js';

const BEATS = 15;

function stand() {
  let change: (change: MessageChange | undefined) => void = () => undefined;
  let tick: () => void = () => undefined;
  let asked = 0;
  const hub = eventsHub({
    feed: { subscribe: (listener) => ((change = listener), () => undefined) },
    visible: async (ids, scope: ScopeMarks | undefined) => new Set(ids.filter((id) => id.startsWith(scope?.routes?.[0] ?? ''))),
    counts: async () => {
      asked++;
      return { states: { held: 3 }, mine: 0, unassigned: 3, late: 1 };
    },
    every: (_milliseconds, run) => {
      tick = run;
      return () => (tick = () => undefined);
    },
  });
  /** Lets what a tick began come to its end. */
  const second = async (): Promise<void> => {
    tick();
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return { hub, change: (one: MessageChange | undefined) => change(one), second, asked: () => asked };
}

const client = (more: Partial<HubClient> = {}): HubClient => ({ owner: 'ann', scope: undefined, accountId: 'ann', stillMay: async () => true, ...more });

function listen(body: AsyncIterable<Uint8Array> | undefined) {
  if (body === undefined) throw new Error('no stream');
  const heard: string[] = [];
  const state = { heard, ended: false };
  void (async () => {
    for await (const bytes of body) heard.push(Buffer.from(bytes).toString('utf8'));
    state.ended = true;
  })();
  return state;
}

describe('a stream of changes', () => {
  it('begins with the counts, and tells of each change and the counts after it', async () => {
    const { hub, change, second } = stand();
    const { heard } = listen(hub.open(client()));
    await second();
    expect(heard).toEqual(['retry: 3000\n\n', 'event: held-changed\ndata: {"states":{"held":3},"mine":0,"unassigned":3,"late":1}\n\n']);
    change({ id: 'w1', state: 'held' });
    change({ id: 'w1', state: 'releasing' });
    await second();
    expect(heard.slice(2)).toEqual(['event: message-changed\ndata: {"id":"w1","state":"releasing"}\n\n', expect.stringContaining('held-changed')]);
    await second();
    expect(heard).toHaveLength(4);
  });

  it('says nothing of what is outside its scope, not even that something changed', async () => {
    const { hub, change, second } = stand();
    const scoped = listen(hub.open(client({ owner: 'bob', scope: { routes: ['mail'] } })));
    const whole = listen(hub.open(client()));
    await second();
    change({ id: 'share-1', state: 'held' });
    await second();
    expect(scoped.heard).toHaveLength(2);
    expect(whole.heard.join('')).toContain('share-1');
  });

  it('asks the ledger once for all who have the same scope, however many changes there are', async () => {
    const { hub, change, second, asked } = stand();
    for (let n = 0; n < 20; n++) listen(hub.open(client({ owner: `p${n}`, accountId: 'same' })));
    await second();
    const before = asked();
    for (let n = 0; n < 1_000; n++) change({ id: `w${n}`, state: 'held' });
    await second();
    expect(asked() - before).toBe(1);
  });

  it('asks everyone to look again when changes may have been missed', async () => {
    const { hub, change, second } = stand();
    const { heard } = listen(hub.open(client()));
    await second();
    change(undefined);
    await second();
    expect(heard.at(-1)).toContain('"more":true');
  });

  it('ends at the next heartbeat when its client has signed out, or nobody can tell', async () => {
    const { hub, second } = stand();
    let signedIn = true;
    const ann = listen(hub.open(client({ stillMay: async () => signedIn })));
    const bob = listen(hub.open(client({ owner: 'bob', stillMay: () => Promise.reject(new Error('the ledger is away')) })));
    for (let n = 0; n < BEATS; n++) await second();
    expect([ann.ended, bob.ended]).toEqual([false, true]);
    expect(ann.heard.at(-1)).toBe(': still here\n\n');
    signedIn = false;
    for (let n = 0; n < BEATS; n++) await second();
    expect(ann.ended).toBe(true);
    expect(hub.clients).toBe(0);
  });

  it('of an account gives way to its newer ones, and there are so many in all', async () => {
    const { hub, second } = stand();
    const first = listen(hub.open(client()));
    for (let n = 0; n < 4; n++) hub.open(client());
    await second();
    expect(first.ended).toBe(true);
    expect(hub.clients).toBe(4);
    for (let n = 0; n < 196; n++) expect(hub.open(client({ owner: `p${n}` }))).toBeDefined();
    expect(hub.open(client({ owner: 'one more' }))).toBeUndefined();
  });

  it('whose client does not read is ended, and frees its place', async () => {
    const { hub, change, second } = stand();
    hub.open(client());
    for (let n = 0; n < 10; n++) {
      for (let i = 0; i < 50; i++) change({ id: `w${n}-${i}`, state: 'held' });
      await second();
    }
    expect(hub.clients).toBe(0);
  });

  it('ends at once when it is left, and all end with the hub, which opens no more', async () => {
    const { hub, second } = stand();
    const left = hub.open(client())?.[Symbol.asyncIterator]();
    await left?.next();
    await left?.next();
    const waiting = left?.next();
    await left?.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(hub.clients).toBe(0);
    const stays = listen(hub.open(client()));
    hub.close();
    await second();
    expect(stays.ended).toBe(true);
    expect(hub.open(client())).toBeUndefined();
  });
});
