/** The gateway's side of the ledger: join, hold, and the one-time permit (HC 19, 20, 30). */
import type { AssessQueue, AuditEntry, Clock, ExchangeId, HeldMessage, HoldLedger } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { toQueueColumns, toRow } from './message-rows.js';
import type { Trx } from './tables.js';
import { cleanText } from './text.js';

/** The same body again within this long joins the open incident (HC 19). */
const JOIN_WINDOW_MS = 24 * 3_600_000;
/** What has lost its content keeps nothing: the same message again is held anew. */
const CONTENT_LOST = ['vault-missing', 'VAULT_MISSING', 'VAULT_DAMAGED', 'ENOENT'] as const;
const OPEN = ['held', 'awaiting-second', 'releasing', 'sending', 'uncertain', 'needs-credentials', 'failed'] as const;

export interface HoldLedgerOptions {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  /** What the queue sorts and searches by; without it a message is there by its age alone. */
  readonly assess?: AssessQueue | undefined;
  /** Called after the commit. */
  readonly onHeld?: ((id: ExchangeId) => void) | undefined;
}

/** Notes for whom something is held; true when that was never so for one of them. In one order, so that two holds never wait for each other. */
async function notesNewRecipient(trx: Trx, { marks, destination }: HeldMessage, at: Date): Promise<boolean> {
  if (marks === undefined) return false;
  const recipients = marks.recipients.length > 0 ? marks.recipients.map(({ whole }) => whole) : [`host ${cleanText(destination)}`];
  const rows = [...new Set(recipients)].sort().map((mark) => ({ mark, first_at: at }));
  const added = await trx.insertInto('known_recipients').values(rows).onConflict((conflict) => conflict.column('mark').doNothing()).returning('mark').execute();
  return added.length > 0;
}

export function holdLedger(options: HoldLedgerOptions): HoldLedger {
  const { database, audit, clock } = options;
  return {
    async join(route, bodyFingerprint) {
      const since = new Date(clock.now() - JOIN_WINDOW_MS);
      const known = await database.read((db) =>
        db.selectFrom('messages').select('id').where('route', '=', route).where('body_fingerprint', '=', bodyFingerprint)
          .where('received_at', '>', since).where('state', 'in', OPEN)
          .where((eb) => eb.or([eb('last_error', 'is', null), eb('last_error', 'not in', CONTENT_LOST)])).orderBy('received_at', 'desc').limit(1).executeTakeFirst(),
      );
      if (known === undefined) return undefined;
      return await database.transact(async (trx) => {
        // Counted only while it is still open: a decision may have come between.
        const joined = await trx.updateTable('messages').set((eb) => ({ joined: eb('joined', '+', 1) })).where('id', '=', known.id).where('state', 'in', OPEN).returning('id').executeTakeFirst();
        return joined?.id as ExchangeId | undefined;
      });
    },

    async hold(message: HeldMessage, entry: AuditEntry) {
      await database.transact(async (trx) => {
        // Fails when the sweep for orphans was quicker: then the vault's file is gone, and so must this be.
        await trx.insertInto('vault_claims').values({ id: message.id, claim: 'message', at: new Date(clock.now()) }).execute();
        const firstSeen = await notesNewRecipient(trx, message, new Date(clock.now()));
        await trx.insertInto('messages').values({ ...toRow(message), ...toQueueColumns(message, options.assess?.(message, firstSeen)) }).execute();
        if (entry.data['notify'] !== false) {
          const { severity, route, id, rule, findingCounts } = message;
          await insertAlerts(trx, [{ kind: 'hold', at: message.receivedAt, severity, route, incident: id, rule, code: undefined, counts: findingCounts }]);
        }
        await audit.append(trx, entry);
      });
      options.onHeld?.(message.id);
    },

    async permit(route, permitFingerprint) {
      const now = new Date(clock.now());
      const waiting = await database.read((db) =>
        db.selectFrom('permits').select('n').where('route', '=', route).where('permit_fingerprint', '=', permitFingerprint).where('spent_at', 'is', null).where('expires_at', '>', now).limit(1).executeTakeFirst(),
      );
      if (waiting === undefined) return false;
      return await database.transact(async (trx) => {
        const permit = await trx.selectFrom('permits').select(['n', 'message_id']).where('route', '=', route).where('permit_fingerprint', '=', permitFingerprint)
          .where('spent_at', 'is', null).where('expires_at', '>', now).orderBy('expires_at').limit(1).forUpdate().skipLocked().executeTakeFirst();
        if (permit === undefined) return false;
        await trx.updateTable('permits').set({ spent_at: now }).where('n', '=', permit.n).execute();
        await audit.append(trx, { at: now, actor: 'gateway', act: 'permit.spent', subject: permit.message_id, data: { route } });
        return true;
      });
    },
  };
}
