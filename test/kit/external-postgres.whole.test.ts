/** The external test database does what suites ask of it. */
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { isRunning } from '../../gateway/ledger/data-folder-lock.js';
import { externalPostgres } from './external-postgres.js';
import { PATIENCE_MS } from './patience.js';

const server = externalPostgres();

describe('the external test database', () => {
  it('lets its owner in by password, comes back after a restart and a kill, and answers nothing while paused', async () => {
    const asked = async (timeout = PATIENCE_MS): Promise<unknown> => {
      const client = new Client({ connectionString: server().url, connectionTimeoutMillis: timeout });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query('select current_user as who')).rows;
      } finally {
        await client.end().catch(() => undefined);
      }
    };
    expect(await asked()).toEqual([{ who: 'weir' }]);
    await server().restart();
    expect(await asked()).toEqual([{ who: 'weir' }]);
    server().pause();
    await expect(asked(300)).rejects.toThrow();
    server().resume();
    await server().kill();
    await expect(asked()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server().start();
    expect(await asked()).toEqual([{ who: 'weir' }]);
  });

  it('is dead as a whole when it was killed, however much it had to do, and starts again at once', async () => {
    for (let run = 0; run < 5; run++) {
      const clients = Array.from({ length: 4 }, () => new Client({ connectionString: server().url }));
      const pids = await Promise.all(clients.map(async (client) => {
        client.on('error', () => undefined);
        await client.connect();
        const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
        // Its own work keeps it from noticing that its postmaster is gone.
        client.query('do $$ begin loop end loop; end $$').catch(() => undefined);
        return rows[0]?.pid ?? 0;
      }));
      await server().kill();
      expect(pids.filter(isRunning)).toEqual([]);
      await server().start();
    }
  });
});
