/** Opens the vault with everything that belongs to it: keys, the place where it lies, its write side, and its reader where the review key is. */
import { causeCode } from '../errors.js';
import type { Log, SuiteName, VaultReader } from '../ports.js';
import { keyCommand } from './key-command.js';
import { openKeys, type KeyProvider } from './keys.js';
import { keysFolder, makingKeys, requireKeys } from './keys-folder.js';
import { isShared, openStore, type OpenStoreOptions } from './open-store.js';
import { readIfThere, secretKey } from './secrets.js';
import { checkpointSigner, signatureCheck, signingPaths, type SignatureCheck, type Signer } from './signing.js';
import type { VaultStore } from './store.js';
import { suiteOf } from './suites.js';
import { sealingVault, type SealingVault } from './vault.js';
import { vaultReader } from './vault-reader.js';

/** On a vault that others seal into, what was touched within this time may still be going on: a seal takes minutes. */
const SHARED_LEFTOVER_MS = 60 * 60_000;
const SWEEP_EVERY_MS = 60 * 60_000;

export interface OpenVaultOptions extends OpenStoreOptions {
  readonly log: Pick<Log, 'warn'>;
  /** No other process of this node seals now. */
  readonly alone: boolean;
}

export interface OpenedVault {
  readonly store: VaultStore;
  readonly vault: SealingVault;
  /** Absent where the review key is not. */
  readonly reader: VaultReader | undefined;
  readonly keys: KeyProvider;
  /** Standing notes on key custody, for the log. */
  readonly notes: readonly string[];
  /** New messages are sealed with it. */
  readonly suite: SuiteName;
  readonly keysDir: string;
  readonly fingerprintKey: Buffer;
  readonly accountsKey: Buffer;
  /** Vouches for audit checkpoints. */
  readonly signer: Signer;
  readonly checkSignature: SignatureCheck;
  close(): Promise<void>;
}

export async function openVault(options: OpenVaultOptions): Promise<OpenedVault> {
  const { config, env, clock, log } = options;
  const { custody, suite: wanted, keyCommand: program } = config.vault;
  const command = program === undefined ? undefined : keyCommand(program, env);
  const folder = keysFolder(env, options.dataDir);
  const keysDir = folder.dir;
  await requireKeys(folder, { custody, command, env });
  const { keys, notes, fingerprintKey, accountsKey, suite, signer } = await makingKeys(folder, async () => {
    const opened = await openKeys({ keysDir, custody, suite: wanted, command, env, writePublic: !folder.given });
    const suiteName = wanted ?? suiteOf(await opened.keys.current()).name;
    return {
      ...opened,
      // A module that keeps the keys keeps this one too: nothing that tells values apart lies on the disk then.
      fingerprintKey: command === undefined ? await secretKey(keysDir, 'fingerprint') : await command.ask('mac', Buffer.from('weir fingerprint v1')),
      accountsKey: await secretKey(keysDir, 'accounts'),
      suite: suiteName,
      signer: await checkpointSigner(keysDir, suiteName, command),
    };
  });
  const store = await openStore(options);
  try {
    if (isShared(config)) await store.probe();
    const vault = sealingVault({ store, keys, limits: config.vault, clock });
    // In a vault of our own what lies half-written is nobody's work any more.
    if (options.alone) await vault.sweep(isShared(config) ? SHARED_LEFTOVER_MS : 0);
    const sweeping = setInterval(() => {
      vault.sweep(SHARED_LEFTOVER_MS).catch((thrown: unknown) => log.warn('vault.sweep', { cause: causeCode(thrown) }));
    }, SWEEP_EVERY_MS);
    sweeping.unref();
    return {
      store, vault, keys, notes, suite, keysDir, fingerprintKey, accountsKey, signer,
      reader: keys.canOpen ? vaultReader({ store, keys }) : undefined,
      checkSignature: signatureCheck((await readIfThere(signingPaths(keysDir).public))?.toString('latin1') ?? ''),
      async close() {
        clearInterval(sweeping);
        await store.close();
      },
    };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}
