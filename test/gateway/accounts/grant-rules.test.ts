import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { grantRules } from '../../../gateway/accounts/grant-rules.js';
import { ADMINISTRATORS, PERSONAL_RIGHTS, RIGHTS_OF, ROLES, type By, type GrantFacts, type Role, type Scope } from '../../../gateway/ports.js';

const ACCOUNTS = ['ann', 'bob', 'cho', 'dai'] as const;
const grant = (role: Role, scope?: Scope, mayOpen = false): GrantFacts => ({ role, scope, mayOpen });
const person = (id: string): By => ({ actor: `account:${id}`, kind: 'person', accountId: id });
const SET_UP: By = { actor: 'token:admin', kind: 'set-up', accountId: undefined };

type Step =
  | { readonly do: 'propose' | 'at-once'; readonly by: By; readonly target: string; readonly asked: GrantFacts }
  | { readonly do: 'approve' | 'revoke'; readonly by: By; readonly at: number };

const someone: fc.Arbitrary<By> = fc.oneof(
  fc.constantFrom(...ACCOUNTS).map(person),
  fc.constantFrom(...ACCOUNTS).map((id): By => ({ actor: `token:${id}/ci`, kind: 'token', accountId: id })),
  fc.constant(SET_UP),
);
const scope = fc.option(fc.record({ routes: fc.subarray(['mail', 'share'], { minLength: 1 }) }), { nil: undefined });
const asked: fc.Arbitrary<GrantFacts> = fc.record({ role: fc.constantFrom(...ROLES), scope, mayOpen: fc.boolean() });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('propose' as const, 'at-once' as const), by: someone, target: fc.constantFrom(...ACCOUNTS), asked }),
  fc.record({ do: fc.constantFrom('approve' as const, 'revoke' as const), by: someone, at: fc.nat(30) }),
);

interface Made extends GrantFacts {
  readonly accountId: string;
  readonly by: By;
  readonly approvedBy: By | undefined;
  state: 'proposed' | 'active' | 'revoked';
}

/** What the ledger does with the rules, in memory. */
function play(steps: readonly Step[]): readonly Made[] {
  const made: Made[] = [];
  const held = (id: string): readonly Made[] => made.filter((one) => one.accountId === id && one.state === 'active');
  let ended = false;
  for (const one of steps) {
    if ('target' in one) {
      if (grantRules.propose(one.asked, { state: 'active', held: held(one.target) }) !== undefined) continue;
      const anybody = made.filter(({ state }) => state === 'active').map(({ role }) => role);
      const atOnce = one.do === 'at-once' && grantRules.atOnce({ ...one.asked, accountId: one.target }, one.by, { ended, held: anybody });
      made.push({ ...one.asked, accountId: one.target, by: one.by, approvedBy: undefined, state: atOnce ? 'active' : 'proposed' });
    } else {
      const at = made[one.at];
      if (at === undefined) continue;
      if (one.do === 'revoke') {
        const others = made.filter((other) => other !== at && other.state === 'active' && other.role === at.role).length;
        if (at.state === 'active' && grantRules.end(at.role, others, ended) === undefined) at.state = 'revoked';
      } else if (at.state === 'proposed' && grantRules.approve({ ...at, proposedBy: at.by.actor }, one.by, { state: 'active', held: held(at.accountId) }) === undefined) {
        made[one.at] = { ...at, state: 'active', approvedBy: one.by };
      }
    }
    ended ||= ADMINISTRATORS.every((role) => made.some((each) => each.state === 'active' && each.role === role));
    for (const id of ACCOUNTS) expect(held(id).filter(({ role }) => (ADMINISTRATORS as readonly Role[]).includes(role)).length).toBeLessThanOrEqual(1);
    if (ended) for (const role of ADMINISTRATORS) expect(made.some((each) => each.state === 'active' && each.role === role)).toBe(true);
  }
  return made;
}

describe('grant rules', () => {
  it('no sequence of grants lets one account hold two administrator roles, or takes the last of one away once all three were there', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => void play(steps)), { numRuns: 500 });
  });

  it('no sequence of grants lets anyone approve their own proposal or a grant to themselves, or a token approve anything', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        for (const { approvedBy, by, accountId } of play(steps)) {
          if (approvedBy === undefined) continue;
          expect(approvedBy.kind).toBe('person');
          expect(approvedBy.actor).not.toBe(by.actor);
          expect(approvedBy.accountId).not.toBe(accountId);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('without a second person only administrators’ roles are granted, each once, and none after the set-up', () => {
    for (const role of ROLES) {
      const isAdministrator = (ADMINISTRATORS as readonly Role[]).includes(role);
      const target = { ...grant(role), accountId: 'bob' };
      expect(grantRules.atOnce(target, SET_UP, { ended: false, held: [] })).toBe(isAdministrator);
      expect(grantRules.atOnce(target, person('ann'), { ended: false, held: ['system-admin'] })).toBe(isAdministrator && role !== 'system-admin');
      expect(grantRules.atOnce(target, person('bob'), { ended: false, held: [] })).toBe(false);
      expect(grantRules.atOnce(target, SET_UP, { ended: false, held: [role] })).toBe(false);
      expect(grantRules.atOnce(target, SET_UP, { ended: true, held: [] })).toBe(false);
    }
  });

  it('the auditor holds nothing else', () => {
    for (const role of ROLES.filter((each) => each !== 'auditor')) {
      expect(grantRules.propose(grant('auditor'), { state: 'active', held: [grant(role)] })).toMatch(/auditor-alone|two-administrators/);
      expect(grantRules.propose(grant(role), { state: 'active', held: [grant('auditor')] })).toMatch(/auditor-alone|two-administrators/);
    }
  });

  it('a scope and the right to open belong to roles that see messages, and one account has one scope', () => {
    const fresh = { state: 'active', held: [] } as const;
    expect(grantRules.propose(grant('security-admin', { routes: ['mail'] }), fresh)).toBe('scope-without-messages');
    expect(grantRules.propose(grant('auditor', undefined, true), fresh)).toBe('open-without-messages');
    expect(grantRules.propose(grant('approver', { routes: ['share'] }), { state: 'active', held: [grant('reviewer', { routes: ['mail'] })] })).toBe('scope-differs');
    expect(grantRules.propose(grant('approver'), { state: 'active', held: [grant('reviewer', { routes: ['mail'] })] })).toBe('scope-differs');
    expect(grantRules.propose(grant('approver', { routes: ['mail', 'share'] }), { state: 'active', held: [grant('reviewer', { routes: ['share', 'mail'] })] })).toBeUndefined();
    expect(grantRules.propose(grant('reviewer'), { state: 'disabled', held: [] })).toBe('account-disabled');
  });

  it('rights are those of the roles, and an original is opened only where a grant says so', () => {
    for (const role of ROLES) expect(new Set(grantRules.rights([grant(role)]).rights)).toEqual(new Set(RIGHTS_OF[role]));
    expect(grantRules.rights([]).rights).toEqual([]);
    expect(grantRules.rights([grant('reviewer', undefined, true)]).rights).toContain('messages.open');
    expect(grantRules.rights([grant('system-admin', undefined, true)]).rights).not.toContain('messages.open');
    expect(PERSONAL_RIGHTS).toContain('messages.open');
  });

  it('scopes that differ all the same narrow each other, never widen', () => {
    const { scope: both } = grantRules.rights([grant('reviewer', { routes: ['mail', 'share'] }), grant('approver', { routes: ['share'], senders: ['@a.example'] })]);
    expect(both).toEqual({ routes: ['share'], senders: ['@a.example'] });
    expect(grantRules.rights([grant('reviewer'), grant('security-admin')]).scope).toBeUndefined();
    expect(grantRules.rights([grant('reviewer', { routes: ['mail'] }), grant('approver', { routes: ['share'] })]).scope).toEqual({ routes: [] });
  });
});
