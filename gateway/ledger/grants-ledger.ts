/** Grants: proposed by one administrator, approved by another; the rules are asked under one lock, and the schema holds the hardest of them too. */
import type { By, Clock, GrantFacts, GrantRules, GrantsLedger, ProposeResult } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { accountOf, activeGrants, endSessionsOf, endSetUpWhenDue, factsOf, grantOf, lockPeople, othersWith, setUpEnded, type GrantRow } from './people-rows.js';
import { isSamePerson } from './proposals.js';
import type { Trx } from './tables.js';
import { jsonText } from './text.js';

export function grantsLedger(options: {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  readonly rules: GrantRules;
  readonly newId: () => string;
}): GrantsLedger {
  const { database, audit, clock, rules, newId } = options;

  const done = async (trx: Trx, id: string): Promise<ProposeResult> => {
    const row = await trx.selectFrom('grants').innerJoin('accounts', 'accounts.id', 'grants.account_id').selectAll('grants').select('accounts.name').where('grants.id', '=', id).executeTakeFirst();
    return row === undefined ? { kind: 'not-found' } : { kind: 'done', grant: grantOf(row) };
  };
  const note = (trx: Trx, act: string, by: By, accountId: string, grant: GrantFacts & { readonly id: string }): Promise<void> =>
    audit.append(trx, {
      at: new Date(clock.now()),
      actor: by.actor,
      act,
      subject: accountId,
      data: { grant: grant.id, role: grant.role, ...(grant.scope === undefined ? {} : { scope: grant.scope }), ...(grant.mayOpen ? { mayOpen: true } : {}) },
    });
  /** An open grant, under the lock. */
  const change = async (id: string, states: readonly GrantRow['state'][], act: (trx: Trx, row: GrantRow) => Promise<ProposeResult>): Promise<ProposeResult> =>
    await database.transact(async (trx) => {
      await lockPeople(trx);
      const row = await trx.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst();
      if (row === undefined) return { kind: 'not-found' };
      return states.includes(row.state) ? await act(trx, row) : { kind: 'refused', why: 'not-open' };
    });

  return {
    async list({ state, accountId }) {
      const rows = await database.read((db) => {
        let query = db.selectFrom('grants').innerJoin('accounts', 'accounts.id', 'grants.account_id').selectAll('grants').select('accounts.name').orderBy('grants.id', 'desc');
        if (state !== undefined) query = query.where('grants.state', '=', state);
        if (accountId !== undefined) query = query.where('grants.account_id', '=', accountId);
        return query.execute();
      });
      return rows.map(grantOf);
    },

    propose: (asked, by) =>
      database.transact(async (trx): Promise<ProposeResult> => {
        await lockPeople(trx);
        const now = new Date(clock.now());
        const account = await trx.selectFrom('accounts').selectAll().where('id', '=', asked.accountId).executeTakeFirst();
        if (account === undefined) return { kind: 'not-found' };
        const waiting = await trx.selectFrom('grants').select('id').where('account_id', '=', account.id).where('role', '=', asked.role).where('state', '=', 'proposed').executeTakeFirst();
        const held = (await activeGrants(trx, account.id)).map(factsOf);
        const why = waiting !== undefined ? 'already-granted' : rules.propose(asked, { state: account.state, held });
        if (why !== undefined) return { kind: 'refused', why };
        const ended = await setUpEnded(trx);
        const taken = await trx.selectFrom('grants').innerJoin('accounts', 'accounts.id', 'grants.account_id').select('grants.role').where('grants.state', '=', 'active').where('accounts.state', '<>', 'disabled').execute();
        const atOnce = rules.atOnce(asked, by, { ended, held: taken.map(({ role }) => role) });
        const grant = {
          id: newId(), account_id: account.id, role: asked.role, scope: asked.scope === undefined ? null : jsonText(asked.scope), may_open: asked.mayOpen,
          set_up: atOnce, state: atOnce ? 'active' : 'proposed', proposed_by: by.actor, proposed_at: now, ...(atOnce ? { decided_by: by.actor, decided_at: now } : {}),
        } as const;
        await trx.insertInto('grants').values(grant).execute();
        if (atOnce) await endSessionsOf(trx, account.id);
        const result = await done(trx, grant.id);
        await note(trx, atOnce ? 'grant.set-up' : 'grant.propose', by, account.id, { ...asked, id: grant.id });
        if (atOnce) await endSetUpWhenDue(trx, audit, now);
        return result;
      }),

    approve: (id, by) =>
      change(id, ['proposed'], async (trx, row) => {
        const now = new Date(clock.now());
        const account = await trx.selectFrom('accounts').selectAll().where('id', '=', row.account_id).executeTakeFirstOrThrow();
        const held = (await activeGrants(trx, row.account_id)).map(factsOf);
        const why = rules.approve({ ...factsOf(row), accountId: row.account_id, proposedBy: isSamePerson(row.proposed_by, by.actor) ? by.actor : row.proposed_by }, by, { state: account.state, held });
        if (why !== undefined) return { kind: 'refused', why };
        await trx.updateTable('grants').set({ state: 'active', decided_by: by.actor, decided_by_account: by.accountId ?? null, decided_at: now }).where('id', '=', id).execute();
        await endSessionsOf(trx, row.account_id);
        const result = await done(trx, id);
        await note(trx, 'grant.approve', by, row.account_id, { ...factsOf(row), id });
        await endSetUpWhenDue(trx, audit, now);
        return result;
      }),

    refuse: (id, by) =>
      change(id, ['proposed'], async (trx, row) => {
        await trx.updateTable('grants').set({ state: 'refused', decided_by: by.actor, decided_by_account: by.accountId ?? null, decided_at: new Date(clock.now()) }).where('id', '=', id).execute();
        const result = await done(trx, id);
        await note(trx, 'grant.refuse', by, row.account_id, { ...factsOf(row), id });
        return result;
      }),

    revoke: (id, by) =>
      change(id, ['proposed', 'active'], async (trx, row) => {
        const now = new Date(clock.now());
        if (row.state === 'active') {
          const why = rules.end(row.role, await othersWith(trx, row.role, row.account_id), await setUpEnded(trx));
          if (why !== undefined) return { kind: 'refused', why };
        }
        // One that never was active is withdrawn: the schema keeps `revoked` for what two people had agreed on.
        await trx.updateTable('grants').set(row.state === 'active' ? { state: 'revoked', ended_by: by.actor, ended_at: now } : { state: 'refused', ended_by: by.actor, ended_at: now }).where('id', '=', id).execute();
        await endSessionsOf(trx, row.account_id);
        const result = await done(trx, id);
        await note(trx, row.state === 'active' ? 'grant.revoke' : 'grant.withdraw', by, row.account_id, { ...factsOf(row), id });
        return result;
      }),

    async standing(accountId) {
      return await database.read(async (db) => {
        const row = await db.selectFrom('accounts').selectAll().where('id', '=', accountId).executeTakeFirst();
        if (row === undefined) return undefined;
        const held = row.state === 'active' ? (await activeGrants(db, accountId)).map(factsOf) : [];
        return { account: accountOf(row), ...rules.rights(held) };
      });
    },
  };
}
