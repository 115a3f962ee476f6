/** Attempts at parts of uploads, with what is sealed of those that arrived: shared by all processes, so that it is the same upload wherever its requests go. */
import { sql } from 'kysely';
import type { Clock } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import type { Db, Trx } from './tables.js';

/** The most that a store of objects puts together, and a tenth more that were tried again. */
const ROWS_MOST = 11_000;
/** Stores end unfinished uploads within a day to a week. */
export const UPLOAD_KEPT_MS = 7 * 24 * 3_600_000;
/** Rows per transaction: short locks. */
const BATCH = 1_000;
/** Per run, so that it ends; the next run takes the rest. */
const BATCHES_MOST = 100;
/** In place of a part: the upload takes no more. */
const CLOSED = '';

export interface PartRow {
  readonly part: string;
  readonly attempt: string;
  /** Undefined: open. */
  readonly sealed: Buffer | undefined;
}

export interface UploadPartsLedger {
  /** False: the upload is closed, or has as many as there can be. */
  begin(upload: string, part: string, attempt: string): Promise<boolean>;
  arrived(upload: string, part: string, attempt: string, size: number, sealed: Buffer): Promise<void>;
  failed(upload: string, part: string, attempt: string): Promise<void>;
  parts(upload: string): Promise<readonly PartRow[]>;
  close(upload: string): Promise<readonly PartRow[]>;
  reopen(upload: string): Promise<void>;
  forget(upload: string): Promise<void>;
  /** Deletes what nobody came back for; answers how many rows went. */
  tidy(): Promise<number>;
}

export function uploadPartsLedger({ database, clock }: { readonly database: LedgerDatabase; readonly clock: Clock }): UploadPartsLedger {
  const expires = (): Date => new Date(clock.now() + UPLOAD_KEPT_MS);
  /** Whoever begins a part and whoever puts the parts together see each other. */
  const alone = async (trx: Trx, upload: string): Promise<void> => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${upload}, 11))`.execute(trx);
  };
  const rowsOf = async (db: Db, upload: string): Promise<readonly PartRow[]> => {
    const rows = await db.selectFrom('upload_parts').select(['part', 'attempt', 'sealed']).where('upload', '=', upload).where('part', '<>', CLOSED).where('expires_at', '>', new Date(clock.now())).execute();
    return rows.map(({ part, attempt, sealed }) => ({ part, attempt, sealed: sealed ?? undefined }));
  };
  return {
    begin: (upload, part, attempt) =>
      database.transact(async (trx) => {
        await alone(trx, upload);
        await trx.deleteFrom('upload_parts').where('upload', '=', upload).where('part', '=', part).where('sealed', 'is not', null).execute();
        const { rows } = await sql<{ attempt: string }>`
          insert into upload_parts (upload, part, attempt, expires_at) select ${upload}, ${part}, ${attempt}, ${expires()}
          where not exists (select from upload_parts where upload = ${upload} and part = ${CLOSED})
          and (select count(*) from upload_parts where upload = ${upload}) < ${ROWS_MOST}::int returning attempt`.execute(trx);
        return rows.length > 0;
      }),
    async arrived(upload, part, attempt, size, sealed) {
      await database.transact((trx) => trx.updateTable('upload_parts').set({ size, sealed, expires_at: expires() }).where('upload', '=', upload).where('part', '=', part).where('attempt', '=', attempt).execute());
    },
    async failed(upload, part, attempt) {
      await database.transact((trx) => trx.deleteFrom('upload_parts').where('upload', '=', upload).where('part', '=', part).where('attempt', '=', attempt).execute());
    },
    parts: (upload) => database.read((db) => rowsOf(db, upload)),
    close: (upload) =>
      database.transact(async (trx) => {
        await alone(trx, upload);
        await trx.insertInto('upload_parts').values({ upload, part: CLOSED, attempt: CLOSED, expires_at: expires() }).onConflict((conflict) => conflict.doNothing()).execute();
        return rowsOf(trx, upload);
      }),
    async reopen(upload) {
      await database.transact((trx) => trx.deleteFrom('upload_parts').where('upload', '=', upload).where('part', '=', CLOSED).execute());
    },
    async forget(upload) {
      await database.transact((trx) => trx.deleteFrom('upload_parts').where('upload', '=', upload).execute());
    },
    async tidy() {
      const batch = () =>
        database.transact(async (trx) => {
          const { rows } = await sql`delete from upload_parts where (upload, part, attempt) in (
            select upload, part, attempt from upload_parts where expires_at <= ${new Date(clock.now())} limit ${BATCH} for update skip locked) returning upload`.execute(trx);
          return rows.length;
        });
      let gone = 0;
      for (let run = 0, last = BATCH; run < BATCHES_MOST && last === BATCH; run++) gone += last = await batch();
      return gone;
    },
  };
}
