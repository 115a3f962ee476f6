/** One Weir per data folder. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { lockDataFolder } from '../../../gateway/ledger/data-folder-lock.js';
import { DataFolderInUse } from '../../../gateway/ledger/start-errors.js';
import { tempFolder } from '../../kit/temp.js';

describe('the data folder lock', () => {
  it('lets one owner in and tells the second who it is', async () => {
    const folder = tempFolder();
    const first = await lockDataFolder(folder);
    await expect(lockDataFolder(folder)).rejects.toThrow(DataFolderInUse);
    await expect(lockDataFolder(folder)).rejects.toThrow(String(process.pid));
    first.release();
    (await lockDataFolder(folder)).release();
    expect(existsSync(join(folder, 'weir.lock'))).toBe(false);
  });

  it('lets exactly one of many simultaneous starters in', async () => {
    const folder = tempFolder();
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataFolder(folder)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('takes over from an owner whose pid now belongs to another process', async () => {
    const folder = tempFolder();
    const first = await lockDataFolder(folder);
    const file = join(folder, 'weir.lock');
    const owner = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...owner, start: '1', nonce: 'dead' }));
    const second = await lockDataFolder(folder);
    first.release();
    expect(existsSync(file)).toBe(true);
    second.release();
  });

  it('lets exactly one of many starters take over from a dead owner', async () => {
    const folder = tempFolder();
    const first = await lockDataFolder(folder);
    const file = join(folder, 'weir.lock');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), pid: 2 ** 22 + 1, nonce: 'dead' }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataFolder(folder)));
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
    first.release();
  });

  it('takes over a file that a crash left empty', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'weir.lock'), '');
    (await lockDataFolder(folder)).release();
  });

  it('watches the heartbeat of an owner it cannot see, and gives way while it beats', async () => {
    const folder = tempFolder();
    const first = await lockDataFolder(folder);
    const file = join(folder, 'weir.lock');
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), place: 'another-host' }));
    const told: string[] = [];
    await expect(lockDataFolder(folder, { progress: (line) => told.push(line) })).rejects.toThrow(DataFolderInUse);
    expect(told).toHaveLength(1);
    first.release();
  });
});
