/** Ways in that an attacker would try against sign-in, over the real ledger: each of them once worked. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testPostgres } from '../../kit/database.js';
import { accept, administrators, browser, must, PASSWORD, peopleStand, personWith, signInAs, tokenOf, type PeopleStand } from '../../kit/people.js';
import { tempFolder } from '../../kit/temp.js';

const postgres = testPostgres();
let stand: PeopleStand;
beforeEach(async () => {
  stand = await peopleStand(postgres().connection, { dataDir: tempFolder('attacks') });
});
afterEach(() => stand.close());
const firstLink = async (): Promise<string> => (await stand.people.firstRunLink()) ?? '';

describe('a second factor', () => {
  it('is never replaced by an enrolment that was begun before its own', async () => {
    const admins = await administrators(stand);
    const person = await personWith(stand, admins, 'rev', 'reviewer');
    must(await admins.system.browser.post(`/accounts/${person.id}/reset-totp`));
    const [thief, owner] = [browser(stand.app), browser(stand.app)];
    for (const one of [thief, owner]) expect(must(await one.post('/session/password', { name: 'rev', password: PASSWORD }))).toMatchObject({ step: 'enrol-totp' });
    const [theirs, own] = [must(await thief.post('/session/enrol/begin')), must(await owner.post('/session/enrol/begin'))];
    const { Secret, TOTP } = await import('otpauth');
    const code = (secret: unknown): string => new TOTP({ secret: Secret.fromBase32(String(secret)) }).generate({ timestamp: stand.clock.now() });
    must(await owner.post('/session/enrol/finish', { code: code(own.secret) }));
    expect((await thief.post('/session/enrol/finish', { code: code(theirs.secret) })).status).not.toBe(200);
    expect((await thief.get('/messages')).status).not.toBe(200);
    stand.clock.advance(30_000);
    const again = browser(stand.app);
    must(await again.post('/session/password', { name: 'rev', password: PASSWORD }));
    must(await again.post('/session/totp', { code: code(own.secret) }));
  });

  it('that the identity provider has is not enrolled anew with the password alone', async () => {
    const person = await accept(stand, await firstLink());
    await stand.database.transact((trx) => trx.updateTable('accounts').set({ totp: null, oidc_subject: 'subject-1' }).where('id', '=', person.id).execute());
    expect((await browser(stand.app).post('/session/password', { name: 'admin', password: PASSWORD })).body.code).toBe('sign-in-failed');
  });
});

describe('guesses', () => {
  it('sent all at once are no more than those sent one after another', async () => {
    await accept(stand, await firstLink());
    const passwords = [...Array.from({ length: 8 }, (_, n) => `wrong guess number ${n}`), PASSWORD];
    const answers = await Promise.all(passwords.map((password) => browser(stand.app).post('/session/password', { name: 'admin', password })));
    expect(answers.filter(({ body }) => body.code === 'sign-in-failed').length).toBeLessThan(5);
    const tries = (await stand.audited()).filter(({ act }) => act === 'session.refused' || act === 'account.locked');
    expect(tries.length).toBeLessThanOrEqual(5);
  });

  it('of codes sent all at once end the session after as many as may be', async () => {
    await accept(stand, await firstLink());
    stand.clock.advance(60_000);
    const halves = [browser(stand.app), browser(stand.app), browser(stand.app)];
    for (const half of halves) must(await half.post('/session/password', { name: 'admin', password: PASSWORD }));
    await Promise.all(halves.flatMap((half) => Array.from({ length: 4 }, () => half.post('/session/totp', { code: 'abcdef' }))));
    const tries = (await stand.audited()).filter(({ act }) => act === 'session.refused' || act === 'account.locked');
    expect(tries.length).toBeLessThanOrEqual(5);
  });

  it('with characters that no name has are answered like any other, and not with an error of the gateway', async () => {
    expect((await browser(stand.app).post('/session/password', { name: 'ad\u0000min', password: PASSWORD })).status).toBeLessThan(500);
    expect(stand.logged.filter(({ event }) => event === 'admin.failed')).toEqual([]);
  });
});

describe('an invitation', () => {
  it('keeps no number that its person gives as a name', async () => {
    const answer = await browser(stand.app).post(`/invitations/${tokenOf(await firstLink())}/accept`, { password: PASSWORD, displayName: 'Ann 139 0013 8000' });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain('8000');
  });
});

describe('a grant', () => {
  it('that somebody proposed by a token is not theirs to approve, whatever their role is by then', async () => {
    const admins = await administrators(stand);
    const { system, security } = admins;
    const { secret } = must(await system.browser.post('/tokens', { name: 'ci' }));
    const second = must(await system.browser.post('/accounts', { name: 'sys2', displayName: 'Second' }));
    const other = await accept(stand, (second.invitation as { url: string }).url);
    const approved = async (body: Record<string, unknown>): Promise<unknown> => must(await security.browser.post(`/grants/${(body['grant'] as { id: string }).id}/approve`));
    await approved(must(await system.browser.post('/grants', { accountId: other.id, role: 'system-admin' })));
    const puppet = must(await system.browser.post('/accounts', { name: 'puppet', displayName: 'Puppet' }));
    const request = (await import('supertest')).default;
    const proposed = await request(stand.app).post('/api/v1/grants').set('Authorization', `Bearer ${String(secret)}`).send({ accountId: (puppet.account as { id: string }).id, role: 'reviewer', mayOpen: true }).expect(200);
    // The proposer changes sides.
    const second2 = await signInAs(stand, other);
    const own = (must(await second2.get(`/grants?accountId=${system.id}`)).grants as { id: string; role: string }[]).find(({ role }) => role === 'system-admin');
    must(await second2.post(`/grants/${own?.id ?? ''}/revoke`));
    await approved(must(await second2.post('/grants', { accountId: system.id, role: 'security-admin' })));
    const changed = await signInAs(stand, system);
    const refused = await changed.post(`/grants/${(proposed.body as { grant: { id: string } }).grant.id}/approve`);
    expect([refused.status, refused.body['why']]).toEqual([409, 'same-person']);
  });
});
