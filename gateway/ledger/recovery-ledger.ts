/** The way back in for whoever owns the machine: audited and alerted like nothing else, since nobody approves it. */
import { ADMINISTRATORS, type AlertEvent, type By, type Clock, type GrantRefusal, type GrantRules, type NewInvitation, type Role } from '../ports.js';
import { insertAccount, insertInvitation, takeCredentials } from './accounts-ledger.js';
import { insertAlerts } from './alert-rows.js';
import type { AuditWriter } from './audit-writer.js';
import type { LedgerDatabase } from './database.js';
import { activeGrants, factsOf, lockPeople } from './people-rows.js';

export const OFFLINE: By = { actor: 'offline', kind: 'set-up', accountId: undefined };

export interface Recovery {
  readonly name: string;
  /** For an account that is new, or lost its role. */
  readonly role: Role | undefined;
  readonly invitation: NewInvitation;
}
export type RecoveryResult = { readonly kind: 'done'; readonly created: boolean } | { readonly kind: 'not-found' } | { readonly kind: 'refused'; readonly why: GrantRefusal };

/** Takes the account's credentials away and gives it a new link; with a role it may be a new account. Other people's rights stay as they are. */
export async function recoverAccount(
  options: { readonly database: LedgerDatabase; readonly audit: AuditWriter; readonly clock: Clock; readonly rules: GrantRules; readonly newId: () => string },
  { name, role, invitation }: Recovery,
): Promise<RecoveryResult> {
  const { database, audit, clock, rules, newId } = options;
  return await database.transact(async (trx): Promise<RecoveryResult> => {
    await lockPeople(trx);
    const now = new Date(clock.now());
    const existing = await trx.selectFrom('accounts').selectAll().where('name', '=', name).executeTakeFirst();
    if (existing === undefined && role === undefined) return { kind: 'not-found' };
    const held = existing === undefined ? [] : (await activeGrants(trx, existing.id)).map(factsOf);
    const asked = role === undefined || held.some((grant) => grant.role === role) ? undefined : { role, scope: undefined, mayOpen: false };
    const why = asked === undefined ? undefined : rules.propose(asked, { state: 'active', held });
    if (why !== undefined) return { kind: 'refused', why };
    // Only what locks a house out: everything else is for its administrators to grant.
    if (asked !== undefined && !(ADMINISTRATORS as readonly Role[]).includes(asked.role)) return { kind: 'refused', why: 'person-needed' };
    const account = existing ?? (await insertAccount(trx, { account: { name, displayName: name, email: undefined, language: undefined }, id: newId(), by: OFFLINE, now }));
    if (account === undefined) return { kind: 'not-found' };
    await takeCredentials(trx, account.id, now);
    // Locks are kept by a keyed hash of the name, which is not known here: all of them are lifted.
    await trx.deleteFrom('sign_in_failures').execute();
    await insertInvitation(trx, account.id, invitation, OFFLINE, now);
    if (asked !== undefined) {
      await trx.updateTable('grants').set({ state: 'refused', ended_by: OFFLINE.actor, ended_at: now }).where('account_id', '=', account.id).where('role', '=', asked.role).where('state', '=', 'proposed').execute();
      await trx.insertInto('grants').values({ id: newId(), account_id: account.id, role: asked.role, may_open: false, set_up: true, state: 'active', proposed_by: OFFLINE.actor, proposed_at: now, decided_by: OFFLINE.actor, decided_at: now }).execute();
    }
    const alert: AlertEvent = { kind: 'health', at: now, severity: 'critical', route: undefined, incident: undefined, rule: undefined, code: 'account-recovered', counts: {} };
    await insertAlerts(trx, [alert]);
    await audit.append(trx, { at: now, actor: OFFLINE.actor, act: 'account.recover', subject: account.id, data: { name, created: existing === undefined, ...(asked === undefined ? {} : { role: asked.role }) } });
    return { kind: 'done', created: existing === undefined };
  });
}
