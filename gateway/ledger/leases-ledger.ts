/** Leases: what one process of a fleet does for all of them. A holder that dies loses its lease by the database's clock. */
import { sql } from 'kysely';
import type { Clock } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import { CLOCK_OFF_MS } from './postgres-server.js';

export interface Leases {
  /** Takes, or renews, the lease for so long; false while somebody else's lasts. */
  hold(name: string, holder: string, ttlMs: number): Promise<boolean>;
  /** Gives it up at once, so that nobody waits for its end. */
  release(name: string, holder: string): Promise<void>;
  /** Who holds it now. */
  holder(name: string): Promise<string | undefined>;
}

/** Time is the database's: the clocks of a fleet's machines differ. Whose `clock` is far from it gets no lease: what is done by its time would be done wrongly for all. */
export function leases({ database, clock }: { readonly database: LedgerDatabase; readonly clock?: Clock }): Leases {
  const ends = (ttlMs: number) => sql<Date>`clock_timestamp() + ${ttlMs}::float8 * interval '1 millisecond'`;
  const right = () => (clock === undefined ? sql`true` : sql`abs(extract(epoch from clock_timestamp()) * 1000 - ${clock.now()}::float8) <= ${CLOCK_OFF_MS}::float8`);
  return {
    async hold(name, holder, ttlMs) {
      return await database.transact(async (trx) => {
        const { rows } = await sql<{ name: string }>`
          insert into leases as held (name, holder, until) select ${name}, ${holder}, ${ends(ttlMs)} where ${right()}
          on conflict (name) do update set holder = excluded.holder, until = excluded.until
          where held.holder = excluded.holder or held.until <= clock_timestamp() returning name`.execute(trx);
        return rows.length > 0;
      });
    },
    async release(name, holder) {
      await database.transact((trx) => trx.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute());
    },
    async holder(name) {
      const row = await database.read((db) => db.selectFrom('leases').select('holder').where('name', '=', name).where('until', '>', sql<Date>`clock_timestamp()`).executeTakeFirst());
      return row?.holder;
    },
  };
}

export interface StandingLease {
  /** True only while nobody else can hold it. */
  held(): boolean;
  /** Asks now instead of at the next turn; answers like `held`. */
  renew(): Promise<boolean>;
  /** Gives it up. */
  stop(): Promise<void>;
}

/** Another process takes over this long after a holder's death. */
export const LEASE_TTL_MS = 30_000;
/** Three chances to renew before it ends. */
const RENEWALS = 3;

/**
 * A lease that renews itself. `held` counts from before the question was sent, so that it ends here before it can end in the database;
 * a database that is away ends it as well: nothing that runs once could be written down then.
 */
export function standingLease(options: {
  readonly leases: Leases;
  readonly name: string;
  readonly holder: string;
  readonly ttlMs?: number | undefined;
  readonly onChange?: ((held: boolean) => void) | undefined;
  /** Milliseconds that only go forward. */
  readonly stopwatch?: (() => number) | undefined;
}): StandingLease {
  const { leases: book, name, holder, onChange } = options;
  const ttlMs = options.ttlMs ?? LEASE_TTL_MS;
  const stopwatch = options.stopwatch ?? (() => performance.now());
  let until = -Infinity;
  let before = false;
  let stopped = false;
  let asking: Promise<boolean> | undefined;
  const held = (): boolean => !stopped && stopwatch() < until;
  const tell = (): boolean => {
    const now = held();
    if (now !== before) onChange?.(now);
    before = now;
    return now;
  };
  const ask = async (): Promise<boolean> => {
    const asked = stopwatch();
    try {
      until = (await book.hold(name, holder, ttlMs)) ? asked + ttlMs : -Infinity;
    } catch {
      // Ends by itself at `until`; the database's failure shows elsewhere.
    }
    return tell();
  };
  const renew = (): Promise<boolean> => (stopped ? Promise.resolve(false) : (asking ??= ask().finally(() => (asking = undefined))));
  const timer = setInterval(() => void renew(), ttlMs / RENEWALS);
  timer.unref();
  void renew();
  return {
    held,
    renew,
    async stop() {
      if (stopped) return;
      clearInterval(timer);
      await asking;
      stopped = true;
      tell();
      // Away: it ends by itself.
      await book.release(name, holder).catch(() => undefined);
    },
  };
}
