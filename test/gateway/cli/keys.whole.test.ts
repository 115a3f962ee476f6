/** `weir keys` as an operator types it: a key is rotated while messages are held, old ones are re-wrapped, and the stock age command agrees at every step. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditReading } from '../../../gateway/ledger/audit-reading.js';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import type { ExchangeId } from '../../../gateway/ports.js';
import { openKeys } from '../../../gateway/vault/keys.js';
import { dataFolder, forgetHome, startTestPostgres, type TestPostgres } from '../../kit/database.js';
import { heldMessage } from '../../kit/held.js';
import { folderVault } from '../../kit/vault.js';
import { numberSource } from '../../kit/numbers.js';
import { S3_KEYS, testS3 } from '../../kit/s3.js';
import { tempFolder } from '../../kit/temp.js';
import { messageId, pattern, pieces, sealedHead } from '../vault/sample.js';
import { weir } from './run-weir.js';

const dataDir = dataFolder();
const ids = [1, 2, 3].map(messageId);
const at = (id: ExchangeId, kind: 'key' | 'body'): string => join(dataDir, 'vault', `${id}.${kind}`);
let server: TestPostgres;
let database: LedgerDatabase;

beforeAll(async () => {
  server = await startTestPostgres(dataDir);
  database = ledgerDatabase(await migrateLedger(server.connection, { separateRole: true }));
  const { keys } = await openKeys({ keysDir: join(dataDir, 'keys'), custody: 'local' });
  const vault = folderVault({ dir: join(dataDir, 'vault'), keys });
  const ledger = holdLedger({ database, audit: auditWriter('gateway'), clock: Date });
  for (const id of ids) {
    await vault.seal(id, sealedHead(id, 1_000, 0), pieces(pattern(1_000)), pieces(Buffer.alloc(0)));
    await ledger.hold(heldMessage({ id }), { at: new Date(), actor: 'gateway', act: 'verdict.hold', subject: id, data: {} });
  }
});
afterAll(async () => {
  await database.close();
  await server.end();
  forgetHome(dataDir);
});

/** Whether the stock command opens the message with this identity file. */
function ageOpens(id: ExchangeId, identityFile: string): boolean {
  const { status, stdout } = spawnSync('age', ['-d', '-i', identityFile], { input: Buffer.concat([readFileSync(at(id, 'key')), readFileSync(at(id, 'body'))]) });
  return status === 0 && stdout.includes(pattern(1_000));
}

describe('weir keys', () => {
  const keyFile = join(dataDir, 'keys', 'review.key');

  it('shows which key messages are sealed for', async () => {
    const recipient = readFileSync(join(dataDir, 'keys', 'review.pub'), 'utf8').trim();
    const { code, out } = await weir(['keys', 'show', '--data', dataDir]);
    expect([code, out]).toEqual([0, `Sealed for ${recipient} (suite age-v1).\nThe private half lies here: ${keyFile}\n`]);
    expect(await weir(['keys', 'show', '--data', tempFolder('none')])).toMatchObject({ code: 2, err: expect.stringContaining('No public key') });
  });

  it('rotates, re-wraps what is held and leaves what was decided alone; afterwards the new key alone opens', async () => {
    const old = join(tempFolder('old'), 'old.key');
    writeFileSync(old, readFileSync(keyFile), { mode: 0o600 });
    const [first = messageId(9), second = messageId(9), decided = messageId(9)] = ids;
    await database.transact((trx) => trx.updateTable('messages').set({ state: 'rejected' }).where('id', '=', decided).execute());

    expect(await weir(['keys', 'rotate'], { WEIR_DATA: dataDir })).toMatchObject({ code: 0, out: expect.stringMatching(/^From now on sealed for age1/) });
    const newest = join(tempFolder('new'), 'new.key');
    writeFileSync(newest, /AGE-SECRET-KEY-1[A-Z0-9]+/.exec(readFileSync(keyFile, 'utf8'))?.[0] ?? '');
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect([first, second, decided].map((id) => [ageOpens(id, old), ageOpens(id, newest)])).toEqual([[true, false], [true, false], [true, false]]);

    const { code, out } = await weir(['keys', 'rewrap'], { WEIR_DATA: dataDir });
    expect([code, out]).toEqual([0, 'Re-wrapped: 2; had the newest key already: 0; of another suite, still with an older key: 0; without files: 0; damaged, or their key is not here: 0.\n']);
    expect([first, second, decided].map((id) => [ageOpens(id, old), ageOpens(id, newest)])).toEqual([[false, true], [false, true], [true, false]]);
    expect((await weir(['keys', 'rewrap'], { WEIR_DATA: dataDir })).out).toContain('already: 2');
    const { rows } = await auditReading(database).page({ limit: 20, act: 'keys.' });
    expect(rows.map(({ act, actor }) => [act, actor])).toEqual([['keys.rewrap', 'command'], ['keys.rewrap', 'command'], ['keys.rotate', 'command']]);
  });

  it('loses no key when it is rotated twice at once', async () => {
    const secrets = (): readonly string[] => [...readFileSync(keyFile, 'utf8').matchAll(/AGE-SECRET-KEY-1[A-Z0-9]+/g)].map(([secret]) => secret);
    const before = secrets();
    const both = await Promise.all([weir(['keys', 'rotate'], { WEIR_DATA: dataDir }), weir(['keys', 'rotate'], { WEIR_DATA: dataDir })]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(secrets()).toHaveLength(before.length + 2);
    expect(secrets().slice(2)).toEqual(before);
    expect((await weir(['keys', 'rewrap'], { WEIR_DATA: dataDir })).out).toContain('Re-wrapped: 2;');
  });

  it('writes an escrow copy that the stock command opens with the other key, and never over a file', async () => {
    const safe = join(tempFolder('safe'), 'safe.key');
    const made = await weir(['keys', 'generate', '--out', safe]);
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^age1[a-z0-9]{58}\n$/)]);
    const copy = join(tempFolder('safe'), 'copy.age');
    expect(await weir(['keys', 'escrow', '--out', copy, '--to', made.out.trim()], { WEIR_DATA: dataDir })).toMatchObject({ code: 0 });
    expect(spawnSync('age', ['-d', '-i', safe, copy]).stdout.toString()).toBe(readFileSync(keyFile, 'utf8'));
    expect(await weir(['keys', 'escrow', '--out', copy, '--to', made.out.trim()], { WEIR_DATA: dataDir })).toMatchObject({ code: 2, err: expect.stringContaining('a file of that name already') });
    expect(await weir(['keys', 'escrow', '--out', `${copy}2`], { WEIR_DATA: dataDir })).toMatchObject({ code: 2, err: expect.stringContaining('either --to or --passphrase-file') });
    expect(existsSync(`${copy}2`)).toBe(false);
  });

  it('makes a keys folder for a fleet from those of an installation, and names it', async () => {
    const out = join(tempFolder('fleet'), 'keys');
    expect(await weir(['keys', 'init', '--out', out, '--data', dataDir])).toMatchObject({ code: 0, out: expect.stringContaining('Made anew: audit.key, audit.pub, fingerprint, accounts') });
    expect(readFileSync(join(out, 'review.key'), 'utf8')).toBe(readFileSync(keyFile, 'utf8'));
    expect(await weir(['keys', 'show'], { WEIR_DATA: tempFolder('none'), WEIR_KEYS: out })).toMatchObject({ code: 0, out: expect.stringContaining(join(out, 'review.key')) });
    expect(await weir(['keys', 'init', '--out', out])).toMatchObject({ code: 2, err: expect.stringContaining('none is written over') });
  });

  it('re-wraps what lies in a bucket, and refuses one that is not the ledger\'s', async () => {
    const s3 = await testS3();
    try {
      const folder = tempFolder('config');
      const configOf = (prefix: string): string => {
        const file = join(folder, `${prefix}.yaml`);
        writeFileSync(file, `version: 1\nvault: { ${s3.config(prefix)} }\nroutes: [{ id: a, match: {}, upstream: { url: "https://a.example" }, policy: p }]\npolicies: { p: { rules: [] } }\n`);
        return file;
      };
      const [first = messageId(9)] = ids;
      for (const kind of ['key', 'body'] as const) await s3.put(`fleet/${first}.${kind}`, readFileSync(at(first, kind)));
      const env = { ...S3_KEYS, WEIR_DATA: dataDir };
      expect(await weir(['keys', 'adopt', '--config', configOf('fleet'), '--reason', 'moved into a bucket'], env)).toMatchObject({ code: 0, out: expect.stringMatching(/vault v[0-9a-f]{32}/) });
      await weir(['keys', 'rotate'], env);
      const before = await s3.get(`fleet/${first}.key`);
      expect(await weir(['keys', 'rewrap', '--config', configOf('fleet')], env)).toMatchObject({ code: 0, out: expect.stringContaining('Re-wrapped: 1;') });
      expect((await s3.get(`fleet/${first}.key`)).equals(before)).toBe(false);
      expect(await weir(['keys', 'rewrap', '--config', configOf('other')], env)).toMatchObject({ code: 2, err: expect.stringContaining('not the one that belongs to the ledger') });
      expect(await weir(['keys', 'adopt', '--config', configOf('fleet'), '--reason', numberSource(3).residentId()], env)).toMatchObject({ code: 2, err: expect.stringContaining('belongs to a person') });
    } finally {
      await s3.close();
    }
  });
});
