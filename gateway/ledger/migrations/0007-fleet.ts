/** Seventh schema: which vault and which keys belong to this ledger, so that no node with others can take its messages for lost. */
import { sql, type Kysely } from 'kysely';
import type { LedgerMigration } from './migration.js';

const STATEMENTS = [
  // One row. The checks are MACs under the keys and the name of a public one: they tell nothing of what they check.
  `create table fleet (
    id smallint primary key check (id = 1), vault text not null, vault_marked boolean not null,
    fingerprint_check text not null, accounts_check text not null, audit_check text not null, adopted_at timestamptz(3) not null)`,
] as const;

export const fleet: LedgerMigration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
