/** The external test database does what suites ask of it. */
import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { externalPostgres } from './external-postgres.js';

const server = externalPostgres();

describe('the external test database', () => {
  it('lets its owner in by password, comes back after a restart and a kill, and answers nothing while paused', async () => {
    const asked = async (timeout = 5_000): Promise<unknown> => {
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
});
