/** What of the disk this node needs, for /readyz. */
import { causeCode } from '../errors.js';
import type { Health, SpoolFactory, Vault } from '../ports.js';

/** New holds are refused above this share of the vault's space (HC 29). */
const VAULT_FULL = 0.9;

/** A folder that is gone or may not be read shows here, before a reviewer or a release meets it. */
async function readable(vault: Pick<Vault, 'list'>): Promise<void> {
  const files = vault.list()[Symbol.asyncIterator]();
  await files.next();
  await files.return?.();
}

export function vaultHealth(vault: Pick<Vault, 'space' | 'list'>): Health {
  return {
    component: 'vault',
    async check() {
      try {
        await readable(vault);
        const { usedBytes, freeBytes, limitBytes } = await vault.space();
        const ok = usedBytes < limitBytes * VAULT_FULL && freeBytes > 0;
        return { ok, neededFor: 'hold', detail: ok ? 'writable' : 'full' };
      } catch (thrown) {
        return { ok: false, neededFor: 'hold', detail: causeCode(thrown) };
      }
    },
  };
}

export function spoolHealth(spools: SpoolFactory, limitBytes: number): Health {
  return {
    component: 'spool',
    check: () => {
      const ok = spools.usage().disk < limitBytes;
      return Promise.resolve({ ok, neededFor: 'hold', detail: ok ? 'room' : 'full' });
    },
  };
}
