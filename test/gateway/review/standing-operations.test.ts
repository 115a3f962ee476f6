/** Exceptions, break-glass, policy and settings in the API: who may ask, what is refused, and what never stands in an answer. */
import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../../../config/schema.js';
import { RIGHTS_OF, type BypassLedger, type Caller, type ExceptionLedger, type ProposalResult, type StoredBypass, type StoredException, type Visit } from '../../../gateway/ports.js';
import { bypassOperations } from '../../../gateway/review/bypass-operations.js';
import { exceptionsOperations } from '../../../gateway/review/exceptions-operations.js';
import type { Operation } from '../../../gateway/review/operation.js';
import { policyOperations } from '../../../gateway/review/policy-operations.js';
import { settingsOperations } from '../../../gateway/review/settings-operations.js';

const AT = new Date('2026-01-01T00:00:00Z');
const caller: Caller = { actor: 'account:security', kind: 'person', accountId: 'a1', roles: ['security-admin'], rights: new Set(RIGHTS_OF['security-admin']), scope: undefined };
const stored: StoredException = {
  id: 'x1', state: 'proposed', scope: { senderKey: 'user:0123456789abcdef', destination: 'mail.example', fingerprints: ['feedfacecafebeef', '0123456789abcdef'] }, sender: 'l***@corp.example',
  conclusive: false, reason: 'template', owner: 'account:li', message: 'w1', proposedBy: 'account:li', proposedAt: AT, decidedBy: undefined, decidedAt: undefined, decisionReason: undefined, expiresAt: AT,
};
const bypass: StoredBypass = {
  id: 'b1', state: 'proposed', route: 'mail', reason: 'down', hours: 2, proposedBy: 'account:security', proposedAt: AT, decidedBy: undefined, decidedAt: undefined, decisionReason: undefined, endsAt: undefined,
};
const config = configSchema.parse({
  version: 1, vault: { custody: 'absent' }, audit: { retention: '90d' },
  routes: [{ id: 'mail', match: {}, upstream: { url: 'https://mail.example' }, policy: 'p' }, { id: 'plain', match: { path: '/plain' }, upstream: { url: 'https://mail.example' }, scan: false }],
  policies: { p: { retentionByGrade: { C2: '7d' }, rules: [{ id: 'r', when: { found: { of: ['cn.phone'] } }, action: 'mask' }] } },
});

function stand(result: ProposalResult | { readonly kind: 'scope' } | { readonly kind: 'full' } = { kind: 'done' }) {
  const plain: ProposalResult = result.kind === 'scope' || result.kind === 'full' ? { kind: 'done' } : result;
  const proposals: unknown[] = [];
  const exceptions: ExceptionLedger = {
    propose: () => Promise.resolve({ kind: 'not-found' }), approve: () => Promise.resolve(result), refuse: () => Promise.resolve(plain), end: () => Promise.resolve(plain),
    list: () => Promise.resolve({ exceptions: [stored], next: undefined }), get: () => Promise.resolve(stored), active: () => Promise.resolve([]),
  };
  const bypasses: BypassLedger = {
    propose: (given) => {
      proposals.push(given);
      return Promise.resolve({ kind: 'proposed', id: 'b1' });
    },
    approve: () => Promise.resolve(plain), refuse: () => Promise.resolve(plain), end: () => Promise.resolve(plain), list: () => Promise.resolve([bypass]), active: () => Promise.resolve([]), expire: () => Promise.resolve(0),
  };
  const inForce = () => [{ id: 'b9', route: 'mail', endsAt: AT.getTime() }];
  const operations = [
    ...exceptionsOperations({ exceptions }),
    ...bypassOperations({ bypasses, inForce, routes: () => ['mail'] }),
    ...policyOperations({
      running: () => ({ revision: 'aaaaaaaaaaaa', digest: 'd', since: AT, yaml: 'version: 1\n', settings: config }), inForce,
      revisions: { ran: () => Promise.resolve(), list: () => Promise.resolve([]), get: () => Promise.resolve(undefined) }, validate: () => ({ ok: true, problems: [], warnings: [] }),
    }),
    ...settingsOperations({
      version: '1.0.0', config, settings: () => config, inForce, space: () => Promise.reject(new Error('gone')), suite: 'age-v1', suites: ['age-v1'], database: 'embedded', setUpEnded: () => Promise.resolve(true), otherPolicies: () => [],
      legalHolds: { set: () => Promise.resolve({ kind: 'wrong-state', state: 'expired' }) },
    }),
  ];
  const call = (id: string, given: { readonly params?: object; readonly query?: object; readonly body?: object } = {}): Promise<unknown> => {
    const operation = operations.find((one) => one.id === id) as Operation;
    return operation.run({ params: given.params ?? {}, query: given.query ?? {}, body: given.body, caller, visit: {} as Visit, language: 'en' }).then((answer) => operation.answer.parse(answer));
  };
  return { operations, call, proposals };
}
const reason = { reason: 'because' };

describe('the rights', () => {
  it('keep asking and approving apart, and legal holds from who decides', () => {
    expect(Object.fromEntries(stand().operations.map(({ id, right }) => [id, right]))).toEqual({
      listExceptions: 'exceptions.decide', approveException: 'exceptions.decide', refuseException: 'exceptions.decide', endException: 'exceptions.decide',
      listBypasses: 'settings.read', proposeBypass: 'bypass.propose', approveBypass: 'bypass.approve', refuseBypass: 'bypass.approve', endBypass: 'bypass.propose',
      getPolicy: 'policy.read', listPolicyRevisions: 'policy.read', getPolicyRevision: 'policy.read', validatePolicy: 'policy.read',
      getSettings: 'settings.read', setLegalHold: 'messages.keep',
    });
    for (const rights of Object.values(RIGHTS_OF)) expect(rights.includes('bypass.propose') && rights.includes('bypass.approve')).toBe(false);
  });
});

describe('an exception in the API', () => {
  it('shows neither the key of its sender nor a fingerprint', async () => {
    const answer = JSON.stringify(await stand().call('listExceptions'));
    expect(answer).not.toMatch(/0123456789abcdef|feedface|user:/);
    expect(answer).toContain('"fingerprints":2');
    expect(answer).toContain('l***@corp.example');
  });

  it.each([
    ['not-found', 'not-found'], ['wrong-state', 'proposal-state'], ['own-proposal', 'own-proposal'], ['scope', 'exception-scope'], ['full', 'exceptions-full'],
  ] as const)('%s is answered as %s', async (kind, code) => {
    await expect(stand({ kind }).call('approveException', { params: { id: 'x1' }, body: reason })).rejects.toMatchObject({ code });
  });
});

describe('break-glass in the API', () => {
  it('takes a reason without numbers, a route that is there, and four hours at most', async () => {
    const on = stand();
    await expect(on.call('proposeBypass', { body: { route: 'mail', hours: 4.1, ...reason } })).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(on.call('proposeBypass', { body: { route: 'mail', hours: 1, reason: 'call 138 0013 8000' } })).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(on.call('proposeBypass', { body: { route: 'plain', hours: 1, ...reason } })).rejects.toMatchObject({ code: 'not-found' });
    expect(on.proposals).toEqual([]);
    expect(await on.call('proposeBypass', { body: { route: 'mail', hours: 4, ...reason } })).toMatchObject({ id: 'b1', state: 'proposed' });
    expect(on.proposals).toEqual([{ route: 'mail', hours: 4, reason: 'because', actor: 'account:security' }]);
  });

  it('cannot be approved by who asked for it', async () => {
    await expect(stand({ kind: 'own-proposal' }).call('approveBypass', { params: { id: 'b1' }, body: reason })).rejects.toMatchObject({ code: 'own-proposal', status: 409 });
  });
});

describe('policy and settings in the API', () => {
  it('show rules as data and in words, retention in days, and routes that are bypassed', async () => {
    expect(await stand().call('getPolicy')).toMatchObject({
      policies: [{ name: 'p', routes: ['mail'], retentionDays: 30, retentionByGradeDays: { C2: 7 }, rules: [{ id: 'r', otherwise: 'hold', whenText: { en: 'any value of cn.phone' } }] }],
      routes: [{ id: 'mail', bypassedUntil: AT.toISOString() }, { id: 'plain', scan: false }],
    });
  });

  it('answer while the vault does not, and warn', async () => {
    const answer = (await stand().call('getSettings')) as { vault: object; retention: object; warnings: { code: string }[] };
    expect(answer.vault).toEqual({ custody: 'absent', suite: 'age-v1', suites: ['age-v1'], limitBytes: 100 * 2 ** 30 });
    expect(answer.retention).toMatchObject({ auditDays: 90, auditFloorDays: 184 });
    expect(answer.warnings.map(({ code }) => code)).toEqual(['bypass-active', 'audit-retention-short', 'custody-absent', 'routes-unscanned', 'alerts-none', 'notices-none']);
  });

  it('refuse a legal hold on what has ended', async () => {
    await expect(stand().call('setLegalHold', { params: { id: 'w1' }, body: { on: true, ...reason } })).rejects.toMatchObject({ code: 'wrong-state', extras: { state: 'expired' } });
  });
});
