/** The embedded PostgreSQL starts anywhere, survives what kills it, and never serves two Weirs (HC 33). */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { isRunning } from '../../../gateway/ledger/data-folder-lock.js';
import { DataFolderInUse, DataFolderVersion, type EmbeddedPostgresError } from '../../../gateway/ledger/start-errors.js';
import { dataFolder, forgetHome, startTestPostgres, type TestPostgres } from '../../kit/database.js';
import { tempFolder } from '../../kit/temp.js';

const folders: string[] = [];
function folder(): string {
  const made = dataFolder();
  folders.push(made);
  return made;
}
afterAll(() => folders.forEach(forgetHome));

async function query(server: Pick<TestPostgres, 'connection'>, sql: string): Promise<unknown> {
  const client = new Client({ ...server.connection });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows[0]?.[0];
  } finally {
    await client.end();
  }
}

function becomes(server: TestPostgres, state: 'up' | 'down'): Promise<void> {
  return new Promise((resolve) => {
    const off = server.onState((now) => {
      if (now !== state) return;
      off();
      resolve();
    });
  });
}

describe('the embedded PostgreSQL', () => {
  it('keeps its rows over a clean stop and a second start, with durable settings', async () => {
    const dir = folder();
    const first = await startTestPostgres(dir);
    expect(await query(first, 'show fsync')).toBe('on');
    expect(await query(first, 'show synchronous_commit')).toBe('on');
    expect(await query(first, 'show listen_addresses')).toBe('');
    await query(first, 'create table kept as select 7 as n');
    await first.end();
    expect(first.pid()).toBeUndefined();
    const second = await startTestPostgres(dir);
    expect(await query(second, 'select n from kept')).toBe(7);
    await second.end();
  });

  it('lets nobody in without its password, and keeps that to itself', async () => {
    const dir = folder();
    const server = await startTestPostgres(dir);
    const stranger = new Client({ ...server.connection, password: 'wrong' });
    await expect(stranger.connect()).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(join(dir, 'keys', 'postgres')).mode & 0o777).toBe(0o600);
    expect(statSync(server.connection.host).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(server.home, 'data', 'pg_hba.conf'), 'utf8')).not.toMatch(/^[^#]*\btrust\b/m);
    await server.end();
  });

  it('comes back by itself after kill -9, with every acknowledged row', async () => {
    const server = await startTestPostgres(folder());
    await query(server, 'create table kept (n int)');
    await query(server, 'insert into kept values (41)');
    const down = becomes(server, 'down');
    const up = becomes(server, 'up');
    process.kill(server.pid() ?? 0, 'SIGKILL');
    await down;
    await up;
    expect(await query(server, 'select n from kept')).toBe(41);
    await server.end();
  });

  it('refuses a second start on the same folder while the first lives', async () => {
    const dir = folder();
    const first = await startTestPostgres(dir);
    await expect(startTestPostgres(dir)).rejects.toThrow(DataFolderInUse);
    expect(await query(first, 'select 1')).toBe(1);
    await first.end();
  });

  it('takes over the database of a Weir that was killed', async () => {
    const dir = folder();
    const program = `
      const { lockDataFolder } = await import('./gateway/ledger/data-folder-lock.ts');
      const { embeddedPostgres } = await import('./gateway/ledger/embedded-postgres.ts');
      const server = await embeddedPostgres({ dataDir: ${JSON.stringify(dir)}, lock: await lockDataFolder(${JSON.stringify(dir)}), log() {}, progress() {} });
      console.log('pid=' + server.pid());
    `;
    const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const orphan = await new Promise<number>((resolve) => {
      owner.stdout.setEncoding('utf8').on('data', (text: string) => {
        const pid = /pid=(\d+)/.exec(text)?.[1];
        if (pid !== undefined) resolve(Number.parseInt(pid, 10));
      });
    });
    const died = new Promise((resolve) => owner.once('exit', resolve));
    owner.kill('SIGKILL');
    await died;
    expect(isRunning(orphan)).toBe(true);
    const server = await startTestPostgres(dir);
    expect(isRunning(orphan)).toBe(false);
    expect(server.pid()).not.toBe(orphan);
    expect(await query(server, 'select 1')).toBe(1);
    await server.end();
  });

  it('is not fooled by a stale pid file that names a living stranger', async () => {
    const dir = folder();
    const first = await startTestPostgres(dir);
    const file = join(first.home, 'data', 'postmaster.pid');
    const text = readFileSync(file, 'utf8');
    await first.end();
    const stranger = spawn('sleep', ['3600']);
    writeFileSync(file, text.replace(/^\d+/, String(stranger.pid)));
    const second = await startTestPostgres(dir);
    expect(await query(second, 'select 1')).toBe(1);
    expect(isRunning(stranger.pid ?? 0)).toBe(true);
    stranger.kill();
    await second.end();
  });

  it('refuses a folder of another major version and names backup and restore', async () => {
    const dir = folder();
    const first = await startTestPostgres(dir);
    await first.end();
    writeFileSync(join(first.home, 'data', 'PG_VERSION'), '19\n');
    await expect(startTestPostgres(dir)).rejects.toThrow(DataFolderVersion);
    await expect(startTestPostgres(dir)).rejects.toThrow(/weir backup.*weir restore/);
  });

  it('says so when the password of an existing database is gone', async () => {
    const dir = folder();
    const first = await startTestPostgres(dir);
    await first.end();
    writeFileSync(join(dir, 'keys', 'postgres'), 'another\n');
    await expect(startTestPostgres(dir)).rejects.toMatchObject({ problem: 'no-password' } satisfies Partial<EmbeddedPostgresError>);
  });

  it('leaves no half-made database behind a creation that was killed', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'postgres', 'data.new-1'), { recursive: true });
    const server = await startTestPostgres(dir);
    expect(existsSync(join(dir, 'postgres', 'data.new-1'))).toBe(false);
    await server.end();
  });

  it('lives elsewhere when root keeps the data folder closed, and is found there again', async () => {
    if (process.getuid?.() !== 0) {
      expect(execFileSync('id', ['-u'], { encoding: 'utf8' }).trim()).not.toBe('0');
      return;
    }
    const dir = tempFolder('closed');
    chmodSync(dir, 0o700);
    folders.push(dir);
    const first = await startTestPostgres(dir);
    expect(first.home).toMatch(/^\/var\/lib\/weir-[0-9a-f]{12}$/);
    await query(first, 'create table kept as select 7 as n');
    await first.end();
    chmodSync(dir, 0o711);
    const second = await startTestPostgres(dir);
    expect(await query(second, 'select n from kept')).toBe(7);
    await second.end();
  });

  it('tells a user without a passwd entry in one line what to do', async () => {
    if (process.getuid?.() !== 0) return;
    const program = `
      const { postgresAccount } = await import('./gateway/ledger/postgres-account.ts');
      try { postgresAccount(); } catch (error) { console.log(error.code, error.message); }
    `;
    const said = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], { uid: 54_321, gid: 54_321, env: { ...process.env, HOME: '/nonexistent' }, encoding: 'utf8' });
    expect(said).toMatch(/^POSTGRES_NO_ACCOUNT .*WEIR_DATABASE_URL.*\n$/);
  });
});
