import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { appendAudit } from '../../../gateway/ledger/audit-chain.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { dataFolder, forgetHome, startTestPostgres, type TestPostgres } from '../../kit/database.js';
import { tempFolder } from '../../kit/temp.js';
import { weir } from './run-weir.js';

const WHOLE = 'The audit trail is whole: 3 entries.\nSigned checkpoints: 0 good, 0 from before signing, 0 by a key that is not known here.\n';

describe('weir audit', () => {
  const dataDir = dataFolder();
  let server: TestPostgres;
  let database: LedgerDatabase;

  beforeAll(async () => {
    server = await startTestPostgres(dataDir);
    await migrateLedger(server.connection, { separateRole: true });
    database = ledgerDatabase(server.connection);
    for (let n = 0; n < 3; n++) {
      await database.transact((trx) => appendAudit(trx, 'gateway', randomUUID(), { at: new Date(n), actor: 'system', act: 'test.entry', subject: undefined, data: { n } }));
    }
  });
  afterAll(async () => {
    await database.close();
    await server.end();
    forgetHome(dataDir);
  });

  it('reads the chains of a gateway that runs', async () => {
    expect(await weir(['audit', 'verify'], { WEIR_DATA: dataDir })).toEqual({ code: 0, out: WHOLE, err: '' });
  });

  it('reads those of one that does not, and leaves nothing running', async () => {
    await database.close();
    await server.end();
    expect(await weir(['audit', 'verify', '--data', dataDir])).toMatchObject({ code: 0, out: WHOLE });
    server = await startTestPostgres(dataDir);
    database = ledgerDatabase(server.connection);
  });

  it('names the entry that was changed, and exits 1', async () => {
    await sql`set session_replication_role = replica; update audit set actor = 'someone else' where seq = 2`.execute(database.db);
    expect(await weir(['audit', 'verify'], { WEIR_DATA: dataDir })).toMatchObject({ code: 1, out: expect.stringContaining('entry 2 of "gateway": its content was changed') });
    const json = await weir(['audit', 'verify', '--json'], { WEIR_DATA: dataDir });
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, seq: 2, problem: 'changed' });
  });

  it('exports the rows of a time as lines, and writes down that it did', async () => {
    const { code, out } = await weir(['audit', 'export', '--from', '1970-01-01T00:00:00.001Z', '--to', '1970-01-02'], { WEIR_DATA: dataDir });
    expect([code, out.trimEnd().split('\n').map((line) => (JSON.parse(line) as { seq: number }).seq)]).toEqual([0, [2, 3]]);
    const csv = await weir(['audit', 'export', '--format', 'csv'], { WEIR_DATA: dataDir });
    expect(csv.out.split('\r\n').filter((line) => line.includes('audit.export'))).toHaveLength(2);
    expect(await weir(['audit', 'export', '--from', 'yesterday'], { WEIR_DATA: dataDir })).toMatchObject({ code: 2, err: expect.stringContaining('not a time') });
  });

  it('does not make an empty ledger to find it whole', async () => {
    const empty = tempFolder('empty');
    expect(await weir(['audit', 'verify'], { WEIR_DATA: empty })).toMatchObject({ code: 2, err: expect.stringContaining('no ledger') });
  });
});
