/** The systemd units are ones that systemd takes, and keep the service away from what it does not need. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { tempFolder } from '../kit/temp.js';

const folder = join(import.meta.dirname, '../../config/deploy/systemd');
/** As `systemd-analyze security` counts: 10 is a service without any bounds. */
const EXPOSURE_MOST = 2;

function analyze(...args: readonly string[]): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}` };
}

describe.each(['weir.service', 'weir-worker.service'])('%s', (name) => {
  const unit = readFileSync(join(folder, name), 'utf8');

  it('is understood by systemd without a word', () => {
    // Node.js lies elsewhere on some machines; that the program exists is all that is asked of it.
    const copy = join(tempFolder('units'), name);
    writeFileSync(copy, unit.replace('/usr/bin/node', process.execPath));
    expect(analyze('verify', '--man=no', copy)).toEqual({ status: 0, said: '' });
  });

  it('is bounded', () => {
    const { said } = analyze('security', '--offline=true', join(folder, name));
    const exposure = Number(/exposure level for \S+: ([\d.]+)/.exec(said)?.[1] ?? Number.NaN);
    expect(exposure).toBeLessThanOrEqual(EXPOSURE_MOST);
  });

  it('runs the compiled program itself and lets it stop in its own order', () => {
    expect(unit).toMatch(/^ExecStart=\/usr\/bin\/node \/opt\/weir\/dist\/gateway\/cli\/weir\.js /m);
    expect(unit).toMatch(/^KillMode=mixed$/m);
  });
});
