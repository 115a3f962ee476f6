/** Reads the audit by time, newest first in pages or oldest first as a stream. */
import type { Selectable } from 'kysely';
import type { AuditFilter, AuditReading, AuditRecord } from '../ports.js';
import { verifyAudit, type CheckSignature } from './audit-chain.js';
import type { LedgerDatabase } from './database.js';
import type { AuditTable, Db } from './tables.js';

const PAGE_MOST = 500;
/** Rows fetched at a time by a stream. */
const STREAM_PAGE = 1_000;

/** A row's place in time; rows of one millisecond are told apart by their chains. */
interface Place {
  readonly at: Date;
  readonly writer: string;
  readonly seq: number;
}

export function auditReading(database: LedgerDatabase, check?: CheckSignature): AuditReading {
  return {
    async page({ limit, after, ...filter }) {
      const most = Math.min(Math.max(limit, 1), PAGE_MOST);
      const place = after === undefined ? undefined : placeOf(after);
      if (after !== undefined && place === undefined) return { rows: [], next: undefined };
      const rows = await database.read((db) => {
        let query = filtered(db, filter).orderBy('at', 'desc').orderBy('writer', 'desc').orderBy('seq', 'desc').limit(most + 1);
        if (place !== undefined) query = query.where((eb) => eb(eb.refTuple('at', 'writer', 'seq'), '<', eb.tuple(place.at, place.writer, place.seq)));
        return query.execute();
      });
      const shown = rows.slice(0, most).map(recordOf);
      const last = shown.at(-1);
      return { rows: shown, next: rows.length > most && last !== undefined ? textOf(last) : undefined };
    },
    async *all(filter) {
      for (let place: Place | undefined; ; ) {
        const from = place;
        const rows = await database.read((db) => {
          let query = filtered(db, filter).orderBy('at').orderBy('writer').orderBy('seq').limit(STREAM_PAGE);
          if (from !== undefined) query = query.where((eb) => eb(eb.refTuple('at', 'writer', 'seq'), '>', eb.tuple(from.at, from.writer, from.seq)));
          return query.execute();
        });
        for (const row of rows) yield recordOf(row);
        place = rows.at(-1);
        if (place === undefined || rows.length < STREAM_PAGE) return;
      }
    },
    verify: () => verifyAudit(database, check),
  };
}

function filtered(db: Db, { from, to, actor, act, subject }: AuditFilter) {
  let query = db.selectFrom('audit').select(['writer', 'seq', 'at', 'actor', 'act', 'subject', 'data', 'prev', 'hash']);
  if (from !== undefined) query = query.where('at', '>=', from);
  if (to !== undefined) query = query.where('at', '<', to);
  if (actor !== undefined) query = query.where('actor', '=', actor);
  if (act !== undefined) query = act.endsWith('.') ? query.where('act', '>=', act).where('act', '<', `${act.slice(0, -1)}/`) : query.where('act', '=', act);
  if (subject !== undefined) query = query.where('subject', '=', subject);
  return query;
}

function recordOf(row: Omit<Selectable<AuditTable>, 'entry_id' | 'recorded_at'>): AuditRecord {
  const data = JSON.parse(row.data) as Readonly<Record<string, unknown>>;
  return { writer: row.writer, seq: row.seq, at: row.at, actor: row.actor, act: row.act, subject: row.subject ?? undefined, data, prev: row.prev, hash: row.hash };
}

function textOf({ at, writer, seq }: Place): string {
  return Buffer.from(JSON.stringify([at.getTime(), writer, seq])).toString('base64url');
}

/** Undefined when it is no place that a page gave out. */
function placeOf(text: string): Place | undefined {
  try {
    const [at, writer, seq] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as readonly unknown[];
    if (typeof at !== 'number' || Number.isNaN(new Date(at).getTime()) || typeof writer !== 'string' || /\p{Cc}/u.test(writer)) return undefined;
    return typeof seq === 'number' && Number.isSafeInteger(seq) ? { at: new Date(at), writer, seq } : undefined;
  } catch {
    return undefined;
  }
}
