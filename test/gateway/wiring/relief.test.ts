/** What the gateway knows of exceptions and bypasses while the database comes and goes, and whom it believes a sender to be. */
import { describe, expect, it } from '@jest/globals';
import { httpRoutes } from '../../../config/routes.js';
import { configSchema, type Config, type HttpRoute } from '../../../config/schema.js';
import type { ActiveBypass, ActiveException, Facts } from '../../../gateway/ports.js';
import { reliefFeed, senderKey, trustOf } from '../../../gateway/wiring/relief.js';
import { manualClock } from '../../kit/clock.js';
import { facts } from '../policy/kit.js';

const KEY = Buffer.from('key');
const configOf = (from: object): Config => configSchema.parse({ version: 1, routes: [{ id: 'mail', match: {}, upstream: 'demo', policy: 'p', facts: from }], policies: { p: { rules: [] } } });
const route = (from: object): HttpRoute => {
  const [first] = httpRoutes(configOf(from));
  if (first === undefined) throw new Error('no route');
  return first;
};
const quiet = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

describe('whom an exception can be bound to', () => {
  it('is nobody that only the content names: a body field, a form field, a query, a password nobody has checked', () => {
    for (const source of [{ json: 'from' }, { form: 'from' }, { query: 'from' }, { basic: true }, { header: 'x-user', trusted: false }]) {
      expect(trustOf(route({ user: source, sender: source }))).toEqual({ user: false, sender: false });
    }
  });

  it('is whom a trusted proxy, a signed token or a verified certificate names', () => {
    for (const source of [{ header: 'x-user' }, { clientCertificate: true }, { jwt: { claim: 'sub', key: { env: 'K' } } }]) {
      expect(trustOf(route({ user: source })).user).toBe(true);
    }
    expect(trustOf(route({ user: [{ header: 'x-user' }, { json: 'from' }] })).user).toBe(false);
  });

  it('is told apart by kind, and never by what a message says of itself', () => {
    const proven = senderKey(facts({ user: '10.1.2.3' }), { user: true, sender: false }, KEY);
    const address = senderKey(facts({ user: '10.1.2.3' }), { user: false, sender: false }, KEY);
    expect(proven).toMatch(/^user:[0-9a-f]{32}$/);
    expect(address).toMatch(/^address:[0-9a-f]{32}$/);
    expect(senderKey(facts({ sender: 'a' }), { user: false, sender: false }, KEY)).toBe(senderKey(facts({ sender: 'b' }), { user: false, sender: false }, KEY));
    expect(senderKey(facts({ direction: 'response' }), { user: true, sender: true }, KEY)).toBeUndefined();
  });
});

describe('the gateway’s copy of exceptions and bypasses', () => {
  const one = (expiresAt: number): ActiveException => ({ id: 'x1', fingerprints: ['a'], conclusive: false, expiresAt });
  const stand = (from: { exceptions: ActiveException[]; bypasses: ActiveBypass[]; away: boolean }) => {
    const clock = manualClock();
    const ask = <T>(give: () => T): Promise<T> => (from.away ? Promise.reject(new Error('away')) : Promise.resolve(give()));
    const feed = reliefFeed({
      exceptions: { active: () => ask(() => from.exceptions) },
      bypasses: { active: () => ask(() => from.bypasses) },
      config: configOf({}), key: KEY, clock, log: quiet, everyMs: 1_000_000,
    });
    return { feed, clock };
  };

  it('outlives a lost database, each exception and each bypass to its own end and no longer', async () => {
    const from = { exceptions: [] as ActiveException[], bypasses: [] as ActiveBypass[], away: false };
    const { feed, clock } = stand(from);
    from.exceptions = [one(clock.now() + 1_000)];
    from.bypasses = [{ id: 'b1', route: 'mail', endsAt: clock.now() + 2_000 }];
    await feed.refresh();
    from.away = true;
    await feed.refresh();
    expect(feed.forExchange('mail', facts())).toMatchObject({ exceptions: [{ id: 'x1' }], bypass: 'b1' });
    clock.advance(1_000);
    expect(feed.forExchange('mail', facts())).toMatchObject({ exceptions: [], bypass: 'b1' });
    clock.advance(1_000);
    expect(feed.forExchange('mail', facts()).bypass).toBeUndefined();
    expect(feed.bypasses()).toEqual([]);
    await feed.stop();
  });

  it('has none that it has never seen', async () => {
    const from = { exceptions: [one(Number.MAX_SAFE_INTEGER)], bypasses: [{ id: 'b1', route: 'mail', endsAt: Number.MAX_SAFE_INTEGER }], away: true };
    const { feed } = stand(from);
    await feed.refresh();
    expect(feed.forExchange('mail', facts())).toMatchObject({ exceptions: [], bypass: undefined });
    await feed.stop();
  });
});

describe('the sender of a mail', () => {
  const listening = (clients: readonly string[]): Config =>
    configSchema.parse({ version: 1, listen: { smtp: [{ id: 'mail', clients }] }, routes: [{ id: 'out', channel: 'smtp', upstream: 'demo', policy: 'p' }], policies: { p: { rules: [] } } });
  const keyIn = (clients: readonly string[], over: Partial<Facts> = {}): string | undefined => {
    const feed = reliefFeed({ exceptions: { active: () => Promise.resolve([]) }, bypasses: { active: () => Promise.resolve([]) }, config: listening(clients), key: KEY, clock: manualClock(), log: quiet, everyMs: 1_000_000 });
    return feed.forExchange('out', facts({ channel: 'smtp', route: 'out', user: undefined, mail: { listener: 'mail', headerSenders: ['boss@corp.example'], recipientCount: 1, attachments: [] }, ...over })).senderKey?.split(':')[0];
  };

  it('is the account that signed in; without one the envelope’s, where each client was named by its own address; else the client', () => {
    expect(keyIn(['10.0.0.0/8'], { user: 'scanner' })).toBe('user');
    expect([keyIn(['10.1.2.3', '10.1.2.4/32', 'fd00::1/128']), keyIn(['127.0.0.0/8', '::1/128'])]).toEqual(['sender', 'sender']);
    expect([keyIn(['10.1.2.3', '10.1.0.0/16']), keyIn(['fd00::/64'])]).toEqual(['address', 'address']);
  });

  it('is nobody the listener was not started with, and of a null sender the client', () => {
    expect(keyIn(['10.1.2.3'], { mail: { listener: 'other', headerSenders: [], recipientCount: 1, attachments: [] } })).toBe('address');
    expect(keyIn(['10.1.2.3'], { sender: '' })).toBe('address');
  });
});
