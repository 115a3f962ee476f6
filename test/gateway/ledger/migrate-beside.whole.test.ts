/** A schema is brought up to date while an older program keeps and delivers mail. */
import { describe, expect, it } from '@jest/globals';
import { closing, ledgerPool } from '../../../gateway/ledger/database.js';
import { migrateLedger, migrateLedgerTo, MIGRATIONS } from '../../../gateway/ledger/migrate.js';
import { testPostgres } from '../../kit/database.js';

const server = testPostgres();

describe('a schema that is brought up to date beside an older program', () => {
  it('waits for its mails instead of locking each other out: recipients come before the job, there as here', async () => {
    const owner = server().connection;
    expect(await migrateLedgerTo(owner, Object.keys(MIGRATIONS).filter((name) => name < '0013'))).toBe(true);
    const pool = ledgerPool(owner, { max: 2 });
    const older = await pool.connect();
    try {
      await older.query('begin');
      await older.query('lock table mail_recipients in row exclusive mode');
      const newer = migrateLedger(owner, { separateRole: false }).then(() => 'made', (error: unknown) => error);
      for (let waits = 0; waits === 0; ) waits = (await pool.query('select 1 from pg_locks where not granted')).rows.length;
      await older.query('lock table outbox in row exclusive mode');
      await older.query('commit');
      expect(await newer).toBe('made');
    } finally {
      older.release();
      await closing(pool);
    }
  });
});
