/** What people sign in with: password hashes, sealed second factors, recovery codes, and the count of failed attempts. */
import { sql } from 'kysely';
import type { AccountsLedger, AlertEvent } from '../ports.js';
import type { AccountsLedgerOptions } from './accounts-ledger.js';
import { insertAlerts } from './alert-rows.js';
import { accountOf, endSetUpWhenDue, lockPeople } from './people-rows.js';
import type { Trx } from './tables.js';

/** Typing errors of a person; at this rate guessing a weak password takes years. */
const FAILURES_MOST = 5;
const WINDOW_MS = 15 * 60_000;
const LOCK_MS = 15 * 60_000;
/** Counts of names that nobody tries any more; names are free, so the table must not keep them. */
const FORGET_MS = 24 * 3_600_000;

type CredentialActs = Pick<AccountsLedger, 'credentials' | 'enrol' | 'useTotpStep' | 'useRecoveryCode' | 'renewRecoveryCodes' | 'changePassword' | 'linkOidc' | 'lockedUntil' | 'noteFailure' | 'clearFailures'>;

export function credentialActs({ database, audit, clock }: Pick<AccountsLedgerOptions, 'database' | 'audit' | 'clock'>): CredentialActs {
  const now = (): Date => new Date(clock.now());
  const actorOf = async (trx: Trx, id: string): Promise<string> => `account:${(await trx.selectFrom('accounts').select('name').where('id', '=', id).executeTakeFirst())?.name ?? id}`;

  return {
    async credentials(by) {
      return await database.read(async (db) => {
        const query = db.selectFrom('accounts').selectAll();
        const found =
          'id' in by ? query.where('id', '=', by.id)
          : 'name' in by ? query.where('name', '=', by.name.toLowerCase())
          : 'email' in by ? query.where('email', '=', by.email.toLowerCase())
          : query.where('oidc_subject', '=', by.oidcSubject);
        const row = await found.executeTakeFirst();
        if (row === undefined) return undefined;
        const left = await db.selectFrom('recovery_codes').select(({ fn }) => fn.countAll<number>().as('count')).where('account_id', '=', row.id).where('used_at', 'is', null).executeTakeFirst();
        const used = await db.selectFrom('api_tokens').select(({ fn }) => fn.max('last_used_at').as('at')).where('account_id', '=', row.id).executeTakeFirst();
        const times = [row.last_seen_at, row.enabled_at, row.created_at, used?.at ?? null].flatMap((at) => (at === null ? [] : [at.getTime()]));
        return {
          account: accountOf(row),
          passwordHash: row.password_hash ?? undefined,
          passwordAt: row.password_at ?? undefined,
          totp: row.totp ?? undefined,
          totpStep: row.totp_step,
          recoveryCodes: left?.count ?? 0,
          oidcSubject: row.oidc_subject ?? undefined,
          lastUsedAt: new Date(Math.max(...times)),
        };
      });
    },

    enrol: (id, { totp, step, recoveryHashes }) =>
      database.transact(async (trx) => {
        await lockPeople(trx);
        const enrolled = await trx.updateTable('accounts').set({ totp, totp_step: step, enrolled_at: now() }).where('id', '=', id).where('enrolled_at', 'is', null).executeTakeFirst();
        if (enrolled.numUpdatedRows === 0n) return false;
        await trx.deleteFrom('sessions').where('account_id', '=', id).where('step', 'is not', null).execute();
        await replaceCodes(trx, id, recoveryHashes);
        await audit.append(trx, { at: now(), actor: await actorOf(trx, id), act: 'account.enrol', subject: id, data: { recoveryCodes: recoveryHashes.length } });
        await endSetUpWhenDue(trx, audit, now());
        return true;
      }),

    async useTotpStep(id, step) {
      const used = await database.transact((trx) => trx.updateTable('accounts').set({ totp_step: step }).where('id', '=', id).where('totp_step', '<', step).executeTakeFirst());
      return used.numUpdatedRows > 0n;
    },

    useRecoveryCode: (id, hash) =>
      database.transact(async (trx) => {
        const used = await trx.updateTable('recovery_codes').set({ used_at: now() }).where('account_id', '=', id).where('hash', '=', hash).where('used_at', 'is', null).executeTakeFirst();
        if (used.numUpdatedRows === 0n) return undefined;
        const left = await trx.selectFrom('recovery_codes').select(({ fn }) => fn.countAll<number>().as('count')).where('account_id', '=', id).where('used_at', 'is', null).executeTakeFirst();
        await audit.append(trx, { at: now(), actor: await actorOf(trx, id), act: 'account.recovery-code', subject: id, data: { left: left?.count ?? 0 } });
        return left?.count ?? 0;
      }),

    renewRecoveryCodes: (id, hashes) =>
      database.transact(async (trx) => {
        await replaceCodes(trx, id, hashes);
        await audit.append(trx, { at: now(), actor: await actorOf(trx, id), act: 'account.recovery-codes', subject: id, data: { recoveryCodes: hashes.length } });
      }),

    async changePassword(id, passwordHash) {
      await database.transact(async (trx) => {
        await trx.updateTable('accounts').set({ password_hash: passwordHash, password_at: now() }).where('id', '=', id).execute();
        await audit.append(trx, { at: now(), actor: await actorOf(trx, id), act: 'account.password', subject: id, data: {} });
      });
    },

    linkOidc: (id, subject, secondFactor) =>
      database.transact(async (trx) => {
        await lockPeople(trx);
        const row = await trx.selectFrom('accounts').selectAll().where('id', '=', id).executeTakeFirst();
        if (row === undefined || row.state === 'disabled') return 'other-subject';
        if (row.oidc_subject !== null && row.oidc_subject !== subject) return 'other-subject';
        const first = row.oidc_subject === null || row.state === 'invited';
        const enrolled = secondFactor && row.enrolled_at === null;
        if (!first && !enrolled) return 'done';
        await trx.updateTable('accounts').set({ oidc_subject: subject, state: 'active', ...(row.state === 'invited' ? { enabled_at: now() } : {}), ...(enrolled ? { enrolled_at: now() } : {}) }).where('id', '=', id).execute();
        await trx.updateTable('invitations').set({ ended_at: now(), ended_as: 'identity-provider' }).where('account_id', '=', id).where('ended_at', 'is', null).execute();
        await audit.append(trx, { at: now(), actor: `account:${row.name}`, act: 'account.link', subject: id, data: { secondFactor } });
        await endSetUpWhenDue(trx, audit, now());
        return 'done';
      }),

    async lockedUntil(nameKey) {
      const row = await database.read((db) => db.selectFrom('sign_in_failures').select('locked_until').where('name_key', '=', nameKey).where('locked_until', '>', now()).executeTakeFirst());
      return row?.locked_until ?? undefined;
    },

    noteFailure: (nameKey, { accountId, what, address }) =>
      database.transact(async (trx) => {
        const opened = new Date(clock.now() - WINDOW_MS);
        await trx.deleteFrom('sign_in_failures').where('since', '<', new Date(clock.now() - FORGET_MS)).execute();
        const row = await trx
          .insertInto('sign_in_failures')
          .values({ name_key: nameKey, failures: 1, since: now() })
          .onConflict((conflict) =>
            conflict.column('name_key').doUpdateSet({
              failures: sql<number>`case when sign_in_failures.since <= ${opened} then 1 else sign_in_failures.failures + 1 end`,
              since: sql<Date>`case when sign_in_failures.since <= ${opened} then ${now()}::timestamptz else sign_in_failures.since end`,
            }),
          )
          .returning('failures')
          .executeTakeFirst();
        const locked = (row?.failures ?? 0) >= FAILURES_MOST ? new Date(clock.now() + LOCK_MS) : undefined;
        if (locked !== undefined) {
          await trx.updateTable('sign_in_failures').set({ locked_until: locked, since: now() }).where('name_key', '=', nameKey).execute();
          const alert: AlertEvent = { kind: 'health', at: now(), severity: 'medium', route: undefined, incident: undefined, rule: undefined, code: 'account-locked', counts: {} };
          if (row?.failures === FAILURES_MOST) await insertAlerts(trx, [alert]);
        }
        // What was typed as a name is not written down: it may have been the password.
        await audit.append(trx, { at: now(), actor: 'system', act: locked === undefined ? 'session.refused' : 'account.locked', subject: accountId, data: { what, address } });
        return locked;
      }),

    async clearFailures(nameKey) {
      await database.transact((trx) => trx.deleteFrom('sign_in_failures').where('name_key', '=', nameKey).execute());
    },
  };
}

async function replaceCodes(trx: Trx, id: string, hashes: readonly string[]): Promise<void> {
  await trx.deleteFrom('recovery_codes').where('account_id', '=', id).execute();
  await trx.insertInto('recovery_codes').values(hashes.map((hash) => ({ account_id: id, hash }))).execute();
}
