/** `npm start` brings packages and build up to date only when they are not, and then is the gateway. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { tempFolder } from '../kit/temp.js';

interface Prepare {
  whyInstall(root: string, dev: boolean): string | undefined;
  sourceDigest(root: string): string;
  buildNeeded(root: string): boolean;
  stampBuild(root: string): void;
}
const gateway = fileURLToPath(new URL('../../gateway', import.meta.url));
const prepare = (await import(join(gateway, 'prepare.mjs'))) as Prepare;

interface Package {
  readonly version: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
}
type Packages = Readonly<Record<string, Package>>;
const lock: Packages = {
  '': { version: '1.0.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'x' },
  'node_modules/tool': { version: '2.0.0', integrity: 'y', dev: true },
  'node_modules/other-system': { version: '3.0.0', integrity: 'z', optional: true },
};

/** A project with this gateway's start scripts, a made-up lock file, and a "compiled" gateway. */
function project(installed: Packages | undefined, main = ''): string {
  const root = tempFolder('start');
  for (const folder of ['gateway', 'node_modules', 'dist/gateway']) mkdirSync(join(root, folder), { recursive: true });
  for (const name of ['start.mjs', 'prepare.mjs']) cpSync(join(gateway, name), join(root, 'gateway', name));
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'made-up', version: '1.0.0', type: 'module' }));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages: lock }));
  if (installed !== undefined)
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  writeFileSync(join(root, 'dist', 'gateway', 'main.js'), main);
  return root;
}
function without(...names: string[]): Packages {
  return Object.fromEntries(Object.entries(lock).filter(([name]) => name !== '' && !names.includes(name)));
}

describe('packages', () => {
  it('are left alone when they match the lock file, with those for other systems absent', () => {
    expect(prepare.whyInstall(project(without()), true)).toBeUndefined();
    expect(prepare.whyInstall(project(without('node_modules/other-system')), true)).toBeUndefined();
  });

  it('are installed when there are none, one is missing or one is another version', () => {
    expect(prepare.whyInstall(project(undefined), true)).toBe('first start');
    expect(prepare.whyInstall(project(without('node_modules/a')), false)).toContain('has changed');
    const older = { ...without(), 'node_modules/a': { version: '0.9.0', integrity: 'x' } };
    expect(prepare.whyInstall(project(older), false)).toContain('has changed');
    const otherContent = {
      ...without(),
      'node_modules/other-system': { version: '3.0.0', integrity: 'changed', optional: true },
    };
    expect(prepare.whyInstall(project(otherContent), false)).toContain('has changed');
  });

  it('for development count only where something is built', () => {
    const root = project(without('node_modules/tool'));
    expect(prepare.whyInstall(root, false)).toBeUndefined();
    expect(prepare.whyInstall(root, true)).toContain('has changed');
  });

  it('made for another Node.js are installed anew', () => {
    const root = project(without());
    writeFileSync(join(root, 'node_modules', '.weir-made-for.json'), '"linux x64 1"');
    expect(prepare.whyInstall(root, false)).toContain('another Node.js');
  });
});

describe('build', () => {
  it('is needed when a source is added, changed, renamed or removed since, and not otherwise', () => {
    const root = project(without());
    expect(prepare.buildNeeded(root)).toBe(true);
    const source = join(root, 'gateway', 'main.ts');
    for (const change of [
      () => writeFileSync(source, 'export {};'),
      () => writeFileSync(source, 'export { };'),
      () => {
        cpSync(source, `${source}x`);
        rmSync(source);
      },
      () => rmSync(`${source}x`),
    ]) {
      prepare.stampBuild(root);
      expect(prepare.buildNeeded(root)).toBe(false);
      change();
      expect(prepare.buildNeeded(root)).toBe(true);
    }
    prepare.stampBuild(root);
    rmSync(join(root, 'dist', 'gateway', 'main.js'));
    expect(prepare.buildNeeded(root)).toBe(true);
  });
});

describe('start', () => {
  const start = (root: string): string => join(root, 'gateway', 'start.mjs');

  it('runs what is built with its arguments and exit code, without npm, compiler or network', () => {
    const root = project(
      without('node_modules/tool'),
      'console.log(JSON.stringify(process.argv.slice(1))); process.exitCode = 7;',
    );
    prepare.stampBuild(root);
    const { status, stdout, stderr } = spawnSync(process.execPath, [start(root), '--config', 'my file.yaml'], {
      encoding: 'utf8',
      env: { PATH: '' },
    });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual([join(root, 'dist', 'gateway', 'main.js'), '--config', 'my file.yaml']);
    expect(status).toBe(7);
  });

  it('is the gateway: a signal reaches it', async () => {
    const main =
      "process.on('SIGTERM', () => { console.log('draining'); process.exit(0); }); setInterval(() => undefined, 1e6); console.log('ready');";
    const root = project(without(), main);
    prepare.stampBuild(root);
    const child = spawn(process.execPath, [start(root)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (text.includes('ready')) child.kill('SIGTERM');
    });
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(out).toBe('ready\ndraining\n');
  });

  it('shows the output of a build that fails and keeps nothing that looks built', () => {
    const root = project(without());
    mkdirSync(join(root, 'node_modules', 'typescript', 'bin'), { recursive: true });
    writeFileSync(join(root, 'node_modules', 'typescript', 'package.json'), '{"type":"commonjs"}');
    writeFileSync(
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      "console.log('main.ts(1,1): error'); process.exit(2);",
    );
    const { status, stderr } = spawnSync(process.execPath, [start(root)], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toBe('main.ts(1,1): error\nBuilding: failed (exit code 2).\n');
    expect(existsSync(join(root, 'dist', '.built-from'))).toBe(false);
  });

  it('asks for a newer Node.js in a sentence that an old one can print', () => {
    const text = readFileSync(start(project(without())), 'utf8');
    // No static import, no top-level await, nothing a parser of 2019 stumbles over before the check.
    expect(text).not.toMatch(/^import |^await |\?\.|\?\?/m);
    const old = text.replaceAll('process.versions.node', "'18.20.1'");
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', old], { encoding: 'utf8' });
    expect(stderr).toContain('needs Node.js 20.19 or newer; this is 18.20.1');
    expect(status).toBe(1);
  });
});
