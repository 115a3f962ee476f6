/** /readyz says of vault and spool whether there is room to hold, and nothing that a cause would tell. */
import { describe, expect, it } from '@jest/globals';
import { redisHealth, smtpHealth, spoolHealth, vaultHealth } from '../../../gateway/wiring/health.js';
import type { Vault } from '../../../gateway/ports.js';
import { readiness } from '../../../gateway/review/readiness.js';
import { memoryVault } from '../../kit/memory-vault.js';

const vault = (space: () => ReturnType<Vault['space']>): Vault => ({ ...memoryVault(), space });
const of = (usedBytes: number, freeBytes: number): Vault => vault(() => Promise.resolve({ usedBytes, freeBytes, limitBytes: 100 }));

describe('health', () => {
  it.each([[0, 1, true], [89, 1, true], [90, 1, false], [10, 0, false]])('of a vault of 100 with %i used and %i free is %s', async (used, free, ok) => {
    expect(await vaultHealth(of(used, free)).check()).toEqual({ ok, neededFor: 'hold', detail: ok ? 'writable' : 'full' });
  });

  it('of a vault that cannot be asked is its code alone', async () => {
    const failing = vault(() => Promise.reject(Object.assign(new Error('no space at 13800138000'), { code: 'EIO' })));
    expect(await vaultHealth(failing).check()).toEqual({ ok: false, neededFor: 'hold', detail: 'EIO' });
  });

  it.each([[9, true], [10, false]])('of a spool of 10 with %i on disk is %s', async (disk, ok) => {
    const spools = { create: () => { throw new Error('not asked'); }, usage: () => ({ memory: 0, disk }) };
    expect((await spoolHealth(spools, 10).check()).ok).toBe(ok);
  });

  it('of Redis fails nothing but itself: jobs wait, traffic goes on', async () => {
    const away = redisHealth(() => ({ reachable: false }));
    expect(await away.check()).toEqual({ ok: false, neededFor: 'nothing', detail: 'away: jobs wait' });
    const failing = redisHealth(() => {
      throw new Error('not there yet');
    });
    expect(await readiness([away])('all')).toMatchObject({ ready: true, components: [{ component: 'redis', ok: false }] });
    expect(await readiness([away])('hold')).toMatchObject({ ready: true });
    await expect(failing.check()).rejects.toThrow('not there yet');
  });

  it('of mail listeners is good once all of them are open', async () => {
    let open = 0;
    const health = smtpHealth(2, () => open);
    expect(await health.check()).toEqual({ ok: false, neededFor: 'all', detail: '0 of 2 listeners' });
    open = 2;
    expect(await health.check()).toEqual({ ok: true, neededFor: 'all', detail: '2 of 2 listeners' });
  });
});
