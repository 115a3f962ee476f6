/** Drops audit rows whose time is over, a month at a time, and writes into the chains what went. */
import { sql } from 'kysely';
import type { ChainHead } from '../ports.js';
import { appendAudit, DROPPED_ACT, type CheckpointSignature } from './audit-chain.js';
import type { LedgerDatabase } from './database.js';
import { canonicalJson } from './text.js';

/** 《网络安全法》 第二十一条 asks for six months of logs at least; the server refuses less as well. */
export const AUDIT_FLOOR_DAYS = 184;
const DAY_MS = 86_400_000;
/** Dropping waits for nobody: what is in its way today is gone tomorrow. */
const LOCK_TIMEOUT = '2s';

export interface AuditRetentionOptions {
  readonly database: LedgerDatabase;
  readonly writer: string;
  readonly now: Date;
  /** Milliseconds; less than the floor counts as the floor. */
  readonly keep: number;
  readonly sign: (text: string) => Promise<CheckpointSignature>;
}

/** Makes the months to come and drops those that are over; answers with how many went. */
export async function keepAuditInBounds({ database, writer, now, keep, sign }: AuditRetentionOptions): Promise<number> {
  const cutoff = new Date(now.getTime() - Math.max(keep, AUDIT_FLOOR_DAYS * DAY_MS));
  return await database.transact(async (trx) => {
    await sql`select audit_make_partitions()`.execute(trx);
    const { rows: names } = await sql<{ name: string }>`select audit_partitions_before(${cutoff}) as name`.execute(trx);
    const last = names.at(-1)?.name;
    if (last === undefined) return 0;
    // The months' own ends, as the partitions' names give them: all rows before belong to what is dropped.
    const until = new Date(Date.UTC(Number(last.slice(6, 10)), Number(last.slice(11)), 1));
    const { rows } = await sql<ChainHead>`select distinct on (writer) writer, seq, hash from audit where recorded_at < ${until} order by writer, seq desc`.execute(trx);
    const heads = rows.map(({ writer: name, seq, hash }) => ({ writer: name, seq, hash }));
    await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`.execute(trx);
    await sql`select audit_drop_before(${cutoff})`.execute(trx);
    const data = { months: names.map(({ name }) => name.slice(6)), heads, signature: await sign(canonicalJson(heads)) };
    await appendAudit(trx, writer, `dropped ${last}`, { at: now, actor: 'system', act: DROPPED_ACT, subject: undefined, data });
    return names.length;
  });
}
