import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { spoolFactory } from '../../../gateway/body/spool.js';
import { EXIT } from '../../../gateway/cli/outcome.js';
import { CHUNK } from '../../../gateway/cli/scan-file.js';
import { scanExitCode, scanPaths, type ScanJob, type ScanTotals } from '../../../gateway/cli/scan-paths.js';
import { tempFolder } from '../../kit/temp.js';
import { fakeEngine, type FakeEngine } from './fake-engine.js';

interface Run {
  readonly totals: ScanTotals;
  readonly lines: readonly string[];
  readonly engine: FakeEngine;
}

async function run(paths: readonly string[], more: Partial<ScanJob> = {}): Promise<Run> {
  const engine = fakeEngine();
  const lines: string[] = [];
  const totals = await scanPaths({
    paths,
    follow: false,
    confidence: 0.7,
    using: { engineFor: engine.engineFor, children: { spools: spoolFactory({ dir: tempFolder('spool') }) } },
    report: {
      finding: (file, { part, start }) => void lines.push(`${file} ${part} ${start}`),
      unscannable: (file, { part, reason, bytes }) => void lines.push(`${file} ${part} ${reason} ${bytes}`),
      skipped: (file, reason) => void lines.push(`${file} ${reason}`),
      receipt: () => undefined,
    },
    signal: new AbortController().signal,
    onBytes: async () => undefined,
    ...more,
  });
  return { totals, lines, engine };
}

function file(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('a scan of paths', () => {
  it('goes through folders by name and says what it found where', async () => {
    const folder = tempFolder('scan');
    mkdirSync(join(folder, 'sub'));
    file(folder, 'b.txt', 'clean');
    file(folder, 'a.txt', 'x#y');
    file(join(folder, 'sub'), 'c.txt', '#');
    const { totals, lines } = await run([folder]);
    expect(lines).toEqual([`${folder}/a.txt body 1`, `${folder}/sub/c.txt body 0`]);
    expect(totals).toMatchObject({ files: 3, findings: 2, scanned: 9, unscanned: 0, unscannedParts: 0 });
    expect(scanExitCode(totals, false)).toBe(EXIT.no);
  });

  it('streams a large file in chunks and tells every finding of it', async () => {
    const folder = tempFolder('scan');
    const many = 3 * CHUNK + 5;
    const path = file(folder, 'many', Buffer.alloc(many, '#'));
    let told = 0;
    const seen: number[] = [];
    const { totals, engine } = await run([path], {
      report: { finding: () => (told += 1), unscannable: () => undefined, skipped: () => undefined, receipt: () => undefined },
      onBytes: async (bytes) => void seen.push(bytes),
    });
    expect(told).toBe(many);
    expect(Math.max(...engine.chunks)).toBe(CHUNK);
    expect(seen).toEqual([CHUNK, CHUNK, CHUNK, 5]);
    expect(totals.scanned).toBe(many);
  });

  it('looks at the name of a file as well', async () => {
    const path = file(tempFolder('scan'), 'no#1', 'clean');
    expect((await run([path])).lines).toEqual([`${path} head/file-name 2`]);
  });

  it('counts what lies below the asked confidence without telling it', async () => {
    const path = file(tempFolder('scan'), 'a', '? # ?');
    expect((await run([path])).totals).toMatchObject({ findings: 1, weak: 2 });
    expect((await run([path], { confidence: 0 })).totals).toMatchObject({ findings: 3, weak: 0 });
  });

  it('reports parts that could not be read, and then does not call the file clean', async () => {
    const path = file(tempFolder('scan'), 'a', 'ab\0\0');
    const { totals, lines } = await run([path]);
    expect(lines).toEqual([`${path} body/nul unsupported 2`]);
    expect(totals).toMatchObject({ scanned: 2, unscanned: 2, unscannedParts: 1 });
    expect(scanExitCode(totals, false)).toBe(EXIT.trouble);
    expect(scanExitCode(totals, true)).toBe(EXIT.fine);
  });

  it('is not caught in a circle of links, whether it follows them or not', async () => {
    const folder = tempFolder('scan');
    file(folder, 'a', '#');
    symlinkSync(folder, join(folder, 'round'));
    symlinkSync('self', join(folder, 'self'));
    symlinkSync(join(folder, 'a'), join(folder, 'to-a'));
    const still = await run([folder]);
    expect(still.lines).toEqual([`${folder}/a body 0`, `${folder}/round link`, `${folder}/self link`, `${folder}/to-a link`]);
    expect(still.totals).toMatchObject({ findings: 1, passedOver: 3, unscannedParts: 0 });
    const following = await run([folder], { follow: true });
    expect(following.lines).toEqual([`${folder}/a body 0`, `${folder}/round loop`, `${folder}/self loop`, `${folder}/to-a body 0`]);
  });

  it('never waits for a pipe or reads a device', async () => {
    const folder = tempFolder('scan');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const inside = await run([folder]);
    expect(inside.lines).toEqual([`${folder}/pipe special`]);
    expect(scanExitCode(inside.totals, false)).toBe(EXIT.fine);
    const named = await run([join(folder, 'pipe'), '/dev/zero']);
    expect(named.lines).toEqual([`${folder}/pipe special`, '/dev/zero special']);
    expect(scanExitCode(named.totals, false)).toBe(EXIT.trouble);
  });

  it('goes on after a path that is missing or may not be read', async () => {
    const folder = tempFolder('scan');
    const secret = file(folder, 'secret', '#');
    chmodSync(secret, 0);
    const { lines, totals } = await run([join(folder, 'missing'), secret]);
    // The administrator may read everything.
    expect(lines).toEqual([`${folder}/missing not-found`, process.getuid?.() === 0 ? `${secret} body 0` : `${secret} permission`]);
    expect(scanExitCode({ ...totals, findings: 0 }, false)).toBe(EXIT.trouble);
  });

  it('stops when told to, and the rest is not called clean', async () => {
    const folder = tempFolder('scan');
    file(folder, 'a', Buffer.alloc(4 * CHUNK));
    file(folder, 'b', '#');
    const stop = new AbortController();
    const { totals, engine } = await run([folder], { signal: stop.signal, onBytes: async () => stop.abort() });
    expect(engine.endings).toEqual([false]);
    expect(totals).toMatchObject({ files: 1, interrupted: true });
    expect(scanExitCode(totals, true)).toBe(EXIT.interrupted);
  });

  it('an empty file is clean', async () => {
    const { totals } = await run([file(tempFolder('scan'), 'empty', '')]);
    expect(totals).toMatchObject({ files: 1, scanned: 0, unscannedParts: 0 });
    expect(scanExitCode(totals, false)).toBe(EXIT.fine);
  });
});
