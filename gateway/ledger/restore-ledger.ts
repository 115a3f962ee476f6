/** Restores the ledger of a backup, and changes what must not be believed after one: releases under way, permits, bypasses, what ended since. */
import type { ClientBase } from 'pg';
import { sql } from 'kysely';
import type { EndedMessage, RestoreTarget } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { PgConnection } from './connection.js';
import { migrationsMade } from './dump-catalog.js';
import { dumpConnection } from './dump.js';
import { FillRefused } from './fill-refused.js';
import { fillLedger, isInUse } from './fill.js';
import { ledgerFailure } from './failures.js';
import { MIGRATIONS, migrateLedger } from './migrate.js';
import type { Trx } from './tables.js';

/** What `lastError` says of a message that a restore brought back: something may have happened to it since the backup. */
const RESTORED_CODE = 'restored-from-backup';
const RESTORED_ACT = 'backup.restored';
const MOVED_ACT = 'data.migrated';

export interface LedgerRestore extends RestoreTarget {
  /** Fills it from a move: all rows as they are. `last` runs when nothing but the commit is left to do. */
  move(text: AsyncIterable<Uint8Array>, facts: { readonly at: Date; readonly subject: string; readonly data: Readonly<Record<string, unknown>> }, last: () => Promise<void>): Promise<void>;
  /** Whether this restore or move came to its end in an earlier run. */
  isDone(subject: string): Promise<boolean>;
}

export function ledgerRestore(options: { readonly connection: PgConnection; readonly audit: AuditWriter }): LedgerRestore {
  const { connection, audit } = options;
  const record = (trx: Trx, act: string, facts: { readonly at: Date; readonly subject: string; readonly data: Readonly<Record<string, unknown>> }): Promise<void> =>
    audit.append(trx, { at: facts.at, actor: 'command', act, subject: facts.subject, data: facts.data }, `${act} ${facts.subject} ${facts.at.toISOString()}`);
  return {
    async prepare(migrations) {
      const done = await onClient(connection, async (client) => {
        const made = await migrationsMade(client);
        if (made.length > 0 && (await isInUse(client))) throw new FillRefused('LEDGER_IN_USE');
        return made;
      });
      if (done.some((name) => !migrations.includes(name))) throw new FillRefused('LEDGER_AHEAD');
      if (migrations.length === 0 || migrations.some((name) => !Object.hasOwn(MIGRATIONS, name))) throw new FillRefused('LEDGER_NEWER');
      const then = Object.fromEntries(Object.entries(MIGRATIONS).filter(([name]) => migrations.includes(name)));
      await migrateLedger(connection, { separateRole: false, migrations: then });
    },
    fill: (text, facts) =>
      fillLedger(connection, text, async (trx) => {
        const ended = await endThem(trx, facts.ended, facts.at);
        const uncertain = await stopReleases(trx, facts.at);
        await sql`update permits set spent_at = ${facts.at} where spent_at is null`.execute(trx);
        await sql`update bypasses set state = 'ended' where state = 'active'`.execute(trx);
        await sql`update fleet set vault = ${facts.vault}, vault_marked = true, adopted_at = ${facts.at}`.execute(trx);
        // No carrier has them: whoever starts first hands them over anew.
        await sql`update outbox set carried_at = null where closed_at is null`.execute(trx);
        const marked = await sql`update messages set last_error = ${RESTORED_CODE} where state in ('held', 'awaiting-second') and last_error is null`.execute(trx);
        const waiting = Number(marked.numAffectedRows ?? 0);
        const result = { uncertain, ended, waiting };
        await record(trx, RESTORED_ACT, { ...facts, data: { ...facts.data, ...result } });
        return result;
      }),
    move: (text, facts, last) =>
      fillLedger(connection, text, async (trx) => {
        await record(trx, MOVED_ACT, facts);
        await last();
      }),
    isDone: (subject) =>
      onClient(connection, async (client) => {
        const exists = await client.query<{ found: string | null }>(`select to_regclass('weir.audit')::text as found`);
        if ((exists.rows[0]?.found ?? null) === null) return false;
        const { rows } = await client.query('select 1 from weir.audit where act = any ($1::text[]) and subject = $2 limit 1', [[RESTORED_ACT, MOVED_ACT], subject]);
        return rows.length > 0;
      }),
  };
}

async function onClient<T>(connection: PgConnection, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const { client, end } = await dumpConnection(connection);
  try {
    return await work(client);
  } catch (thrown) {
    throw thrown instanceof FillRefused ? thrown : ledgerFailure(thrown);
  } finally {
    await end();
  }
}

/** Newer snapshots say that these came to their end after this one: they do not come back. */
async function endThem(trx: Trx, ended: readonly EndedMessage[], at: Date): Promise<number> {
  let count = 0;
  for (const { id, state, at: when } of ended) {
    const changed = await sql`update messages set state = ${state}, shredded_at = ${when}, lease_until = null where id = ${id} and shredded_at is null`.execute(trx);
    if (Number(changed.numAffectedRows ?? 0) === 0) continue;
    count++;
    await sql`update outbox set closed_at = ${at}, outcome = 'moot' where message_id = ${id} and closed_at is null and kind in ('release', 'destroy', 'rescan')`.execute(trx);
  }
  return count;
}

/** Also where the backup is of a schema that does not know mail yet. */
const isReviewed = sql<boolean>`(to_jsonb(messages) ->> 'message_kind' is distinct from 'notice')`;

/** Nobody knows whether they arrived after the backup: a person finds out, rather than that they are sent twice (HC 21). A notice may come twice. */
async function stopReleases(trx: Trx, at: Date): Promise<number> {
  const changed = await sql`update messages set state = 'uncertain', last_error = ${RESTORED_CODE}, lease_until = null where state in ('releasing', 'sending') and ${isReviewed}`.execute(trx);
  await sql`update outbox set closed_at = ${at}, outcome = 'moot', last_error = ${RESTORED_CODE} where kind = 'release' and closed_at is null
    and not exists (select from messages where messages.id = outbox.message_id and not ${isReviewed})`.execute(trx);
  return Number(changed.numAffectedRows ?? 0);
}
