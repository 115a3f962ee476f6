/** What of the disk this node needs, for /readyz. */
import { causeCode } from '../errors.js';
import type { Health, SpoolFactory, Vault } from '../ports.js';

/** New holds are refused above this share of the vault's space (HC 29). */
const VAULT_FULL = 0.9;

export function vaultHealth(vault: Vault): Health {
  return {
    component: 'vault',
    async check() {
      try {
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
