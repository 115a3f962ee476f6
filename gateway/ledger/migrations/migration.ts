/** What a change of the schema is, and what it says about the programs before it. */
import type { Kysely } from 'kysely';

export interface LedgerMigration {
  up(db: Kysely<unknown>): Promise<void>;
  /**
   * Left out: every older program works on as before, which test/gateway/ledger/rolling-upgrade holds it to. Else the name of
   * the migration that a program must know to work with this one; older ones refuse to start (docs/fleet.md, "Rolling upgrade").
   */
  readonly needs?: string;
}

export type LedgerMigrations = Readonly<Record<string, LedgerMigration>>;
