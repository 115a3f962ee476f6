/** Refuses a node whose vault or keys are not the ledger's: it would take the others' messages for lost, or destroy them. */
import type { FleetChecks, FleetIdentity, FleetLedger } from '../ledger/fleet-ledger.js';
import { keyChecks, markVault, newVaultId, vaultId } from '../vault/fleet-identity.js';
import type { OpenedVault } from '../vault/open-vault.js';
import { objectNames } from '../vault/vault.js';
import { VaultError } from '../vault/vault-error.js';

type Parts = Pick<OpenedVault, 'store' | 'vault' | 'fingerprintKey' | 'accountsKey' | 'signer'>;

/** Throws VaultError FLEET_…; an installation from before takes what it has for its own. */
export async function requireIdentity(ledger: FleetLedger, parts: Parts): Promise<void> {
  const checks = await keyChecks(parts);
  const known = await ledger.read();
  const here = await vaultId(parts.store);
  if (known === undefined) {
    await requireKinship(ledger, parts, here);
    await ledger.propose({ vault: here ?? newVaultId(), ...checks });
  } else if (!known.marked) {
    // Another node may have proposed it, for a vault that is not this one.
    requireSameKeys(known, checks);
    await requireKinship(ledger, parts, here === known.vault ? undefined : here);
  }
  const settled = await ledger.marking(async (proposed) => {
    // Another node's proposal, made after we looked: marked by us, its vault would be ours and its own node shut out.
    requireSameKeys(proposed, checks);
    await markVault(parts.store, proposed.vault);
  });
  if (settled === undefined) throw new VaultError('FLEET_VAULT_OTHER');
  if ((await vaultId(parts.store)) !== settled.vault) throw new VaultError('FLEET_VAULT_OTHER');
  requireSameKeys(settled, checks);
}

/** Takes vault and keys for the ledger's own, since a person says that the old ones are gone. */
export async function adoptIdentity(ledger: FleetLedger, parts: Parts, reason: string): Promise<string> {
  const vault = (await vaultId(parts.store)) ?? newVaultId();
  await markVault(parts.store, vault);
  await ledger.adopt({ vault, ...(await keyChecks(parts)) }, reason);
  return vault;
}

function requireSameKeys(known: FleetIdentity, checks: FleetChecks): void {
  if (known.fingerprint !== checks.fingerprint) throw new VaultError('FLEET_FINGERPRINT_OTHER');
  if (known.accounts !== checks.accounts) throw new VaultError('FLEET_ACCOUNTS_OTHER');
  if (known.audit !== checks.audit) throw new VaultError('FLEET_AUDIT_OTHER');
}

/** Of two that have never been introduced: what the one says of the other must not be contradicted by what lies there. */
async function requireKinship(ledger: FleetLedger, { store, vault }: Parts, bears: string | undefined): Promise<void> {
  const open = await ledger.someOpen();
  if (open.length > 0) {
    for (const id of open) if ((await store.size(objectNames(id).key)) !== undefined) return;
    throw new VaultError('FLEET_VAULT_OTHER');
  }
  // Nothing is open, so whatever lies in the vault would be destroyed as belonging to nobody.
  const stranger = bears !== undefined || !(await ledger.hasMessages());
  if (!stranger) return;
  const held = vault.list()[Symbol.asyncIterator]();
  const first = await held.next();
  await held.return?.();
  if (first.done !== true) throw new VaultError('FLEET_LEDGER_OTHER');
}
