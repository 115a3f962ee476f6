/** What every act on people shares: one lock, rows as the ports name them, and the end of the set-up phase. */
import { sql, type Selectable } from 'kysely';
import { ADMINISTRATORS, type Account, type Grant, type GrantFacts, type Role } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { AccountsTable, GrantsTable } from './people-tables.js';
import type { Db, Trx } from './tables.js';

/** First key of our advisory lock ("WEIP"): acts on people are rare, and each rule looks at several rows. */
const LOCK_SPACE = 0x57454950;

export type AccountRow = Selectable<AccountsTable>;
export type GrantRow = Selectable<GrantsTable>;

/** One act on accounts or grants at a time, in every process: what a rule has read stays true until the commit. */
export async function lockPeople(trx: Trx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK_SPACE}::int, 0)`.execute(trx);
}

export function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    name: row.name,
    displayName: row.display_name,
    email: row.email ?? undefined,
    language: row.language ?? undefined,
    state: row.state,
    enrolled: row.enrolled_at !== null,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at ?? undefined,
  };
}

export function grantOf(row: GrantRow & { readonly name: string }): Grant {
  return {
    id: row.id,
    accountId: row.account_id,
    accountName: row.name,
    role: row.role,
    scope: row.scope ?? undefined,
    mayOpen: row.may_open,
    state: row.state,
    setUp: row.set_up,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    endedBy: row.ended_by ?? undefined,
    endedAt: row.ended_at ?? undefined,
  };
}

export const factsOf = (row: GrantRow): GrantFacts => ({ role: row.role, scope: row.scope ?? undefined, mayOpen: row.may_open });

export async function activeGrants(db: Db, accountId: string): Promise<readonly GrantRow[]> {
  return await db.selectFrom('grants').selectAll().where('account_id', '=', accountId).where('state', '=', 'active').orderBy('id').execute();
}

/** How many other people hold the role and can sign in. */
export async function othersWith(db: Db, role: Role, accountId: string): Promise<number> {
  const row = await db
    .selectFrom('grants')
    .innerJoin('accounts', 'accounts.id', 'grants.account_id')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('grants.role', '=', role)
    .where('grants.state', '=', 'active')
    .where('accounts.state', '=', 'active')
    .where('accounts.enrolled_at', 'is not', null)
    .where('accounts.id', '<>', accountId)
    .executeTakeFirst();
  return row?.count ?? 0;
}

export async function setUpEnded(db: Db): Promise<boolean> {
  const row = await db.selectFrom('people').select('set_up_ended_at').executeTakeFirst();
  // A row that is gone was taken by hand: the phase in which one token may do everything is over.
  return row === undefined || row.set_up_ended_at !== null;
}

/** Once the three administrators are active at the same time the phase ends, for good. */
export async function endSetUpWhenDue(trx: Trx, audit: AuditWriter, now: Date): Promise<void> {
  if (await setUpEnded(trx)) return;
  const held = await trx
    .selectFrom('grants')
    .innerJoin('accounts', 'accounts.id', 'grants.account_id')
    .select('grants.role')
    .distinct()
    .where('grants.state', '=', 'active')
    .where('grants.role', 'in', ADMINISTRATORS)
    .where('accounts.state', '=', 'active')
    .where('accounts.enrolled_at', 'is not', null)
    .execute();
  if (held.length < ADMINISTRATORS.length) return;
  await trx.updateTable('people').set({ set_up_ended_at: now }).execute();
  await audit.append(trx, { at: now, actor: 'system', act: 'account.set-up-ended', subject: undefined, data: {} });
}

/** Whoever is signed in with what is no longer so signs in again. */
export async function endSessionsOf(trx: Trx, accountId: string): Promise<number> {
  const ended = await trx.deleteFrom('sessions').where('account_id', '=', accountId).executeTakeFirst();
  return Number(ended.numDeletedRows);
}
