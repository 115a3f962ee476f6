/** What reconcile asks the ledger: which vault files belong to nobody, which messages have lost theirs (HC 30). */
import type { AlertEvent, Clock, ExchangeId } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';

export interface SweepLedger {
  /** Those of the ids that have no message, or one whose destruction is recorded. */
  without(ids: readonly ExchangeId[]): Promise<readonly ExchangeId[]>;
  /**
   * Claims the id for destruction. Afterwards no message of that id can be written, not even by a hold whose commit is
   * still under way: both insert the same key. False when there is a message after all.
   */
  claimOrphan(id: ExchangeId): Promise<boolean>;
  /** Claimed by a run that did not come to its end: their destruction is still to be recorded. */
  claimed(): Promise<readonly ExchangeId[]>;
  /** Destruction of a claimed orphan is done: recorded once. */
  orphanDestroyed(id: ExchangeId): Promise<void>;
  /** Open messages that must have a vault file, oldest first, after the given id. */
  open(after: string, limit: number): Promise<readonly ExchangeId[]>;
  /** The vault has nothing for this open message. */
  lost(id: ExchangeId): Promise<void>;
}

const NEEDS_FILE = ['held', 'awaiting-second', 'releasing', 'needs-credentials', 'uncertain'] as const;

export function sweepLedger(options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock }): SweepLedger {
  const { database, audit, clock } = options;
  const now = (): Date => new Date(clock.now());
  return {
    async without(ids) {
      if (ids.length === 0) return [];
      const rows = await database.read((db) => db.selectFrom('messages').select('id').where('id', 'in', ids).where('shredded_at', 'is', null).execute());
      const known = new Set<string>(rows.map(({ id }) => id));
      return ids.filter((id) => !known.has(id));
    },
    async claimOrphan(id) {
      return await database.transact(async (trx) => {
        await trx.insertInto('vault_claims').values({ id, claim: 'orphan', at: now() }).onConflict((conflict) => conflict.column('id').doNothing()).execute();
        const claim = await trx.selectFrom('vault_claims').select('claim').where('id', '=', id).executeTakeFirst();
        const message = await trx.selectFrom('messages').select('shredded_at').where('id', '=', id).executeTakeFirst();
        return message === undefined ? claim?.claim !== 'message' : message.shredded_at !== null;
      });
    },
    async claimed() {
      const rows = await database.read((db) => db.selectFrom('vault_claims').select('id').where('claim', '=', 'orphan').execute());
      return rows.map(({ id }) => id as ExchangeId);
    },
    async orphanDestroyed(id) {
      await database.transact(async (trx) => {
        await trx.updateTable('vault_claims').set({ claim: 'destroyed' }).where('id', '=', id).where('claim', '=', 'orphan').execute();
        await audit.append(trx, { at: now(), actor: 'worker', act: 'vault.orphan-destroyed', subject: id, data: { why: 'no message' } }, `orphan ${id}`);
      });
    },
    async open(after, limit) {
      const rows = await database.read((db) => db.selectFrom('messages').select('id').where('state', 'in', NEEDS_FILE).where('id', '>', after).orderBy('id').limit(limit).execute());
      return rows.map(({ id }) => id as ExchangeId);
    },
    async lost(id) {
      await database.transact(async (trx) => {
        const row = await trx.selectFrom('messages').select(['state', 'route', 'rule', 'four_eyes']).where('id', '=', id).where('state', 'in', NEEDS_FILE).forUpdate().executeTakeFirst();
        if (row === undefined) return;
        // A first approval alone is no release that a person could settle later.
        const undecided = row.state === 'awaiting-second' ? { decision_kind: null, decision_as: null } : {};
        await trx.updateTable('messages').set({ state: 'failed', last_error: 'vault-missing', lease_until: null, ...undecided }).where('id', '=', id).execute();
        const event: AlertEvent = { kind: 'failure', at: now(), severity: 'critical', route: row.route, incident: id, rule: row.rule, code: 'vault-missing', counts: {} };
        await insertAlerts(trx, [event]);
        await audit.append(trx, { at: now(), actor: 'worker', act: 'vault.missing', subject: id, data: { from: row.state } });
      });
    },
  };
}
