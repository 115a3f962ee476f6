/** Break-glass in the ledger (HC 37): proposed with a reason, approved by a second person, over after four hours at most. Start and end raise an alert in the same transaction. */
import type { Selectable } from 'kysely';
import type { BypassLedger, Clock, ProposalDecision, StoredBypass } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { isSamePerson, proposalId } from './proposals.js';
import type { BypassesTable, Trx } from './tables.js';
import { cleanText } from './text.js';

const HOUR_MS = 3_600_000;
const HOURS_MOST = 4;
/** A proposal nobody approved by then was no emergency. */
const PROPOSAL_MS = 24 * 3_600_000;
const LIST_MOST = 200;

type Row = Selectable<BypassesTable>;

export interface BypassLedgerOptions {
  readonly database: LedgerDatabase;
  readonly audit: AuditWriter;
  readonly clock: Clock;
  /** Called after a decision: what is in force has changed. */
  readonly onChange?: (() => void | Promise<void>) | undefined;
}

export function bypassLedger({ database, audit, clock, onChange }: BypassLedgerOptions): BypassLedger {
  const alert = (trx: Trx, row: Row, at: Date, code: 'bypass-started' | 'bypass-ended'): Promise<void> =>
    insertAlerts(trx, [{ kind: 'health', at, severity: 'high', route: row.route, incident: undefined, rule: undefined, code, counts: {} }]);

  const decide = async (id: string, { actor, reason }: ProposalDecision, to: 'active' | 'refused' | 'ended', from: readonly Row['state'][]) => {
    const result = await database.transact(async (trx) => {
      const row = await trx.selectFrom('bypasses').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
      if (row === undefined) return { kind: 'not-found' } as const;
      if (!from.includes(row.state)) return { kind: 'wrong-state' } as const;
      const at = new Date(clock.now());
      if (to === 'active' && isSamePerson(row.proposed_by, actor)) return { kind: 'own-proposal' } as const;
      if (row.state === 'proposed' && at.getTime() - row.proposed_at.getTime() >= PROPOSAL_MS) return { kind: 'wrong-state' } as const;
      const endsAt = to === 'active' ? new Date(at.getTime() + Math.min(row.hours, HOURS_MOST) * HOUR_MS) : row.state === 'active' ? at : null;
      await trx.updateTable('bypasses').set({
        state: to, ends_at: endsAt,
        // Who let it begin stays named when somebody ends it; the end is in the audit.
        ...(row.state === 'active' ? {} : { decided_by: actor, decided_at: at, decision_reason: cleanText(reason) }),
      }).where('id', '=', id).execute();
      if (to === 'active') await alert(trx, row, at, 'bypass-started');
      if (row.state === 'active') await alert(trx, row, at, 'bypass-ended');
      const act = ({ active: 'approve', refused: 'refuse', ended: 'end' } as const)[to];
      await audit.append(trx, { at, actor, act: `bypass.${act}`, subject: id, data: { route: row.route, ...(to === 'active' ? { hours: row.hours, endsAt } : {}) } });
      return { kind: 'done' } as const;
    });
    if (result.kind === 'done') await onChange?.();
    return result;
  };

  return {
    async propose({ route, reason, hours, actor }) {
      return await database.transact(async (trx) => {
        const now = clock.now();
        const at = new Date(now);
        const id = proposalId('b', now);
        const made = await trx.insertInto('bypasses').values({ id, state: 'proposed', route, reason: cleanText(reason), hours: Math.min(hours, HOURS_MOST), proposed_by: actor, proposed_at: at })
          .onConflict((conflict) => conflict.doNothing()).returning('id').executeTakeFirst();
        // One open bypass a route: another would only blur who decided what.
        if (made === undefined) return { kind: 'wrong-state' };
        await audit.append(trx, { at, actor, act: 'bypass.propose', subject: id, data: { route, hours } });
        return { kind: 'proposed', id };
      });
    },
    approve: (id, decision) => decide(id, decision, 'active', ['proposed']),
    refuse: (id, decision) => decide(id, decision, 'refused', ['proposed']),
    end: (id, decision) => decide(id, decision, 'ended', ['proposed', 'active']),

    async list(limit) {
      const rows = await database.read((db) => db.selectFrom('bypasses').selectAll().orderBy('id', 'desc').limit(Math.min(limit, LIST_MOST)).execute());
      return rows.map((row) => stored(row, clock.now()));
    },
    async active() {
      const rows = await database.read((db) => db.selectFrom('bypasses').select(['id', 'route', 'ends_at']).where('state', '=', 'active').where('ends_at', '>', new Date(clock.now())).execute());
      return rows.flatMap(({ id, route, ends_at }) => (ends_at === null ? [] : [{ id, route, endsAt: ends_at.getTime() }]));
    },
    async expire() {
      return await database.transact(async (trx) => {
        const at = new Date(clock.now());
        const over = await trx.selectFrom('bypasses').selectAll()
          .where((eb) => eb.or([eb.and([eb('state', '=', 'active'), eb('ends_at', '<=', at)]), eb.and([eb('state', '=', 'proposed'), eb('proposed_at', '<=', new Date(at.getTime() - PROPOSAL_MS))])]))
          .forUpdate().skipLocked().execute();
        for (const row of over) {
          await trx.updateTable('bypasses').set({ state: 'expired' }).where('id', '=', row.id).execute();
          if (row.state === 'active') await alert(trx, row, at, 'bypass-ended');
          await audit.append(trx, { at, actor: 'system', act: 'bypass.expire', subject: row.id, data: { route: row.route, from: row.state } });
        }
        return over.length;
      });
    },
  };
}

/** Over is over, also before the worker has written it down. */
function stored(row: Row, now: number): StoredBypass {
  const isOver = (row.state === 'active' && row.ends_at !== null && row.ends_at.getTime() <= now) || (row.state === 'proposed' && now - row.proposed_at.getTime() >= PROPOSAL_MS);
  return {
    id: row.id,
    state: isOver ? 'expired' : row.state,
    route: row.route,
    reason: row.reason,
    hours: row.hours,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at,
    decidedBy: row.decided_by ?? undefined,
    decidedAt: row.decided_at ?? undefined,
    decisionReason: row.decision_reason ?? undefined,
    endsAt: row.ends_at ?? undefined,
  };
}
