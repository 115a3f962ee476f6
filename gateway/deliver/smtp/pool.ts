/** Connections to one hop, kept between mails: so many and no more, each to its own sign-in, and none that its server has left. */
import { createHash } from 'node:crypto';
import type { Clock, HopAuth } from '../../ports.js';
import { WeirError } from '../../errors.js';
import type { SmtpConnection } from './connection.js';
import { HopTrouble } from './session.js';

/** Servers wait minutes, those under pressure ten seconds: a kept connection should end on our side. */
const IDLE_MS = 9_000;
/** So that a load balancer behind a name, or a replaced certificate, gets its turn. */
const LIFETIME_MS = 300_000;
/** Mails that may wait for a connection at once; each holds a client of ours meanwhile. */
const QUEUE_MOST = 1_000;
/** How long `close` lets mails end that are under way. */
const CLOSE_MS = 2_000;
/** How long a client may think between two recipients, or send its message, while others wait for its connection; at most a fourth of their own wait. */
const REST_MS = 5_000;

export interface Lease {
  readonly connection: SmtpConnection;
  /** Others have used it before: its server may have left it since. */
  readonly reused: boolean;
  /** Nothing is said on it for now: while others wait, `giveBack` is called, once, after a while. It must end in `back`. */
  rest(giveBack: () => void): void;
  /** It is in use again. */
  wake(): void;
  /** Gives it back, for others where it is still good. Safe to call twice. */
  back(): void;
}
export interface Pool {
  /** Rejects with HopTrouble, or with WeirError('shutting-down') after `close`. */
  take(options?: { readonly auth?: HopAuth | undefined; readonly signal?: AbortSignal | undefined; /** Never one that was kept. */ readonly fresh?: boolean }): Promise<Lease>;
  readonly size: number;
  close(): Promise<void>;
}
export interface PoolOptions {
  readonly open: (auth: HopAuth | undefined, signal: AbortSignal | undefined) => Promise<SmtpConnection>;
  readonly maxConnections: number;
  /** How long a mail waits for another's connection. */
  readonly waitMs: number;
  readonly clock: Clock;
}

interface Kept {
  readonly connection: SmtpConnection;
  readonly key: string;
  readonly bornAt: number;
  timer: NodeJS.Timeout | undefined;
}

/** Different people never share a signed-in connection; the key is no password. */
function keyOf(auth: HopAuth | undefined): string {
  return auth === undefined ? '' : createHash('sha256').update(JSON.stringify([auth.user, auth.password])).digest('base64');
}

export function connectionPool({ open, maxConnections, waitMs, clock }: PoolOptions): Pool {
  const idle: Kept[] = [];
  const line = new Set<() => void>();
  // Every connection that counts.
  const places = new Set<SmtpConnection>();
  // In the order in which they came to rest.
  const resting = new Map<SmtpConnection, { readonly since: number; readonly giveBack: () => void }>();
  const restMs = Math.min(REST_MS, waitMs / 4);
  let looksAgain: NodeJS.Timeout | undefined;
  let size = 0;
  let closed = false;

  /** Those who wait get the connections of those who have let theirs rest for long. */
  const reclaim = (): void => {
    clearTimeout(looksAgain);
    let wanted = line.size;
    for (const [connection, { since, giveBack }] of resting) {
      if (wanted === 0) return;
      const left = since + restMs - clock.now();
      if (left > 0) {
        looksAgain = setTimeout(reclaim, left);
        looksAgain.unref();
        return;
      }
      resting.delete(connection);
      wanted -= 1;
      giveBack();
    }
  };

  const next = (): void => {
    const [first] = line;
    if (first === undefined) return;
    line.delete(first);
    first();
  };
  const freed = (): void => {
    size -= 1;
    next();
  };
  const unkept = (one: Kept): void => {
    clearTimeout(one.timer);
    const at = idle.indexOf(one);
    if (at !== -1) idle.splice(at, 1);
  };
  const keep = (connection: SmtpConnection, key: string, bornAt: number): void => {
    const one: Kept = { connection, key, bornAt, timer: undefined };
    one.timer = setTimeout(() => {
      unkept(one);
      connection.quit();
    }, IDLE_MS);
    one.timer.unref();
    idle.push(one);
    void connection.ended.then(() => unkept(one));
    next();
  };
  const lease = (connection: SmtpConnection, key: string, bornAt: number, reused: boolean): Lease => {
    let given = false;
    return {
      connection, reused,
      rest(giveBack) {
        if (given) return;
        resting.set(connection, { since: clock.now(), giveBack });
        if (line.size > 0) reclaim();
      },
      wake: () => void resting.delete(connection),
      back() {
        if (given) return;
        given = true;
        resting.delete(connection);
        if (!connection.alive) return;
        if (closed || clock.now() - bornAt >= LIFETIME_MS) connection.quit();
        else if (!connection.open) keep(connection, key, bornAt);
        // Only a mail that was not sent has left something behind.
        else
          connection.say('RSET').then(
            ({ code }) => {
              connection.open = false;
              if (code === 250 && !closed) keep(connection, key, bornAt);
              else connection.quit();
            },
            () => undefined,
          );
      },
    };
  };
  const turn = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      if (line.size >= QUEUE_MOST) { reject(new HopTrouble('busy')); return; }
      const gone = (): void => {
        done();
        reject(new HopTrouble('busy'));
      };
      const go = (): void => {
        done();
        resolve();
      };
      const late = setTimeout(gone, waitMs);
      const done = (): void => {
        clearTimeout(late);
        line.delete(go);
        signal?.removeEventListener('abort', gone);
      };
      signal?.addEventListener('abort', gone, { once: true });
      line.add(go);
      reclaim();
    });

  return {
    get size() { return size; },
    async take({ auth, signal, fresh = false } = {}) {
      const key = keyOf(auth);
      for (;;) {
        if (closed) throw new WeirError('shutting-down');
        const kept = fresh ? undefined : idle.findLast((one) => one.key === key && one.connection.alive);
        if (kept !== undefined) {
          unkept(kept);
          return lease(kept.connection, key, kept.bornAt, true);
        }
        if (size >= maxConnections) {
          // Kept for somebody else: its place is worth more than itself.
          const [oldest] = idle;
          if (oldest === undefined) {
            await turn(signal);
            continue;
          }
          unkept(oldest);
          oldest.connection.quit();
          // Its place is free at once; the server learns of its end within moments.
          size -= 1;
          places.delete(oldest.connection);
        }
        size += 1;
        try {
          const connection = await open(auth, signal);
          places.add(connection);
          void connection.ended.then(() => {
            if (places.delete(connection)) freed();
          });
          return lease(connection, key, clock.now(), false);
        } catch (thrown) {
          freed();
          throw thrown;
        }
      }
    },
    async close() {
      closed = true;
      clearTimeout(looksAgain);
      resting.clear();
      for (const wake of [...line]) wake();
      for (const one of idle.splice(0)) {
        clearTimeout(one.timer);
        one.connection.quit();
      }
      let late: NodeJS.Timeout | undefined;
      await Promise.race([Promise.all([...places].map(({ ended }) => ended)), new Promise((resolve) => (late = setTimeout(resolve, CLOSE_MS)))]);
      clearTimeout(late);
      for (const connection of places) connection.destroy();
    },
  };
}
