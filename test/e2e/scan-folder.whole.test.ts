/** `weir scan` as installed: the compiled command over real folders, with the exit codes that scripts rely on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { numberSource } from '../kit/numbers.js';
import { WEIR } from '../kit/program.js';
import { tempFolder } from '../kit/temp.js';
import { run, weir } from './client.js';

const numbers = numberSource(21);
const folder = tempFolder('scan');
const dirty = join(folder, 'dirty');
const clean = join(folder, 'clean');
for (const path of [dirty, clean, join(dirty, 'sub')]) mkdirSync(path);
const [phone, id] = [numbers.phone(), numbers.residentId()];
writeFileSync(join(clean, 'a.txt'), 'only words\n');
writeFileSync(join(dirty, 'a.txt'), `call ${phone}\n`);
writeFileSync(join(dirty, 'sub', 'b.json'), JSON.stringify({ person: { idCard: id } }));
writeFileSync(join(dirty, 'c.txt'), 'only words\n');

describe('weir scan', () => {
  it('ends with 0 where there is nothing', async () => {
    const { code, out, err } = await weir(undefined, 'scan', clean);
    expect([code, out]).toEqual([0, '']);
    expect(err).toContain('0 finding(s)');
  });

  it('ends with 1 and one JSON line per finding, masked', async () => {
    const { code, out, err } = await weir(undefined, 'scan', '--json', dirty);
    const lines = out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(1);
    expect(lines.map(({ file, part, detector }) => [file, part, detector])).toEqual([
      [join(dirty, 'a.txt'), 'body', 'cn.phone'],
      [join(dirty, 'sub', 'b.json'), 'body', 'cn.resident-id'],
    ]);
    expect(lines[0]).toMatchObject({ start: 5, end: 16, preview: `${phone.slice(0, 3)}****${phone.slice(-4)}` });
    for (const value of [phone, id]) expect(out + err).not.toContain(value);
  });

  it('ends with 2 where something could not be read and nothing else was found, and names it beside findings, too', async () => {
    expect((await weir(undefined, 'scan', join(folder, 'absent'))).code).toBe(2);
    const { code, out } = await weir(undefined, 'scan', '--json', dirty, join(folder, 'absent'));
    expect(code).toBe(1);
    expect(JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({ file: join(folder, 'absent'), unscannable: expect.any(String) });
  });

  it('reads what is piped into it', async () => {
    const { code, out } = await run(process.execPath, [WEIR, 'scan', '--json', '-'], {}, `call ${phone}`);
    expect([code, (JSON.parse(out) as { file: string }).file]).toEqual([1, '-']);
  });
});
