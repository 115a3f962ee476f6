/** Brings outbox, vault and ledger back together after crashes: nothing forgotten, nothing kept that belongs to nobody (HC 30). */
import type { Outbox } from '../gateway/ledger/outbox.js';
import type { SweepLedger } from '../gateway/ledger/sweep-ledger.js';
import type { Clock, ExchangeId, Vault } from '../gateway/ports.js';
import type { Carrier } from './carrier.js';
import { handOver } from './dispatch.js';

/** A row open this long without being carried, or since it was, is handed over again. */
const STUCK_MS = 60_000;
/**
 * A vault file without a message may belong to a hold whose commit is under way: every wait in that path ends within a
 * minute, this is many of them. Counted from when it was first seen without one, since a slow upload makes its id old.
 */
const ORPHAN_MS = 15 * 60_000;
const PAGE = 500;

export interface Reconciled {
  readonly carried: number;
  readonly orphans: number;
  readonly lost: number;
}

export interface ReconcileOptions {
  readonly outbox: Outbox;
  readonly carrier: Pick<Carrier, 'enqueue'>;
  readonly ledger: SweepLedger;
  readonly vault: Pick<Vault, 'list' | 'shred'>;
  readonly clock: Clock;
  /** Mends what other tables expect of the outbox. */
  readonly adopt?: (() => Promise<unknown>) | undefined;
}

/** One object per process: it remembers since when a file has had no message. */
export function reconciler(options: ReconcileOptions): () => Promise<Reconciled> {
  const { outbox, carrier, ledger, vault, clock } = options;
  let orphanSince = new Map<ExchangeId, number>();

  const recarry = async (): Promise<number> => {
    const rows = await outbox.stuck(STUCK_MS, PAGE);
    await handOver(rows, { outbox, carrier });
    return rows.length;
  };

  /** Messages first, files second: a file is there before its message, so a message without a file has lost it. */
  const sweep = async (): Promise<{ orphans: number; lost: number }> => {
    const open: ExchangeId[] = [];
    for (let page = await ledger.open('', PAGE); page.length > 0; page = await ledger.open(page.at(-1) ?? '', PAGE)) open.push(...page);
    const files = new Set<ExchangeId>();
    for await (const id of vault.list()) files.add(id);
    const missing = open.filter((id) => !files.has(id));
    for (const id of missing) await ledger.lost(id);
    return { orphans: (await finishClaimed()) + (await destroyOrphans([...files])), lost: missing.length };
  };

  /** A run that died between claim and record: the id is taken for good, so its file may go without another wait. */
  const finishClaimed = async (): Promise<number> => {
    const claimed = await ledger.claimed();
    for (const id of claimed) await destroyOrphan(id);
    return claimed.length;
  };

  const destroyOrphan = async (id: ExchangeId): Promise<void> => {
    await vault.shred(id);
    await ledger.orphanDestroyed(id);
  };

  const destroyOrphans = async (files: readonly ExchangeId[]): Promise<number> => {
    const seen = new Map<ExchangeId, number>();
    for (let at = 0; at < files.length; at += PAGE) {
      for (const id of await ledger.without(files.slice(at, at + PAGE))) seen.set(id, orphanSince.get(id) ?? clock.now());
    }
    orphanSince = seen;
    let destroyed = 0;
    for (const [id, since] of seen) {
      if (clock.now() - since < ORPHAN_MS || !(await ledger.claimOrphan(id))) continue;
      await destroyOrphan(id);
      seen.delete(id);
      destroyed++;
    }
    return destroyed;
  };

  return async () => {
    await options.adopt?.();
    const carried = await recarry();
    return { carried, ...(await sweep()) };
  };
}
