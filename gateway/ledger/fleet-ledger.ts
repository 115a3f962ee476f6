/** The one row that says which vault and which keys are this ledger's. */
import type { Clock, ExchangeId } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import type { Trx } from './tables.js';

/** Names of keys as checks of them: equal where the keys are equal. */
export interface FleetChecks {
  readonly fingerprint: string;
  readonly accounts: string;
  readonly audit: string;
}

export interface FleetIdentity extends FleetChecks {
  /** The vault's id, as it stands in the vault itself. */
  readonly vault: string;
  /** False until the vault bears it: a start that was cut off between the two. */
  readonly marked: boolean;
}

export interface FleetLedger {
  read(): Promise<FleetIdentity | undefined>;
  /** Writes the row unless there is one. */
  propose(identity: Omit<FleetIdentity, 'marked'>): Promise<void>;
  /** Runs `mark` while no other node can; the row counts as marked when it resolves. Answers with the row as it is then. */
  marking(mark: (identity: FleetIdentity) => Promise<void>): Promise<FleetIdentity | undefined>;
  /** Takes the place of whatever is there, since a person says so. */
  adopt(identity: Omit<FleetIdentity, 'marked'>, reason: string): Promise<void>;
  /** Some messages that must have a file in the vault. */
  someOpen(): Promise<readonly ExchangeId[]>;
  hasMessages(): Promise<boolean>;
}

const NEEDS_FILE = ['held', 'awaiting-second', 'releasing', 'needs-credentials', 'uncertain'] as const;
const SAMPLE = 50;

export function fleetLedger({ database, audit, clock }: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): FleetLedger {
  const now = (): Date => new Date(clock.now());
  const valuesOf = ({ vault, fingerprint, accounts, audit: auditKey }: Omit<FleetIdentity, 'marked'>) => ({ id: 1, vault, fingerprint_check: fingerprint, accounts_check: accounts, audit_check: auditKey, adopted_at: now() });
  const record = (trx: Trx, act: string, vault: string, reason: string | undefined): Promise<unknown> =>
    audit.append(trx, { at: now(), actor: reason === undefined ? 'gateway' : 'command', act, subject: vault, data: reason === undefined ? {} : { reason } });
  return {
    read: async () => {
      const row = await database.read((db) => db.selectFrom('fleet').selectAll().executeTakeFirst());
      return row === undefined ? undefined : identityOf(row);
    },
    propose: async (identity) => {
      await database.transact((trx) => trx.insertInto('fleet').values({ ...valuesOf(identity), vault_marked: false }).onConflict((conflict) => conflict.doNothing()).execute());
    },
    marking: async (mark) => {
      let refusal: unknown;
      const marked = database.transact(async (trx) => {
        const row = await trx.selectFrom('fleet').selectAll().forUpdate().executeTakeFirst();
        if (row === undefined || row.vault_marked) return row === undefined ? undefined : identityOf(row);
        await mark(identityOf(row)).catch((thrown: unknown) => {
          refusal = thrown;
          throw thrown;
        });
        await trx.updateTable('fleet').set({ vault_marked: true }).execute();
        await record(trx, 'fleet.adopt', row.vault, undefined);
        return { ...identityOf(row), marked: true };
      });
      // What the vault or the keys say is not the database's failure.
      return marked.catch((thrown: unknown) => {
        throw refusal ?? thrown;
      });
    },
    adopt: async (identity, reason) => {
      await database.transact(async (trx) => {
        const values = { ...valuesOf(identity), vault_marked: true };
        await trx.insertInto('fleet').values(values).onConflict((conflict) => conflict.column('id').doUpdateSet(values)).execute();
        await record(trx, 'fleet.adopt', identity.vault, reason);
      });
    },
    someOpen: async () => {
      const rows = await database.read((db) => db.selectFrom('messages').select('id').where('state', 'in', NEEDS_FILE).orderBy('id', 'desc').limit(SAMPLE).execute());
      return rows.map(({ id }) => id as ExchangeId);
    },
    hasMessages: async () => (await database.read((db) => db.selectFrom('messages').select('id').limit(1).executeTakeFirst())) !== undefined,
  };
}

interface Row {
  readonly vault: string;
  readonly vault_marked: boolean;
  readonly fingerprint_check: string;
  readonly accounts_check: string;
  readonly audit_check: string;
}
function identityOf(row: Row): FleetIdentity {
  return { vault: row.vault, marked: row.vault_marked, fingerprint: row.fingerprint_check, accounts: row.accounts_check, audit: row.audit_check };
}
