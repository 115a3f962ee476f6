/** API tokens: each belongs to an account, expires, and is kept as its hash. */
import type { Selectable } from 'kysely';
import type { ApiToken, Clock, TokensLedger } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import type { ApiTokensTable } from './people-tables.js';
import type { Db } from './tables.js';
import { jsonText } from './text.js';

const USED_EVERY_MS = 60_000;

function tokenOf(row: Selectable<ApiTokensTable> & { readonly account_name: string }): ApiToken {
  return {
    id: row.id,
    accountId: row.account_id,
    accountName: row.account_name,
    name: row.name,
    rights: row.rights ?? undefined,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  };
}
const tokens = (db: Db) => db.selectFrom('api_tokens').innerJoin('accounts', 'accounts.id', 'api_tokens.account_id').selectAll('api_tokens').select('accounts.name as account_name');

export function tokensLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock; readonly newId: () => string }): TokensLedger {
  const { database, audit, clock, newId } = options;
  const now = (): Date => new Date(clock.now());
  return {
    async list({ accountId }) {
      const rows = await database.read((db) => {
        const query = tokens(db).orderBy('api_tokens.id', 'desc');
        return (accountId === undefined ? query : query.where('account_id', '=', accountId)).execute();
      });
      return rows.map(tokenOf);
    },

    create: ({ hash, accountId, name, rights, expiresAt }, by) =>
      database.transact(async (trx) => {
        // An expired one gives its name free.
        await trx.updateTable('api_tokens').set({ revoked_at: now() }).where('account_id', '=', accountId).where('name', '=', name).where('revoked_at', 'is', null).where('expires_at', '<=', now()).execute();
        const id = newId();
        const made = await trx
          .insertInto('api_tokens')
          .values({ id, hash, account_id: accountId, name, rights: rights === undefined ? null : jsonText(rights), created_at: now(), expires_at: expiresAt })
          .onConflict((conflict) => conflict.columns(['account_id', 'name']).where('revoked_at', 'is', null).doNothing())
          .executeTakeFirst();
        if (made.numInsertedOrUpdatedRows === 0n) return { kind: 'name-taken' };
        const row = await tokens(trx).where('api_tokens.id', '=', id).executeTakeFirstOrThrow();
        await audit.append(trx, { at: now(), actor: by.actor, act: 'token.create', subject: accountId, data: { token: id, name, expires: expiresAt.toISOString(), ...(rights === undefined ? {} : { rights }) } });
        return { kind: 'done', token: tokenOf(row) };
      }),

    async find(hash) {
      const row = await database.read((db) => tokens(db).where('hash', '=', hash).executeTakeFirst());
      return row === undefined ? undefined : tokenOf(row);
    },

    async used(id) {
      const late = new Date(clock.now() - USED_EVERY_MS);
      await database.transact((trx) =>
        trx.updateTable('api_tokens').set({ last_used_at: now() }).where('id', '=', id).where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', late)])).execute(),
      );
    },

    revoke: (id, by) =>
      database.transact(async (trx) => {
        const changed = await trx.updateTable('api_tokens').set({ revoked_at: now() }).where('id', '=', id).where('revoked_at', 'is', null).executeTakeFirst();
        const row = await tokens(trx).where('api_tokens.id', '=', id).executeTakeFirst();
        if (row === undefined) return { kind: 'not-found' };
        if (changed.numUpdatedRows > 0n) await audit.append(trx, { at: now(), actor: by.actor, act: 'token.revoke', subject: row.account_id, data: { token: id, name: row.name } });
        return { kind: 'done', token: tokenOf(row) };
      }),
  };
}
