/** A node whose vault or keys are not the ledger's does not start: it would take the others' messages for lost, or destroy them. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configSchema } from '../../../config/schema.js';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { ledgerDatabase, type LedgerDatabase } from '../../../gateway/ledger/database.js';
import { fleetLedger, type FleetLedger } from '../../../gateway/ledger/fleet-ledger.js';
import { holdLedger } from '../../../gateway/ledger/hold-ledger.js';
import { migrateLedger } from '../../../gateway/ledger/migrate.js';
import { keyChecks, newVaultId, vaultId } from '../../../gateway/vault/fleet-identity.js';
import { openVault, type OpenedVault } from '../../../gateway/vault/open-vault.js';
import { adoptIdentity, requireIdentity } from '../../../gateway/wiring/fleet-identity.js';
import { testPostgres } from '../../kit/database.js';
import { heldMessage } from '../../kit/held.js';
import { tempFolder } from '../../kit/temp.js';
import { messageId, pattern, pieces, sealedHead } from '../vault/sample.js';

const server = testPostgres();
const config = configSchema.parse({ version: 1, routes: [{ id: 'a', match: {}, upstream: { url: 'https://a.example' }, policy: 'p' }], policies: { p: { rules: [] } } });
let database: LedgerDatabase;
let ledger: FleetLedger;
let n = 0;

beforeEach(async () => {
  database = ledgerDatabase(await migrateLedger(server().connection, { separateRole: true }));
  const owner = ledgerDatabase(server().connection);
  await owner.transact(async (trx) => {
    await trx.deleteFrom('fleet').execute();
    await trx.updateTable('messages').set({ state: 'released' }).execute();
  });
  await owner.close();
  ledger = fleetLedger({ database, audit: auditWriter('gateway'), clock: Date });
});
afterEach(() => database.close());

const node = (dataDir = tempFolder('data'), env: Record<string, string> = {}): Promise<OpenedVault> =>
  openVault({ config, dataDir, env, clock: Date, wrap: (_name, port) => port, log: { warn: () => undefined }, alone: true });
async function holdIn({ vault }: OpenedVault): Promise<void> {
  const id = messageId(++n);
  await vault.seal(id, sealedHead(id, 100, 0), pieces(pattern(100)), pieces(Buffer.alloc(0)));
  await holdLedger({ database, audit: auditWriter('gateway'), clock: Date }).hold(heldMessage({ id }), { at: new Date(), actor: 'gateway', act: 'verdict.hold', subject: id, data: {} });
}
const code = (expected: string): object => ({ code: expected });

describe('the fleet\'s identity', () => {
  it('is taken at the first start, kept at every other, and shared by nodes with the same vault and keys', async () => {
    const dataDir = tempFolder('data');
    const here = await node(dataDir);
    await requireIdentity(ledger, here);
    const first = await ledger.read();
    expect(first).toMatchObject({ marked: true, vault: expect.stringMatching(/^v[0-9a-f]{32}$/) });
    expect(readFileSync(join(dataDir, 'vault', 'weir-vault.json'), 'utf8')).toContain(first?.vault ?? '?');
    await requireIdentity(ledger, await node(dataDir));
    expect(await ledger.read()).toEqual(first);
  });

  it('is taken from an installation of before, with what it holds', async () => {
    const here = await node();
    await holdIn(here);
    await requireIdentity(ledger, here);
    expect(await ledger.read()).toMatchObject({ marked: true });
  });

  it('refuses a second Weir with another data folder on the same ledger, whatever either holds', async () => {
    const here = await node();
    await requireIdentity(ledger, here);
    const there = await node();
    await expect(requireIdentity(ledger, there)).rejects.toMatchObject(code('FLEET_VAULT_OTHER'));
    await holdIn(here);
    await expect(requireIdentity(ledger, there)).rejects.toMatchObject(code('FLEET_VAULT_OTHER'));
    await requireIdentity(ledger, here);
  });

  it('refuses it also when neither has been introduced yet and the messages lie with the other', async () => {
    await holdIn(await node());
    await expect(requireIdentity(ledger, await node())).rejects.toMatchObject(code('FLEET_VAULT_OTHER'));
    expect(await ledger.read()).toBeUndefined();
  });

  it('keeps a node with other keys from marking its vault for a proposal that came while it looked', async () => {
    const [first, second] = [await node(), await node()];
    await ledger.propose({ vault: newVaultId(), ...(await keyChecks(first)) });
    const late = { ...ledger, read: () => Promise.resolve(undefined) };
    await expect(requireIdentity(late, second)).rejects.toMatchObject(code('FLEET_FINGERPRINT_OTHER'));
    expect(await vaultId(second.store)).toBeUndefined();
    await requireIdentity(ledger, first);
    expect(await ledger.read()).toMatchObject({ marked: true });
  });

  it('lets one of two vaults win when both start at the same moment', async () => {
    const both = await Promise.allSettled([requireIdentity(ledger, await node()), requireIdentity(ledger, await node())]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses a fresh ledger for a vault that holds messages: it would destroy them as nobody\'s', async () => {
    const here = await node();
    await requireIdentity(ledger, here);
    await holdIn(here);
    const owner = ledgerDatabase(server().connection);
    await owner.transact(async (trx) => {
      await trx.deleteFrom('fleet').execute();
      await trx.updateTable('messages').set({ state: 'released' }).execute();
    });
    await owner.close();
    await expect(requireIdentity(ledger, here)).rejects.toMatchObject(code('FLEET_LEDGER_OTHER'));
    expect(readdirSync(join(here.keysDir, '..', 'vault'))).toHaveLength(3);
  });

  it('goes on where a start was cut off before or after the vault was marked', async () => {
    const dataDir = tempFolder('data');
    const here = await node(dataDir);
    const checks = { fingerprint: '', accounts: '', audit: '' };
    await requireIdentity(ledger, here);
    const whole = await ledger.read();
    if (whole === undefined) throw new Error('not taken');
    Object.assign(checks, whole);
    for (const cutAfter of ['row', 'vault'] as const) {
      const owner = ledgerDatabase(server().connection);
      await owner.transact((trx) => trx.updateTable('fleet').set({ vault_marked: false }).execute());
      await owner.close();
      if (cutAfter === 'row') rmSync(join(dataDir, 'vault', 'weir-vault.json'));
      await requireIdentity(ledger, await node(dataDir));
      expect(await ledger.read()).toEqual(whole);
    }
  });

  it.each([['fingerprint', 'FLEET_FINGERPRINT_OTHER'], ['accounts', 'FLEET_ACCOUNTS_OTHER'], ['audit.key', 'FLEET_AUDIT_OTHER']] as const)('refuses a node with another %s', async (name, expected) => {
    const dataDir = tempFolder('data');
    await requireIdentity(ledger, await node(dataDir));
    const other = await node();
    writeFileSync(join(dataDir, 'keys', name), readFileSync(join(other.keysDir, name)));
    await expect(requireIdentity(ledger, await node(dataDir))).rejects.toMatchObject(code(expected));
    await expect(requireIdentity(ledger, await node(dataDir))).rejects.toThrow('weir keys adopt');
  });

  it('is given to another vault by a person\'s word, which is recorded', async () => {
    await requireIdentity(ledger, await node());
    const later = await node();
    const vault = await adoptIdentity(ledger, later, 'the disk is gone');
    await requireIdentity(ledger, later);
    const rows = await database.read((db) => db.selectFrom('audit').select(['actor', 'data']).where('act', '=', 'fleet.adopt').where('subject', '=', vault).execute());
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ actor: 'command', data: expect.stringContaining('the disk is gone') });
  });

  it('tells nothing of the keys it checks', async () => {
    const here = await node();
    await requireIdentity(ledger, here);
    const row = JSON.stringify(await ledger.read());
    for (const key of [here.fingerprintKey, here.accountsKey]) for (const form of ['hex', 'base64', 'base64url'] as const) expect(row).not.toContain(key.toString(form).slice(0, 16));
  });
});
