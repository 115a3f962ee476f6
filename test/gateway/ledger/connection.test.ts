/** Ways to a database as data. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { appConnection, connectionFromUrl } from '../../../gateway/ledger/connection.js';
import { DatabaseRefused, databaseRefused } from '../../../gateway/ledger/database-refused.js';
import { pgHosts } from '../../../gateway/ledger/postgres-hosts.js';
import { tempFolder } from '../../kit/temp.js';

const folder = tempFolder('connection');
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const refusal = (url: string): DatabaseRefused => {
  try {
    connectionFromUrl(url);
  } catch (error) {
    if (error instanceof DatabaseRefused) return error;
  }
  throw new Error('it was not refused');
};

describe('a database URL', () => {
  it('is read with its escapes, default port and pool size', () => {
    expect(connectionFromUrl('postgres://us%40er:p%2Fw@db.example/weir?sslmode=disable&pool_max=20&application_name=weir-1')).toEqual({
      host: 'db.example', port: 5432, user: 'us@er', password: 'p/w', database: 'weir', ssl: false, poolMax: 20, application_name: 'weir-1',
    });
    expect(connectionFromUrl('postgresql://u:p@[::1]:6543/d')).toMatchObject({ host: '::1', port: 6543, ssl: false });
    expect(connectionFromUrl('postgres://u@/d?host=%2Frun%2Fpostgresql')).toMatchObject({ host: '/run/postgresql', password: '', ssl: false });
    expect(connectionFromUrl('postgres://u:p:with:colons@h')).toMatchObject({ password: 'p:with:colons', database: 'u' });
  });

  it('names several hosts, of which the next is taken when one refuses, once for all who found out', () => {
    const { host, port, hosts } = connectionFromUrl('postgres://u:p@h1,h2:5433,[fd00::1]:5434/d?target_session_attrs=read-write');
    expect({ host, port }).toEqual({ host: 'h1', port: 5432 });
    expect(hosts).toMatchObject({ readWrite: true, all: [{ host: 'h1', port: 5432 }, { host: 'h2', port: 5433 }, { host: 'fd00::1', port: 5434 }] });
    const [one, two] = [{ host: 'one', port: 1 }, { host: 'two', port: 2 }];
    const turn = pgHosts([one, two], false);
    turn.next(one);
    turn.next(one);
    expect(turn.current()).toBe(two);
    turn.next(two);
    expect(turn.current()).toBe(one);
  });

  it('has libpq’s meanings of sslmode, and no silent way without TLS to another machine', () => {
    const ca = file('ca.crt', 'CA');
    expect(connectionFromUrl('postgres://u:p@db/d').ssl).toMatchObject({ rejectUnauthorized: false });
    expect(connectionFromUrl('postgres://u:p@127.0.0.1/d').ssl).toBe(false);
    expect(connectionFromUrl('postgres://u:p@db/d?sslmode=require').ssl).toMatchObject({ rejectUnauthorized: false });
    expect(connectionFromUrl(`postgres://u:p@db/d?sslmode=require&sslrootcert=${ca}`).ssl).toMatchObject({ rejectUnauthorized: true });
    const authority = connectionFromUrl(`postgres://u:p@db/d?sslmode=verify-ca&sslrootcert=${ca}`).ssl;
    expect(authority && authority.rejectUnauthorized === true && authority.checkServerIdentity !== undefined).toBe(true);
    const full = connectionFromUrl('postgres://u:p@db/d?sslmode=verify-full&sslrootcert=system').ssl;
    expect(full && full.rejectUnauthorized === true && full.checkServerIdentity === undefined && full.ca === undefined).toBe(true);
    for (const mode of ['prefer', 'allow', 'verify_full', '']) expect(refusal(`postgres://u:p@db/d?sslmode=${mode}`)).toMatchObject({ problem: 'bad-value', about: { detail: 'sslmode' } });
  });

  it('uses certificates that were replaced from the next connection on, and the former ones while a file is being replaced', () => {
    const ca = file('rotating.crt', 'first');
    const { ssl } = connectionFromUrl(`postgres://u:p@db/d?sslmode=verify-full&sslrootcert=${ca}`);
    const shown = (): string => (ssl && ssl.ca instanceof Buffer ? ssl.ca.toString() : '');
    expect(shown()).toBe('first');
    file('rotating.crt', 'second');
    expect(shown()).toBe('second');
    expect(refusal(`postgres://u:p@db/d?sslmode=verify-full&sslrootcert=${join(folder, 'none')}`)).toMatchObject({ problem: 'bad-file' });
    expect(refusal(`postgres://u:p@db/d?sslmode=require&sslcert=${ca}`)).toMatchObject({ problem: 'bad-value', about: { detail: 'sslkey' } });
  });

  it('that is none, or says what Weir does not know, is refused without being quoted', () => {
    for (const url of ['mysql://u:secret@h/d', 'postgres://u:secret@h:99999/d', 'postgres://u:%zzsecret@h/d', 'postgres://h/d', 'postgres://u:sec/ret@h/d', 'postgres://u:secret@h:x/d']) {
      expect(refusal(url).message).not.toContain('sec');
    }
    for (const url of ['postgres://u:se?cret=1@h/d', 'postgres://u:pa?horse&x@h/d']) expect(refusal(url)).toMatchObject({ problem: 'bad-url', about: { variable: 'WEIR_DATABASE_URL' } });
    expect(refusal('postgres://u:p@h/d?sslmoed=require')).toMatchObject({ problem: 'bad-parameter', about: { detail: 'sslmoed' } });
    expect(refusal('postgres://u:p@h/d?S3cret-tail').message).not.toContain('S3cret');
    for (const n of ['0', '2', '201', 'many', '1e2']) expect(refusal(`postgres://u:p@h/d?pool_max=${n}`)).toMatchObject({ problem: 'bad-value', about: { detail: 'pool_max' } });
  });

  it('of the owner tells the app role nothing of its password', () => {
    const owner = { host: 'h', port: 1, user: 'weir_owner', password: 'owner-secret', database: 'weir' };
    const app = appConnection(owner);
    expect(app).toMatchObject({ host: 'h', user: 'weir_app', database: 'weir' });
    expect(app.password).not.toContain('owner-secret');
    expect(appConnection(owner)).toEqual(app);
  });
});

describe('why a database cannot be used', () => {
  const failed = (code: string | undefined, message = 'password authentication failed for user "weir" 13800000000'): Error => Object.assign(new Error(message), code === undefined ? {} : { code });
  it.each([
    ['28P01', 'wrong-password'], ['28000', 'not-let-in'], ['3D000', 'no-database'], ['42501', 'no-right'], ['53300', 'no-connections'], ['25006', 'read-only'], ['57P03', 'starting'],
    ['ECONNREFUSED', 'unreachable'], ['ENOTFOUND', 'unreachable'], ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'], ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'], ['ERR_TLS_CERT_ALTNAME_INVALID', 'wrong-name'],
  ] as const)('is said for %s (%s) in both languages, without the server’s words', (code, problem) => {
    const refused = databaseRefused(failed(code));
    expect(refused?.problem).toBe(problem);
    for (const words of [refused?.message, refused?.sentence('zh')]) {
      expect(words).not.toMatch(/13800000000|\{|authentication failed/);
    }
    expect(refused?.sentence('zh')).toMatch(/[一-鿿]/);
  });

  it('is told by the words of the client where there is no code', () => {
    expect(databaseRefused(failed(undefined, 'The server does not support SSL connections'))?.problem).toBe('no-tls');
    expect(databaseRefused(failed(undefined, 'timeout expired'))?.problem).toBe('unreachable');
    expect(databaseRefused(failed('08P01', 'unsupported startup parameter: options'))?.problem).toBe('pooler');
    expect(databaseRefused(new TypeError('ours'))).toBeUndefined();
  });
});
