/**
 * Who may do what: every operation × every role × every kind of caller, against a table written by hand.
 *
 * You added or renamed an operation, and this test fails? Add one line to MAY: the operation's id, and who may use it, from the
 * design and not from the code. The words: `anyone` (without signing in), `signed-in` (whatever the roles), or any of the roles
 * `system`, `security`, `auditor`, `reviewer`, `approver`, or `opener` (a reviewer or approver whose grant says that they may open
 * originals). A `!` before one of them: only the person may, no token of theirs. Operations are found by themselves: every exported
 * function whose name ends in `Operations` in a file gateway/review/*-operations.ts (or operations.ts) is asked for its list.
 */
import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { tokenCaller } from '../../../gateway/accounts/gate.js';
import { grantRules } from '../../../gateway/accounts/grant-rules.js';
import { PERSONAL_RIGHTS, RIGHTS, RIGHTS_OF, ROLES, type Caller, type Gate, type GrantFacts, type Proven, type Role, type Session, type Standing } from '../../../gateway/ports.js';
import { adminApp } from '../../../gateway/review/admin-app.js';
import type { Operation } from '../../../gateway/review/operation.js';
import { ApiProblem } from '../../../gateway/review/problem.js';
import { exchangeIds } from '../../../gateway/wiring/ids.js';
import { manualClock } from '../../kit/clock.js';

const MAY: Readonly<Record<string, string>> = {
  // Signing in
  getSession: 'anyone',
  signInWithPassword: 'anyone',
  signInWithCode: 'anyone',
  signInWithRecoveryCode: 'anyone',
  beginEnrolment: 'anyone',
  finishEnrolment: 'anyone',
  renewRecoveryCodes: 'anyone',
  changePassword: 'anyone',
  signOut: 'anyone',
  startOidc: 'anyone',
  finishOidc: 'anyone',
  getInvitation: 'anyone',
  acceptInvitation: 'anyone',
  // Accounts, grants, tokens
  listAccounts: 'system !security',
  createAccount: 'system',
  inviteAccount: 'system',
  disableAccount: 'system',
  enableAccount: 'system',
  resetTotp: 'system',
  accessReview: 'system !security auditor',
  listGrants: 'system !security',
  proposeGrant: 'system',
  approveGrant: '!security',
  refuseGrant: '!security',
  revokeGrant: 'system',
  listTokens: 'signed-in',
  createToken: 'signed-in',
  revokeToken: 'signed-in',
  // The queue
  listMessages: 'reviewer approver',
  listGroups: 'reviewer approver',
  countMessages: 'reviewer approver',
  listAssignees: 'reviewer approver',
  assignMessage: 'reviewer',
  previewBulk: 'reviewer',
  decideBulk: 'reviewer',
  listComments: 'reviewer approver',
  addComment: 'reviewer approver',
  listFilters: 'reviewer approver',
  saveFilter: 'reviewer approver',
  deleteFilter: 'reviewer approver',
  events: 'reviewer approver',
  overview: 'security reviewer approver',
  // One message
  getMessage: 'reviewer approver',
  messageContent: 'reviewer approver',
  messageMail: 'reviewer approver',
  compareMessage: 'reviewer approver',
  openMessage: '!opener',
  messageValues: '!opener',
  messageOriginal: '!opener',
  releaseMessage: 'reviewer',
  approveMessage: '!approver',
  refuseMessage: 'reviewer !approver',
  rejectMessage: 'reviewer',
  escalateMessage: 'reviewer',
  settleMessage: 'reviewer',
  markFalsePositive: 'reviewer',
  setLegalHold: 'approver',
  // Policy
  getPolicy: 'security',
  listPolicyRevisions: 'security',
  getPolicyRevision: 'security',
  validatePolicy: 'security',
  monitorReport: 'security',
  listExceptions: 'security',
  approveException: 'security',
  refuseException: 'security',
  endException: 'security',
  listBypasses: 'system security',
  proposeBypass: 'security',
  approveBypass: '!system',
  refuseBypass: '!system',
  endBypass: 'security',
  getSettings: 'system security',
  listNodes: 'system security',
  getAbout: 'signed-in',
  // Jobs
  listJobs: 'system security',
  jobQueues: 'system security',
  retryJob: 'system',
  rescanMessages: 'system',
  // Alerts
  listAlertSinks: 'system security',
  testAlertSink: 'system security',
  listAlertDeliveries: 'system security',
  getAlertDelivery: 'system security',
  // Audit
  listAudit: 'auditor',
  exportAudit: 'auditor',
  verifyAudit: 'auditor',
};

const WORD_OF: Readonly<Record<Role, string>> = { 'system-admin': 'system', 'security-admin': 'security', auditor: 'auditor', reviewer: 'reviewer', approver: 'approver' };
const START_UP = 'start-up-token-of-the-matrix-test';
const REVIEW = new URL('../../../gateway/review/', import.meta.url);

/** Stands for every port: whatever is asked of it is it again. Lists of operations are made of ports and never call them. */
const anything: unknown = new Proxy(() => undefined, { get: (_target, key) => (key === Symbol.iterator ? function* () { /* empty */ } : anything), apply: () => anything });

async function allOperations(): Promise<readonly Operation[]> {
  const found: Operation[] = [];
  for (const file of readdirSync(REVIEW).filter((name) => /(^|-)operations\.ts$/.test(name)).sort()) {
    const parts = (await import(new URL(file, REVIEW).href)) as Readonly<Record<string, unknown>>;
    for (const [name, part] of Object.entries(parts)) {
      if (name.endsWith('Operations') && typeof part === 'function') found.push(...(part as (ports: unknown) => readonly Operation[])(anything));
    }
  }
  return found;
}

const grant = (role: Role, mayOpen = false): GrantFacts => ({ role, scope: undefined, mayOpen });
const ACCOUNT = { id: 'a1', name: 'ann', displayName: 'Ann', email: undefined, language: undefined, state: 'active', enrolled: true, createdAt: new Date(0), lastSeenAt: undefined } as const;
const standing = (held: readonly GrantFacts[]): Standing => ({ account: ACCOUNT, ...grantRules.rights(held) });
const person = (held: readonly GrantFacts[]): Caller => {
  const { roles, rights, scope } = standing(held);
  return { actor: 'account:ann', kind: 'person', accountId: 'a1', roles, rights: new Set(rights), scope };
};

/** Everyone the gate can tell apart: each role by itself, without any, with the right to open, as a person and as a token. */
const HOLDINGS: Readonly<Record<string, readonly GrantFacts[]>> = {
  'no role': [],
  ...Object.fromEntries(ROLES.map((role) => [role, [grant(role)]])),
  'reviewer who may open': [grant('reviewer', true)],
  'approver who may open': [grant('approver', true)],
};
const SESSION: Session = { hash: 'h', accountId: 'a1', step: undefined, by: 'password', pendingTotp: undefined, createdAt: new Date(0), seenAt: new Date(0), expiresAt: new Date(1) };

let setUpOver = false;
const gate: Gate = {
  setUpEnded: async () => setUpOver,
  bearer: async (token): Promise<Proven> => {
    const held = HOLDINGS[decodeURIComponent(token)];
    return held === undefined ? { kind: 'nobody' } : { kind: 'caller', caller: tokenCaller(standing(held), 'ci', undefined), session: undefined };
  },
  cookie: async (token): Promise<Proven> => {
    const name = decodeURIComponent(token);
    if (name === 'unfinished') return { kind: 'step', step: 'totp', session: { ...SESSION, step: 'totp' } };
    const held = HOLDINGS[name];
    return held === undefined ? { kind: 'nobody' } : { kind: 'caller', caller: person(held), session: SESSION };
  },
  csrf: () => 'check',
};

let operations: readonly Operation[] = [];
let app: ReturnType<typeof adminApp>;
beforeAll(async () => {
  operations = await allOperations();
  const clock = manualClock();
  const quiet = (): void => undefined;
  app = adminApp({
    // Whoever gets through meets this answer, and nothing is done.
    operations: operations.map((one) => ({ ...one, run: () => Promise.reject(new ApiProblem('wrong-state')) })),
    audit: { append: async () => undefined },
    clock, gate, token: START_UP, newId: exchangeIds(clock), metrics: async () => ({ type: 'text/plain', text: '' }), health: [], version: '0', language: 'en', trustedProxies: [],
    log: { error: quiet, warn: quiet, info: quiet, debug: quiet },
    pages: (_request, _response, next) => next(),
  });
});

type Headers = Readonly<Record<string, string>>;
async function ask({ method, path }: Operation, headers: Headers): Promise<{ status: number; code: string }> {
  const asked = request(app)[method](`/api/v1${path.replace(/\{\w+\}/g, 'x1')}`).set({ ...headers });
  const { status, body } = method === 'get' ? await asked : await asked.send({});
  return { status, code: (body as { code: string }).code };
}
const asPerson = (name: string): Headers => ({ Cookie: `weir_session=${encodeURIComponent(name)}`, 'X-Weir-CSRF': 'check', 'Sec-Fetch-Site': 'same-origin' });
const asToken = (name: string): Headers => ({ Authorization: `Bearer ${encodeURIComponent(name)}` });

/** What the table says of someone who holds this. */
function expected(id: string, held: readonly GrantFacts[], kind: 'person' | 'token'): boolean {
  const words = (MAY[id] ?? '').split(' ');
  if (words.includes('anyone') || words.includes('signed-in')) return true;
  const has = (word: string): boolean => words.includes(word) || (kind === 'person' && words.includes(`!${word}`));
  return held.some(({ role, mayOpen }) => has(WORD_OF[role]) || (mayOpen && has('opener')));
}
const LET_IN = { status: 409, code: 'wrong-state' };

describe('the authorisation matrix', () => {
  it('names every operation, and no other', () => {
    expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(MAY).sort());
  });

  it.each(Object.keys(HOLDINGS))('lets the person "%s" do what the table says, and answers 403 to the rest', async (name) => {
    const answers: Record<string, unknown> = {};
    const wanted: Record<string, unknown> = {};
    for (const one of operations) {
      answers[one.id] = await ask(one, asPerson(name));
      wanted[one.id] = expected(one.id, HOLDINGS[name] ?? [], 'person') ? LET_IN : { status: 403, code: 'forbidden' };
    }
    expect(answers).toEqual(wanted);
  });

  it.each(Object.keys(HOLDINGS))('lets a token of "%s" do no more than its person, and nothing that needs the person', async (name) => {
    const answers: Record<string, unknown> = {};
    const wanted: Record<string, unknown> = {};
    for (const one of operations) {
      answers[one.id] = await ask(one, asToken(name));
      wanted[one.id] = expected(one.id, HOLDINGS[name] ?? [], 'token') ? LET_IN : { status: 403, code: 'forbidden' };
    }
    expect(answers).toEqual(wanted);
  });

  it.each([
    ['nobody', {}, 'unauthorized'],
    ['a wrong cookie', { Cookie: 'weir_session=wrong', 'X-Weir-CSRF': 'check', 'Sec-Fetch-Site': 'same-origin' }, 'unauthorized'],
    ['someone between password and code', asPerson('unfinished'), 'step-needed'],
  ] as const)('lets %s in where the table says anyone, and answers 401 to the rest', async (_who, headers, code) => {
    for (const one of operations) expect({ id: one.id, ...(await ask(one, headers)) }).toEqual({ id: one.id, ...(MAY[one.id] === 'anyone' ? LET_IN : { status: 401, code }) });
  });

  it('lets the start-up token do everything in the set-up phase, and after it nothing', async () => {
    setUpOver = false;
    for (const one of operations) expect({ id: one.id, ...(await ask(one, { Authorization: `Bearer ${START_UP}` })) }).toEqual({ id: one.id, ...LET_IN });
    setUpOver = true;
    for (const one of operations) {
      expect({ id: one.id, ...(await ask(one, { Authorization: `Bearer ${START_UP}` })) }).toEqual({ id: one.id, ...(MAY[one.id] === 'anyone' ? LET_IN : { status: 401, code: 'set-up-ended' }) });
    }
    setUpOver = false;
  });

  it('lets no session change anything without the check word', async () => {
    for (const one of operations.filter(({ method }) => method === 'post')) {
      expect({ id: one.id, ...(await ask(one, { Cookie: 'weir_session=reviewer', 'Sec-Fetch-Site': 'same-origin' })) }).toEqual({ id: one.id, status: 403, code: 'cross-site' });
    }
  });

  it('uses every right, and no role has a right that no operation asks for', () => {
    const asked = new Set<string>(operations.flatMap(({ right }) => (typeof right === 'string' ? [right] : [...right])));
    for (const right of RIGHTS) expect([right, asked.has(right)]).toEqual([right, true]);
    for (const role of ROLES) for (const right of RIGHTS_OF[role]) expect(RIGHTS).toContain(right);
    expect(PERSONAL_RIGHTS).toHaveLength(4);
  });
});
