/** What of the disk this node needs, for /readyz. */
import { causeCode } from '../errors.js';
import type { CarrierView, Health, SpoolFactory, Vault } from '../ports.js';

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

/** Jobs wait in the outbox while Redis is away, and traffic goes on. */
export function redisHealth(view: () => Pick<CarrierView, 'reachable'>): Health {
  return {
    component: 'redis',
    // Asked before there is a carrier, it is not reachable yet: a failed check, not a failed node.
    check: async () => {
      const { reachable } = await Promise.resolve().then(view);
      return { ok: reachable, neededFor: 'nothing', detail: reachable ? 'reachable' : 'away: jobs wait' };
    },
  };
}

/** Listeners for mail open last; until then, and when one of them could not, this node does not carry its routes. */
export function smtpHealth(wanted: number, open: () => number): Health {
  return {
    component: 'smtp',
    check() {
      const now = open();
      return Promise.resolve({ ok: now >= wanted, neededFor: 'all', detail: `${now} of ${wanted} listeners` });
    },
  };
}

/** A front that was asked for and cannot be had: node:http carries traffic in its place. */
export function frontHealth(tested: { readonly ok: boolean }): Health {
  return {
    component: 'front',
    check: () => Promise.resolve({ ok: tested.ok, neededFor: 'nothing', detail: tested.ok ? 'fast' : 'node: the parser of the fast one failed its test' }),
  };
}
