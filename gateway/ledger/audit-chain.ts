/** The audit as hash chains, one per writer: each row's hash covers the row and the hash before it. */
import { createHash } from 'node:crypto';
import { sql, type Selectable } from 'kysely';
import type { AuditCheck, AuditEntry, ChainHead } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import type { AuditTable, Db, Trx } from './tables.js';
import { canonicalJson, cleanOptional, cleanText } from './text.js';

/** The hash before the first row. */
export const GENESIS = '0'.repeat(64);
export const CHECKPOINT_ACT = 'audit.checkpoint';
/** First key of our advisory locks ("WEIR"), so that they meet no one else's. */
const LOCK_SPACE = 0x57454952;
const PAGE = 1_000;
const DAY_MS = 86_400_000;

type AuditRow = Omit<Selectable<AuditTable>, 'recorded_at'>;
type Content = Omit<AuditRow, 'hash'>;
/** Rows that were dropped because their time was over (audit-retention.ts): the ends of what is gone, signed as checkpoints are. */
export const DROPPED_ACT = 'audit.dropped';
const COLUMNS = ['writer', 'seq', 'entry_id', 'at', 'actor', 'act', 'subject', 'data', 'prev', 'hash'] as const;
/** The same entry comes twice within this time, if it does; older partitions need not be asked. */
const RETRY_DAYS = 1;
/** A chain that wrote nothing for so long is looked up in all partitions. */
const RECENT_DAYS = 62;

export interface AuditAddition {
  readonly id: string;
  readonly entry: AuditEntry;
}

/** Adds a row to the end of the writer's chain. An entry id that is already there adds nothing: exactly once. */
export async function appendAudit(trx: Trx, writer: string, entryId: string, entry: AuditEntry): Promise<void> {
  await appendAudits(trx, writer, [{ id: entryId, entry }]);
}

/** Adds rows in this order, with as few questions as one row takes. */
export async function appendAudits(trx: Trx, writer: string, additions: readonly AuditAddition[]): Promise<void> {
  // First the entry, then the chain: two who bring the same entry to different chains meet here, and one of them sees the other's row.
  // In one order, so that two of them never wait for each other.
  const ids = additions.map(({ id }) => id);
  await sql`select pg_advisory_xact_lock(${LOCK_SPACE + 1}::int, hash) from (select distinct hashtext(id) as hash from unnest(${ids}::text[]) as id order by 1) as hashes`.execute(trx);
  const since = new Date(Math.min(...additions.map(({ entry }) => entry.at.getTime())) - RETRY_DAYS * DAY_MS);
  const there = await trx.selectFrom('audit').select('entry_id').where('entry_id', 'in', ids).where('recorded_at', '>=', since).execute();
  const seen = new Set(there.map((row) => row.entry_id));
  const fresh = additions.filter(({ id }) => !seen.has(id));
  if (fresh.length === 0) return;
  await sql`select pg_advisory_xact_lock(${LOCK_SPACE}::int, hashtext(${writer}))`.execute(trx);
  const ends = trx.selectFrom('audit').select(['seq', 'hash']).where('writer', '=', writer).orderBy('seq', 'desc').limit(1);
  const recently = sql<Date>`now() - make_interval(days => ${RECENT_DAYS})`;
  const last = (await ends.where('recorded_at', '>=', recently).executeTakeFirst()) ?? (await ends.executeTakeFirst()) ?? (await droppedEnd(trx, writer));
  let seq = last?.seq ?? 0;
  let prev = last?.hash ?? GENESIS;
  const rows = fresh.map(({ id, entry }) => {
    const content: Content = {
      writer,
      seq: ++seq,
      entry_id: id,
      at: entry.at,
      actor: cleanText(entry.actor),
      act: cleanText(entry.act),
      subject: cleanOptional(entry.subject),
      data: canonicalJson(entry.data),
      prev,
    };
    prev = rowHash(content);
    return { ...content, hash: prev };
  });
  await trx.insertInto('audit').values(rows).execute();
}

export function rowHash(row: Content): string {
  const fields = [row.writer, row.seq, row.entry_id, row.at.toISOString(), row.actor, row.act, row.subject, row.data, row.prev];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

/** What vouches for a checkpoint; shaped as the vault's signer gives it. */
export interface CheckpointSignature {
  readonly key: string;
  readonly value: string;
}
export type CheckSignature = (text: string, signature: CheckpointSignature) => 'good' | 'bad' | 'unknown-key';

/**
 * Reads every chain from its first row. `changed`: a row's content no longer fits its hash. `missing`: rows were taken out.
 * `cut-off`: a checkpoint names a row that is no longer there. `signature`: a checkpoint was not signed by the key it names, so
 * whoever rewrote the chains could not rewrite it. A row that was dropped with its time (see audit-retention.ts) is the first of its chain.
 */
export async function verifyAudit(database: LedgerDatabase, check?: CheckSignature): Promise<AuditCheck> {
  return await database.read(async (db) => {
    const heads: ChainHead[] = [];
    const claims = new Map<string, ChainHead>();
    const dropped = await droppedEnds(db);
    let rows = 0;
    const checkpoints = { good: 0, unsigned: 0, unknown: 0 };
    for (const { writer } of await db.selectFrom('audit').select('writer').distinct().orderBy('writer').execute()) {
      let last: ChainHead | undefined;
      for await (const row of chain(db, writer)) {
        rows++;
        last ??= startOf(row, dropped);
        if (row.seq !== last.seq + 1 || row.prev !== last.hash) return { ok: false, rows, writer, seq: last.seq + 1, problem: 'missing' };
        if (rowHash(row) !== row.hash) return { ok: false, rows, writer, seq: row.seq, problem: 'changed' };
        if (row.act === CHECKPOINT_ACT || row.act === DROPPED_ACT) {
          const { heads: named, signature } = checkpointOf(row.data);
          if (row.act === CHECKPOINT_ACT) for (const head of named) claims.set(`${head.writer} ${head.seq}`, head);
          const found = signature === undefined ? 'unsigned' : (check?.(canonicalJson(named), signature) ?? 'unknown-key');
          // What says that rows may be gone is believed from the signing key alone: whoever took them could write it as well.
          const isForged = row.act === DROPPED_ACT && (found === 'unsigned' || (check !== undefined && found !== 'good'));
          if (found === 'bad' || isForged) return { ok: false, rows, writer, seq: row.seq, problem: 'signature' };
          checkpoints[found === 'unknown-key' ? 'unknown' : found]++;
        }
        last = { writer, seq: row.seq, hash: row.hash };
      }
      if (last !== undefined) heads.push(last);
    }
    for (const claim of claims.values()) {
      if (dropped.some((end) => end.writer === claim.writer && end.seq >= claim.seq)) continue;
      const row = await db.selectFrom('audit').select('hash').where('writer', '=', claim.writer).where('seq', '=', claim.seq).executeTakeFirst();
      if (row?.hash !== claim.hash) return { ok: false, rows, writer: claim.writer, seq: claim.seq, problem: 'cut-off' };
    }
    return { ok: true, rows, heads, checkpoints };
  });
}

/** What the first row there is has to follow: the beginning, or what was dropped before it. */
function startOf(first: AuditRow, dropped: readonly ChainHead[]): ChainHead {
  const begin: ChainHead = { writer: first.writer, seq: 0, hash: GENESIS };
  return first.seq === 1 ? begin : (dropped.find((end) => end.writer === first.writer && end.seq === first.seq - 1) ?? begin);
}

async function droppedEnds(db: Db | Trx): Promise<readonly ChainHead[]> {
  const rows = await db.selectFrom('audit').select('data').where('act', '=', DROPPED_ACT).execute();
  return rows.flatMap(({ data }) => checkpointOf(data).heads);
}

/** Where a chain goes on of which no row is left. */
async function droppedEnd(trx: Trx, writer: string): Promise<ChainHead | undefined> {
  return (await droppedEnds(trx)).filter((end) => end.writer === writer).sort((a, b) => b.seq - a.seq)[0];
}

async function* chain(db: Db, writer: string): AsyncGenerator<AuditRow> {
  for (let after = 0; ; ) {
    const page = await db.selectFrom('audit').select(COLUMNS).where('writer', '=', writer).where('seq', '>', after).orderBy('seq').limit(PAGE).execute();
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}

function checkpointOf(data: string): { readonly heads: readonly ChainHead[]; readonly signature: CheckpointSignature | undefined } {
  const { heads, signature } = JSON.parse(data) as { heads?: readonly ChainHead[]; signature?: CheckpointSignature };
  return { heads: heads ?? [], signature };
}

/** Writes the ends of all chains into one of them, so that cutting one off shows in another. `sign` vouches for them from outside the database. */
export async function checkpointAudit(database: LedgerDatabase, writer: string, now: Date, sign?: (text: string) => Promise<CheckpointSignature>): Promise<void> {
  await database.transact(async (trx) => {
    const { rows } = await sql<ChainHead>`select distinct on (writer) writer, seq, hash from audit order by writer, seq desc`.execute(trx);
    const heads = rows.map(({ writer: name, seq, hash }) => ({ writer: name, seq, hash }));
    const data = sign === undefined ? { heads } : { heads, signature: await sign(canonicalJson(heads)) };
    await appendAudit(trx, writer, `checkpoint ${writer} ${now.toISOString()}`, { at: now, actor: 'system', act: CHECKPOINT_ACT, subject: undefined, data });
  });
}
