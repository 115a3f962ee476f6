/** Who may be granted what by whom: 三员分立 as pure functions, asked by the ledger inside its transaction. */
import {
  ADMINISTRATORS, RIGHTS, RIGHTS_OF,
  type GrantFacts, type GrantRefusal, type GrantRules, type Right, type Role, type Scope,
} from '../ports.js';

const MESSAGE_ROLES: readonly Role[] = ['reviewer', 'approver'];
const isAdministrator = (role: Role): boolean => (ADMINISTRATORS as readonly Role[]).includes(role);
const isForMessages = (role: Role): boolean => MESSAGE_ROLES.includes(role);

export const grantRules: GrantRules = {
  propose: (asked, { state, held }) => (state === 'disabled' ? 'account-disabled' : (shapeRefusal(asked) ?? fitRefusal(asked, held))),

  approve(asked, by, { state, held }) {
    // An approval is a person's: no token stands in for the second pair of eyes.
    if (by.kind !== 'person' || by.accountId === undefined) return 'person-needed';
    if (by.accountId === asked.accountId) return 'own-grant';
    if (by.actor === asked.proposedBy) return 'same-person';
    return state === 'disabled' ? 'account-disabled' : (shapeRefusal(asked) ?? fitRefusal(asked, held));
  },

  atOnce({ role, accountId }, by, { ended, held }) {
    if (ended || !isAdministrator(role) || held.includes(role)) return false;
    // The first system administrator comes from the start-up link alone.
    if (role === 'system-admin') return by.kind === 'set-up';
    return by.kind === 'set-up' || (by.kind === 'person' && by.accountId !== accountId);
  },

  end: (role, others, setUpEnded) => (setUpEnded && isAdministrator(role) && others === 0 ? 'last-administrator' : undefined),

  rights(held) {
    const roles = [...new Set(held.map(({ role }) => role))];
    const all = new Set<Right>(roles.flatMap((role) => RIGHTS_OF[role]));
    if (held.some(({ role, mayOpen }) => mayOpen && isForMessages(role))) all.add('messages.open');
    return { roles, rights: RIGHTS.filter((right) => all.has(right)), scope: scopeOf(held) };
  },
};

/** What is wrong with the grant by itself. */
function shapeRefusal({ role, scope, mayOpen }: GrantFacts): GrantRefusal | undefined {
  if (isForMessages(role)) return undefined;
  if (scope !== undefined) return 'scope-without-messages';
  return mayOpen ? 'open-without-messages' : undefined;
}

/** What is wrong with it beside what the account holds. */
function fitRefusal({ role, scope }: GrantFacts, held: readonly GrantFacts[]): GrantRefusal | undefined {
  const roles = held.map((grant) => grant.role);
  if (roles.includes(role)) return 'already-granted';
  if (isAdministrator(role) && roles.some(isAdministrator)) return 'two-administrators';
  // The auditor reads the audit and nothing else, or it would read of its own acts.
  if (roles.length > 0 && (role === 'auditor' || roles.includes('auditor'))) return 'auditor-alone';
  // One account has one scope: two could not be told apart when rights of both are used.
  if (isForMessages(role) && held.some((grant) => isForMessages(grant.role) && !sameScope(grant.scope, scope))) return 'scope-differs';
  return undefined;
}

const SCOPE_KEYS = ['routes', 'departments', 'senders'] as const;

function sameScope(a: Scope | undefined, b: Scope | undefined): boolean {
  return SCOPE_KEYS.every((key) => {
    const [one, other] = [a?.[key], b?.[key]];
    if (one === undefined || other === undefined) return one === other;
    return one.length === other.length && [...one].sort().every((entry, at) => entry === [...other].sort()[at]);
  });
}

/** Scopes that differ all the same only narrow each other. */
function scopeOf(held: readonly GrantFacts[]): Scope | undefined {
  const scopes = held.flatMap(({ role, scope }) => (isForMessages(role) && scope !== undefined ? [scope] : []));
  if (scopes.length === 0) return undefined;
  const bounds = SCOPE_KEYS.flatMap((key) => {
    const lists = scopes.flatMap((scope) => (scope[key] === undefined ? [] : [scope[key]]));
    const [first] = lists;
    return first === undefined ? [] : [[key, first.filter((entry) => lists.every((list) => list.includes(entry)))] as const];
  });
  return Object.fromEntries(bounds);
}
