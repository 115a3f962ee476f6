/** The first system administrator of an installation: invited by a link that whoever starts Weir reads. */
import type { AccountsLedger, By, GrantsLedger } from '../ports.js';
import type { issuing } from './issuing.js';

/** What the gateway does by itself before there is anybody. */
const SYSTEM: By = { actor: 'system', kind: 'set-up', accountId: undefined };
const FIRST_NAMES = ['admin', 'admin-2', 'admin-3', 'admin-4', 'admin-5'] as const;

export interface FirstAdministratorParts {
  readonly accounts: Pick<AccountsLedger, 'setUpEnded' | 'list' | 'create' | 'invite'>;
  readonly grants: Pick<GrantsLedger, 'list' | 'propose'>;
  readonly issuing: Pick<ReturnType<typeof issuing>, 'invitation'>;
}

/**
 * A new link at every start until one was used; undefined when there is an administrator. May be asked again after a failure: each time
 * with an invitation of its own, since that of an account which was made before the failure is taken.
 */
export async function firstRunLink({ accounts, grants, issuing: links }: FirstAdministratorParts): Promise<string | undefined> {
  if (await accounts.setUpEnded()) return undefined;
  const all = await accounts.list();
  const held = await grants.list({ state: 'active' });
  const administrators = all.filter(({ id }) => held.some((grant) => grant.role === 'system-admin' && grant.accountId === id));
  if (administrators.some(({ state }) => state === 'active')) return undefined;
  const { url, invitation } = links.invitation('first-run');
  const invited = administrators.find(({ state }) => state === 'invited');
  if (invited !== undefined) return (await accounts.invite(invited.id, invitation, SYSTEM)).kind === 'done' ? url : undefined;
  for (const name of FIRST_NAMES) {
    const made = await accounts.create({ name, displayName: name, email: undefined, language: undefined }, invitation, SYSTEM);
    if (made.kind !== 'done') continue;
    return (await grants.propose({ accountId: made.account.id, role: 'system-admin', scope: undefined, mayOpen: false }, SYSTEM)).kind === 'done' ? url : undefined;
  }
  return undefined;
}
