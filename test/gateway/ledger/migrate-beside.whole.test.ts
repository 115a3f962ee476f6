/** A schema is brought up to date while an older program keeps and delivers mail. */
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { migrateLedger, migrateLedgerTo, MIGRATIONS } from '../../../gateway/ledger/migrate.js';
import { testPostgres } from '../../kit/database.js';
import { until } from '../../kit/patience.js';

const server = testPostgres();

describe('a schema that is brought up to date beside an older program', () => {
  it('waits for its mails instead of locking each other out: recipients come before the job, there as here', async () => {
    const owner = server().connection;
    expect(await migrateLedgerTo(owner, Object.keys(MIGRATIONS).filter((name) => name < '0013'))).toBe(true);
    // By no pool of the ledger's: what idles in a transaction there is seen out after a while.
    const [older, watching] = [new Client({ ...owner }), new Client({ ...owner })];
    await Promise.all([older.connect(), watching.connect()]);
    try {
      await older.query('begin');
      await older.query('lock table weir.mail_recipients in row exclusive mode');
      const newer = migrateLedger(owner, { separateRole: false }).then(() => 'made', (error: unknown) => error);
      await until('a newer program that waits for a table', async () => (await watching.query('select 1 from pg_locks where not granted')).rows.length > 0);
      await older.query('lock table weir.outbox in row exclusive mode');
      await older.query('commit');
      expect(await newer).toBe('made');
    } finally {
      await Promise.all([older.end(), watching.end()]);
    }
  });
});
