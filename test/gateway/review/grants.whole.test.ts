/** Accounts, grants and tokens over the real ledger: two people for every right, none too many, and everything written down. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { grantRules } from '../../../gateway/accounts/grant-rules.js';
import { ledgerDatabase } from '../../../gateway/ledger/database.js';
import { auditWriter } from '../../../gateway/ledger/audit-writer.js';
import { recoverAccount } from '../../../gateway/ledger/recovery-ledger.js';
import { issuing } from '../../../gateway/accounts/issuing.js';
import { exchangeIds } from '../../../gateway/wiring/ids.js';
import { testPostgres } from '../../kit/database.js';
import { accept, administrators, browser, must, PASSWORD, peopleStand, personWith, signInAs, START_UP_TOKEN, type PeopleStand } from '../../kit/people.js';
import { tempFolder } from '../../kit/temp.js';

const postgres = testPostgres();
let stand: PeopleStand;
beforeEach(async () => {
  stand = await peopleStand(postgres().connection, { dataDir: tempFolder('people') });
});
afterEach(() => stand.close());
const DAY = 86_400_000;
const grantId = (body: Record<string, unknown>): string => (body['grant'] as { id: string }).id;
const linkOf = (body: Record<string, unknown>): string => (body['invitation'] as { url: string }).url;

describe('grants', () => {
  it('are proposed by one administrator and put in force by the other, and by nobody else', async () => {
    const admins = await administrators(stand);
    const { system, security } = admins;
    const made = must(await system.browser.post('/accounts', { name: 'rev', displayName: 'Reviewer' }));
    const person = await accept(stand, linkOf(made));
    expect(must(await person.browser.get('/session'))).toMatchObject({ signedIn: true, rights: [] });
    const id = grantId(must(await system.browser.post('/grants', { accountId: person.id, role: 'reviewer', scope: { routes: ['mail'] }, mayOpen: true })));
    expect((await system.browser.post(`/grants/${id}/approve`)).status).toBe(403);
    expect((await security.browser.post('/grants', { accountId: person.id, role: 'approver' })).status).toBe(403);
    expect(must(await security.browser.get('/grants?state=proposed')).grants).toMatchObject([{ id, role: 'reviewer', proposedBy: 'account:admin' }]);
    must(await security.browser.post(`/grants/${id}/approve`));
    const again = await signInAs(stand, person);
    expect(must(await again.get('/session'))).toMatchObject({ roles: ['reviewer'], scope: { routes: ['mail'] }, rights: expect.arrayContaining(['messages.decide', 'messages.open']) });
    expect((await security.browser.post(`/grants/${id}/approve`)).body).toMatchObject({ code: 'grant-refused', why: 'not-open' });
    must(await system.browser.post(`/grants/${id}/revoke`));
    expect((await again.get('/tokens')).status).toBe(401);
    // Acts of one moment have no order.
    const acts = (await stand.audited()).filter(({ act }) => act.startsWith('grant.') && act !== 'grant.set-up').map(({ act, actor }) => `${act} ${actor}`);
    expect(acts.sort()).toEqual(['grant.approve account:sec', 'grant.propose account:admin', 'grant.revoke account:admin']);
  });

  it('never make one account two administrators, neither by the API nor by ten proposals at once, nor in SQL', async () => {
    const { system, security, auditor } = await administrators(stand);
    for (const person of [system, security, auditor]) {
      for (const role of ['system-admin', 'security-admin', 'auditor']) {
        expect((await system.browser.post('/grants', { accountId: person.id, role })).body.code).toBe('grant-refused');
      }
    }
    const made = must(await system.browser.post('/accounts', { name: 'two', displayName: 'Two' }));
    const { id } = made['account'] as { id: string };
    const proposed = await Promise.all(['system-admin', 'auditor'].map((role) => system.browser.post('/grants', { accountId: id, role })));
    const answers = await Promise.all(proposed.map(({ body }) => security.browser.post(`/grants/${grantId(body)}/approve`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const owner = ledgerDatabase(postgres().connection);
    const forced = owner.db.updateTable('grants').set({ state: 'active', decided_by: 'account:sec', decided_by_account: security.id }).where('account_id', '=', id).where('state', '=', 'proposed').execute();
    await expect(forced).rejects.toMatchObject({ code: '23505' });
    const own = owner.db.updateTable('grants').set({ decided_by_account: id }).where('account_id', '=', id).where('state', '=', 'active').execute();
    await expect(own).rejects.toMatchObject({ code: '23514' });
    await owner.close();
  });

  it('in the set-up phase make the other two administrators at once, each once, and say so', async () => {
    const system = await accept(stand, (await stand.people.firstRunLink()) ?? '');
    const first = must(await system.browser.post('/accounts', { name: 'sec', displayName: 'Sec', role: 'security-admin' }));
    expect(first['grant']).toMatchObject({ state: 'active', setUp: true, decidedBy: 'account:admin' });
    const second = must(await system.browser.post('/accounts', { name: 'sec2', displayName: 'Sec', role: 'security-admin' }));
    expect(second['grant']).toMatchObject({ state: 'proposed', setUp: false });
    const reviewer = must(await system.browser.post('/accounts', { name: 'rev', displayName: 'Rev', role: 'reviewer' }));
    expect(reviewer['grant']).toMatchObject({ state: 'proposed' });
    expect((await stand.audited()).filter(({ act }) => act === 'grant.set-up').map(({ actor, data }) => `${actor} ${String(data['role'])}`).sort()).toEqual(['account:admin security-admin', 'system system-admin']);
  });

  it('never take the last of an administrator’s role away, by revoking, disabling or inviting anew', async () => {
    const { system, security, auditor } = await administrators(stand);
    const { grants } = must(await system.browser.get('/grants?state=active')) as { grants: { id: string; accountId: string }[] };
    for (const { id } of grants) expect((await system.browser.post(`/grants/${id}/revoke`)).body).toMatchObject({ why: 'last-administrator' });
    for (const { id } of [security, auditor]) for (const act of ['disable', 'invite']) expect((await system.browser.post(`/accounts/${id}/${act}`)).body).toMatchObject({ why: 'last-administrator' });
    expect((await system.browser.post(`/accounts/${system.id}/disable`)).body).toMatchObject({ why: 'own-grant' });
  });

  it('wait for approval again when an account gets a new link: whoever has it may be another person', async () => {
    const admins = await administrators(stand);
    const reviewer = await personWith(stand, admins, 'rev', 'reviewer');
    must(await reviewer.browser.post('/tokens', { name: 'ci' }));
    const link = linkOf(must(await admins.system.browser.post(`/accounts/${reviewer.id}/invite`)));
    expect((await reviewer.browser.get('/tokens')).status).toBe(401);
    const taken = await accept(stand, link);
    expect(must(await taken.browser.get('/session'))).toMatchObject({ signedIn: true, roles: [], rights: [] });
    expect(must(await admins.security.browser.get('/grants?state=proposed')).grants).toMatchObject([{ accountId: reviewer.id, role: 'reviewer' }]);
    expect(must(await taken.browser.get('/tokens')).tokens).toMatchObject([{ name: 'ci', revokedAt: expect.any(String) }]);
  });
});

describe('tokens', () => {
  const asToken = (secret: unknown, path: string): request.Test => request(stand.app).get(`/api/v1${path}`).set('Authorization', `Bearer ${String(secret)}`);

  it('do what their account may, without what needs the person, until they expire, are revoked or the account goes', async () => {
    const admins = await administrators(stand);
    const made = must(await admins.system.browser.post('/tokens', { name: 'ci', days: 10 }));
    await asToken(made['secret'], '/accounts').expect(200);
    expect((await asToken(made['secret'], '/session')).body).toMatchObject({ signedIn: true, rights: ['accounts.manage', 'settings.read', 'jobs.read', 'jobs.retry', 'alerts.test'] });
    const post = request(stand.app).post('/api/v1/tokens').set('Authorization', `Bearer ${String(made['secret'])}`).send({ name: 'child' });
    expect((await post).body).toMatchObject({ code: 'person-needed' });
    expect((await admins.system.browser.post('/tokens', { name: 'ci' })).body.code).toBe('name-taken');
    stand.clock.advance(10 * DAY);
    await asToken(made['secret'], '/accounts').expect(401);

    const reviewer = await personWith(stand, { ...admins, system: { ...admins.system, browser: await signInAs(stand, admins.system) }, security: { ...admins.security, browser: await signInAs(stand, admins.security) } }, 'rev', 'reviewer');
    const own = must(await reviewer.browser.post('/tokens', { name: 'ci', rights: ['messages.read', 'accounts.manage'] }));
    expect((await asToken(own['secret'], '/session')).body).toMatchObject({ rights: ['messages.read'] });
    const system = await signInAs(stand, admins.system);
    must(await system.post(`/accounts/${reviewer.id}/disable`));
    await asToken(own['secret'], '/session').expect(200, { signedIn: false, roles: [], rights: [], phase: 'normal', oidc: false });
    must(await system.post(`/accounts/${reviewer.id}/enable`));
    expect((await asToken(own['secret'], '/session')).body).toMatchObject({ signedIn: true });
    must(await system.post(`/tokens/${(own['token'] as { id: string }).id}/revoke`));
    await asToken(own['secret'], '/tokens').expect(401);
  });

  it('are seen and revoked by their own people, and by the system administrator', async () => {
    const admins = await administrators(stand);
    const made = must(await admins.auditor.browser.post('/tokens', { name: 'siem' }));
    const { id } = made['token'] as { id: string };
    expect(must(await admins.security.browser.get('/tokens'))).toEqual({ tokens: [] });
    expect((await admins.security.browser.post(`/tokens/${id}/revoke`)).status).toBe(404);
    expect(must(await admins.system.browser.get('/tokens')).tokens).toMatchObject([{ id, accountName: 'aud' }]);
    must(await admins.system.browser.post(`/tokens/${id}/revoke`));
  });
});

describe('the access review', () => {
  it('says who can do what, since when, by whose approval and when it was used last', async () => {
    const admins = await administrators(stand);
    await personWith(stand, admins, 'rev', 'reviewer', { scope: { senders: ['@corp.example'] } });
    for (const one of [admins.system, admins.security, admins.auditor]) {
      const { accounts } = must(await one.browser.get('/access-review')) as { accounts: Record<string, unknown>[] };
      expect(accounts.map(({ name }) => name)).toEqual(['admin', 'aud', 'rev', 'sec']);
      expect(accounts[2]).toMatchObject({ roles: ['reviewer'], scope: { senders: ['@corp.example'] }, unusedDays: 0, sessions: 1, grants: [{ proposedBy: 'account:admin', decidedBy: 'account:sec' }], lastUsedAt: expect.any(String) });
    }
    expect((await stand.audited()).filter(({ act }) => act === 'account.review')).toHaveLength(3);
  });

  it('an account that nobody used for 90 days is disabled when somebody signs in with it, but not the last of its kind', async () => {
    const admins = await administrators(stand);
    const reviewer = await personWith(stand, admins, 'rev', 'reviewer');
    stand.clock.advance(91 * DAY);
    expect((await browser(stand.app).post('/session/password', { name: 'rev', password: PASSWORD })).body.code).toBe('account-disabled');
    await signInAs(stand, admins.system);
    expect((await stand.audited()).filter(({ act }) => act === 'account.disable')).toMatchObject([{ actor: 'system', subject: reviewer.id, data: { why: 'unused' } }]);
  });
});

describe('the way back in', () => {
  it('gives the owner of the machine a link for an administrator, once, audited and alerted, and never a second administrator’s role', async () => {
    const { system, security } = await administrators(stand);
    const parts = { database: stand.database, audit: auditWriter('offline'), clock: stand.clock, rules: grantRules, newId: exchangeIds(stand.clock) };
    const link = issuing({ clock: stand.clock, console: () => 'http://127.0.0.1' });
    expect(await recoverAccount(parts, { name: 'sec', role: 'system-admin', invitation: link.invitation('recovery').invitation })).toEqual({ kind: 'refused', why: 'two-administrators' });
    expect(await recoverAccount(parts, { name: 'nobody', role: undefined, invitation: link.invitation('recovery').invitation })).toEqual({ kind: 'not-found' });
    expect(await recoverAccount(parts, { name: 'new-rev', role: 'reviewer', invitation: link.invitation('recovery').invitation })).toMatchObject({ kind: 'refused' });
    const { url, invitation } = link.invitation('recovery');
    expect(await recoverAccount(parts, { name: 'sec', role: undefined, invitation })).toEqual({ kind: 'done', created: false });
    expect((await security.browser.get('/grants')).status).toBe(401);
    const back = await accept(stand, url, 'another good phrase');
    expect(must(await back.browser.get('/session'))).toMatchObject({ roles: ['security-admin'] });
    const fresh = link.invitation('recovery');
    expect(await recoverAccount(parts, { name: 'admin-new', role: 'system-admin', invitation: fresh.invitation })).toEqual({ kind: 'done', created: true });
    expect(must(await (await accept(stand, fresh.url)).browser.get('/session'))).toMatchObject({ roles: ['system-admin'] });
    const dump = await stand.dump();
    expect(dump).toContain('account-recovered');
    expect(dump).toContain('account.recover');
    expect((await system.browser.get('/accounts')).status).toBe(200);
    // The start-up token stays void.
    await request(stand.app).get('/api/v1/accounts').set('Authorization', `Bearer ${START_UP_TOKEN}`).expect(401);
  });
});
