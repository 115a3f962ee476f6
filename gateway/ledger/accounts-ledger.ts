/** Accounts and their invitations: every change of who may sign in, with its audit row, under one lock. */
import { sql } from 'kysely';
import type { Account, AccountChange, AccountsLedger, By, Clock, GrantRules, Invitation, NewAccount, NewInvitation } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import { credentialActs } from './credentials-ledger.js';
import type { LedgerDatabase } from './database.js';
import { accountOf, activeGrants, endSessionsOf, endSetUpWhenDue, factsOf, lockPeople, othersWith, setUpEnded, type AccountRow } from './people-rows.js';
import type { Trx } from './tables.js';
import { cleanText } from './text.js';

export interface AccountsLedgerOptions {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly rules: GrantRules;
  readonly newId: () => string;
}

export function accountsLedger(options: AccountsLedgerOptions): AccountsLedger {
  const { database, audit, clock, rules, newId } = options;
  const now = (): Date => new Date(clock.now());
  const note = (trx: Trx, act: string, by: By, id: string, data: Readonly<Record<string, unknown>>): Promise<void> => audit.append(trx, { at: now(), actor: by.actor, act, subject: id, data });

  /** `act` answers with a refusal, or with what was done. */
  const change = async (id: string, states: readonly Account['state'][], act: (trx: Trx, row: AccountRow) => Promise<AccountChange | undefined>): Promise<AccountChange> =>
    await database.transact(async (trx) => {
      await lockPeople(trx);
      const row = await trx.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return { kind: 'not-found' };
      if (!states.includes(row.state)) return { kind: 'wrong-state' };
      const refused = await act(trx, row);
      if (refused !== undefined) return refused;
      return { kind: 'done', account: accountOf(await trx.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirstOrThrow()) };
    });
  /** Nobody ends their own account, or the last one of an administrator's role. */
  const endRefusal = async (trx: Trx, row: AccountRow, by: By): Promise<AccountChange | undefined> => {
    if (by.accountId === row.id) return { kind: 'refused', why: 'own-grant' };
    const ended = await setUpEnded(trx);
    for (const { role } of await activeGrants(trx, row.id)) {
      const why = rules.end(role, await othersWith(trx, role, row.id), ended);
      if (why !== undefined) return { kind: 'refused', why };
    }
    return undefined;
  };

  return {
    ...credentialActs(options),

    async list() {
      const rows = await database.read((db) => db.selectFrom('accounts').selectAll().orderBy('name').execute());
      return rows.map(accountOf);
    },

    create: (account, invitation, by) =>
      database.transact(async (trx) => {
        await lockPeople(trx);
        const row = await insertAccount(trx, { account, id: newId(), by, now: now() });
        if (row === undefined) return { kind: 'name-taken' };
        await insertInvitation(trx, row.id, invitation, by, now());
        await note(trx, 'account.create', by, row.id, { name: row.name, invitation: invitation.kind });
        return { kind: 'done', account: accountOf(row) };
      }),

    invite: (id, invitation, by) =>
      change(id, ['invited', 'active'], async (trx, row) => {
        if (row.state === 'active') {
          const refused = await endRefusal(trx, row, by);
          if (refused !== undefined) return refused;
          await takeCredentials(trx, id, now());
          // Whoever has the link may be another person now: what the account may do waits for approval again.
          if (await setUpEnded(trx)) {
            await trx.updateTable('grants').set({ state: 'proposed', set_up: false, proposed_by: by.actor, proposed_at: now(), decided_by: null, decided_by_account: null, decided_at: null }).where('account_id', '=', id).where('state', '=', 'active').execute();
          }
        }
        await insertInvitation(trx, id, invitation, by, now());
        await note(trx, row.state === 'active' ? 'account.reset' : 'account.invite', by, id, { name: row.name });
        return undefined;
      }),

    async invitation(hash) {
      return await database.read(async (db): Promise<Invitation | undefined> => {
        const found = await db.selectFrom('invitations').selectAll().where('hash', '=', hash).where('ended_at', 'is', null).where('expires_at', '>', now()).executeTakeFirst();
        if (found === undefined) return undefined;
        const account = await db.selectFrom('accounts').selectAll().where('id', '=', found.account_id).where('state', '=', 'invited').executeTakeFirst();
        if (account === undefined) return undefined;
        const { roles } = rules.rights((await activeGrants(db, account.id)).map(factsOf));
        return { kind: found.kind, expiresAt: found.expires_at, account: accountOf(account), roles };
      });
    },

    accept: (hash, { passwordHash, displayName }) =>
      database.transact(async (trx) => {
        await lockPeople(trx);
        const found = await trx.updateTable('invitations').set({ ended_at: now(), ended_as: 'accepted' }).where('hash', '=', hash).where('ended_at', 'is', null).where('expires_at', '>', now()).returning(['account_id', 'kind']).executeTakeFirst();
        if (found === undefined) return undefined;
        const named = displayName === undefined || found.kind !== 'first-run' ? {} : { display_name: cleanText(displayName) };
        const row = await trx.updateTable('accounts').set({ state: 'active', password_hash: passwordHash, password_at: now(), enabled_at: now(), ...named }).where('id', '=', found.account_id).where('state', '=', 'invited').returningAll().executeTakeFirst();
        if (row === undefined) return undefined;
        await audit.append(trx, { at: now(), actor: `account:${row.name}`, act: 'account.accept', subject: row.id, data: { invitation: found.kind } });
        return accountOf(row);
      }),

    disable: (id, by) =>
      change(id, ['invited', 'active'], async (trx, row) => {
        const refused = await endRefusal(trx, row, by);
        if (refused !== undefined) return refused;
        await disableAccount(trx, id, now());
        await note(trx, 'account.disable', by, id, { name: row.name });
        return undefined;
      }),

    enable: (id, by) =>
      change(id, ['disabled'], async (trx, row) => {
        if (by.accountId === id) return { kind: 'refused', why: 'own-grant' };
        const known = row.password_hash !== null || row.oidc_subject !== null;
        await trx.updateTable('accounts').set({ state: known ? 'active' : 'invited', enabled_at: now() }).where('id', '=', id).execute();
        await note(trx, 'account.enable', by, id, { name: row.name });
        await endSetUpWhenDue(trx, audit, now());
        return undefined;
      }),

    resetTotp: (id, by) =>
      change(id, ['active'], async (trx, row) => {
        if (by.accountId === id) return { kind: 'refused', why: 'own-grant' };
        await trx.updateTable('accounts').set({ totp: null, enrolled_at: null }).where('id', '=', id).execute();
        await trx.deleteFrom('recovery_codes').where('account_id', '=', id).execute();
        await endSessionsOf(trx, id);
        await note(trx, 'account.reset-totp', by, id, { name: row.name });
        return undefined;
      }),

    disableUnused: (since) =>
      database.transact(async (trx) => {
        await lockPeople(trx);
        const unused = await trx
          .selectFrom('accounts')
          .selectAll()
          .where('state', '=', 'active')
          .where(sql<boolean>`greatest(last_seen_at, enabled_at, created_at, (select max(last_used_at) from api_tokens where account_id = accounts.id)) < ${since}`)
          .orderBy('id')
          .execute();
        const names: string[] = [];
        for (const row of unused) {
          if ((await endRefusal(trx, row, { actor: 'system', kind: 'set-up', accountId: undefined })) !== undefined) continue;
          await disableAccount(trx, row.id, now());
          await audit.append(trx, { at: now(), actor: 'system', act: 'account.disable', subject: row.id, data: { name: row.name, why: 'unused' } });
          names.push(row.name);
        }
        return names;
      }),

    setUpEnded: () => database.read(setUpEnded),
  };
}

export async function insertAccount(trx: Trx, { account, id, by, now }: { readonly account: NewAccount; readonly id: string; readonly by: By; readonly now: Date }): Promise<AccountRow | undefined> {
  return await trx
    .insertInto('accounts')
    .values({
      id, name: account.name, display_name: cleanText(account.displayName), email: account.email?.toLowerCase() ?? null, language: account.language ?? null,
      state: 'invited', created_at: now, created_by: by.actor,
    })
    // The name or the e-mail address: both have to be one account's.
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
}

/** A new link ends those before it. */
export async function insertInvitation(trx: Trx, accountId: string, { hash, kind, expiresAt }: NewInvitation, by: By, now: Date): Promise<void> {
  await endInvitations(trx, accountId, 'replaced', now);
  await trx.insertInto('invitations').values({ hash, account_id: accountId, kind, created_by: by.actor, created_at: now, expires_at: expiresAt }).execute();
}

async function endInvitations(trx: Trx, accountId: string, as: string, now: Date): Promise<void> {
  await trx.updateTable('invitations').set({ ended_at: now, ended_as: as }).where('account_id', '=', accountId).where('ended_at', 'is', null).execute();
}

async function disableAccount(trx: Trx, id: string, now: Date): Promise<void> {
  await trx.updateTable('accounts').set({ state: 'disabled' }).where('id', '=', id).execute();
  await endInvitations(trx, id, 'disabled', now);
  await endSessionsOf(trx, id);
}

/** Everything its person could sign in with; tokens too, since they were theirs. */
export async function takeCredentials(trx: Trx, id: string, now: Date): Promise<void> {
  await trx.updateTable('accounts').set({ state: 'invited', password_hash: null, password_at: null, totp: null, enrolled_at: null, oidc_subject: null }).where('id', '=', id).execute();
  await trx.deleteFrom('recovery_codes').where('account_id', '=', id).execute();
  await trx.updateTable('api_tokens').set({ revoked_at: now }).where('account_id', '=', id).where('revoked_at', 'is', null).execute();
  await endSessionsOf(trx, id);
}
