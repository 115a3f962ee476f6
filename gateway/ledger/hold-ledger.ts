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
/** Who decided, and why, where no person had to. */
export const GATEWAY = 'gateway';
const RELAYED = 'relayed';
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

export interface WriteHeld {
  readonly at: Date;
  readonly audit: AuditWriter;
  readonly assess: AssessQueue | undefined;
  /** A job delivers it in this form; nobody has to decide. */
  readonly relay?: 'original' | 'masked' | undefined;
}

/** Message, claim, alert and audit row, inside the transaction of whoever keeps it. */
export async function writeHeld(trx: Trx, message: HeldMessage, entry: AuditEntry, { at, audit, assess, relay }: WriteHeld): Promise<void> {
  // Fails when the sweep for orphans was quicker: then the vault's file is gone, and so must this be.
  await trx.insertInto('vault_claims').values({ id: message.id, claim: 'message', at }).execute();
  const firstSeen = message.kind === 'notice' ? false : await notesNewRecipient(trx, message, at);
  const decided = relay === undefined ? {} : ({ state: 'releasing', decision_kind: 'release', decision_as: relay, decision_reason: RELAYED, decision_actor: GATEWAY, decision_at: at } as const);
  await trx.insertInto('messages').values({ ...toRow(message), ...toQueueColumns(message, assess?.(message, firstSeen)), ...decided }).execute();
  if (entry.data['notify'] !== false && relay === undefined) {
    const { severity, route, id, rule, findingCounts } = message;
    await insertAlerts(trx, [{ kind: 'hold', at: message.receivedAt, severity, route, incident: id, rule, code: undefined, counts: findingCounts }]);
  }
  await audit.append(trx, entry);
}

export function holdLedger(options: HoldLedgerOptions): HoldLedger {
  const { database, audit, clock } = options;
  /** Only the spending that is meant: not what a restored backup has voided since. */
  const givenBack = (n: number, messageId: string, route: string, spentAt: Date): Promise<void> =>
    database.transact(async (trx) => {
      const back = await trx.updateTable('permits').set({ spent_at: null }).where('n', '=', n).where('spent_at', '=', spentAt).returning('n').executeTakeFirst();
      if (back !== undefined) await audit.append(trx, { at: new Date(clock.now()), actor: 'gateway', act: 'permit.returned', subject: messageId, data: { route } });
    });
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
      await database.transact((trx) => writeHeld(trx, message, entry, { at: new Date(clock.now()), audit, assess: options.assess }));
      options.onHeld?.(message.id);
    },

    async permit(route, permitFingerprint) {
      const now = new Date(clock.now());
      const waiting = await database.read((db) =>
        db.selectFrom('permits').select('n').where('route', '=', route).where('permit_fingerprint', '=', permitFingerprint).where('spent_at', 'is', null).where('expires_at', '>', now).limit(1).executeTakeFirst(),
      );
      if (waiting === undefined) return undefined;
      return await database.transact(async (trx) => {
        const permit = await trx.selectFrom('permits').select(['n', 'message_id']).where('route', '=', route).where('permit_fingerprint', '=', permitFingerprint)
          .where('spent_at', 'is', null).where('expires_at', '>', now).orderBy('expires_at').limit(1).forUpdate().skipLocked().executeTakeFirst();
        if (permit === undefined) return undefined;
        await trx.updateTable('permits').set({ spent_at: now }).where('n', '=', permit.n).execute();
        await audit.append(trx, { at: now, actor: 'gateway', act: 'permit.spent', subject: permit.message_id, data: { route } });
        return { back: () => givenBack(permit.n, permit.message_id, route, now) };
      });
    },
  };
}
