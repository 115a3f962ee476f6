/** The offline bundle is whole: unpacked where there is no network and nothing of this repository, it starts and answers (HC 39). */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tempFolder } from '../kit/temp.js';

const root = join(import.meta.dirname, '../..');
/** As root, a network of its own proves that none is needed. */
const ALONE = process.getuid?.() === 0;
const STARTED = /First administrator/;

describe('the offline bundle', () => {
  const folder = tempFolder('bundle');
  let unpacked = '';
  beforeAll(() => {
    chmodSync(folder, 0o755);
    execFileSync(process.execPath, [join(root, 'gateway/bundle.mjs'), folder], { stdio: 'pipe' });
    const archive = readdirSync(folder).find((name) => name.endsWith('.tar.gz')) ?? '';
    execFileSync('tar', ['-xzf', join(folder, archive), '-C', folder]);
    rmSync(join(folder, archive));
    unpacked = join(folder, archive.replace('.tar.gz', ''));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has the sum of every file, and nothing that only builds or tests', () => {
    execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: unpacked });
    expect(existsSync(join(unpacked, 'node_modules/typescript'))).toBe(false);
    expect(existsSync(join(unpacked, 'node_modules/jest'))).toBe(false);
  });

  it('starts without a network and stops when told', async () => {
    const config = join(folder, 'weir.yaml');
    writeFileSync(config, 'version: 1\nlisten: { data: { port: 0 }, admin: { port: 0 } }\nroutes: [{ id: r, match: {}, upstream: { url: "https://a.example" }, policy: p }]\npolicies: { p: { rules: [{ id: all, when: { found: { of: [bank-card] } }, action: mask }] } }\n');
    const program = [join(unpacked, 'bin/node'), join(unpacked, 'dist/gateway/cli/weir.js'), 'start', '--config', config, '--data', join(folder, 'data')];
    const [command = '', ...args] = ALONE ? ['unshare', '--net', 'sh', '-c', 'ip link set lo up 2>/dev/null; exec "$@"', 'sh', ...program] : program;
    const child = spawn(command, args, { cwd: folder, env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    const started = new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text;
          if (STARTED.test(said)) resolve();
        });
      child.once('close', () => reject(new Error(`it ended:\n${said}`)));
    });
    await started;
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.kill('SIGTERM');
    expect({ code: await ended, said }).toMatchObject({ code: 0, said: expect.stringContaining('Stopped.') });
  });
});
