/** Signing in from the first-run link on: steps, second factor, recovery, lockout, sessions, and what other sites cannot do. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { tempFolder } from '../../kit/temp.js';
import { testPostgres } from '../../kit/database.js';
import { accept, administrators, browser, must, PASSWORD, peopleStand, personWith, signInAs, START_UP_TOKEN, tokenOf, wrongCode, type PeopleStand } from '../../kit/people.js';

const postgres = testPostgres();
let stand: PeopleStand;
beforeEach(async () => {
  stand = await peopleStand(postgres().connection, { dataDir: tempFolder('people') });
});
afterEach(() => stand.close());

const firstLink = async (): Promise<string> => (await stand.people.firstRunLink()) ?? '';

describe('the first run', () => {
  it('leads from a one-time link by way of password and second factor to the system administrator', async () => {
    const link = await firstLink();
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1\/#\/invitation\/[A-Za-z0-9_-]{43}$/);
    const own = browser(stand.app);
    expect(must(await own.get(`/invitations/${tokenOf(link)}`))).toMatchObject({ name: 'admin', roles: ['system-admin'], kind: 'first-run' });
    const accepted = must(await own.post(`/invitations/${tokenOf(link)}/accept`, { password: PASSWORD, displayName: '管理员' }));
    expect(accepted).toMatchObject({ signedIn: false, step: 'enrol-totp', roles: [], rights: [], phase: 'set-up', account: { displayName: '管理员' } });
    expect(await own.get('/accounts')).toMatchObject({ status: 401, body: { code: 'step-needed', step: 'enrol-totp' } });
    const begun = must(await own.post('/session/enrol/begin'));
    expect(begun.uri).toContain(String(begun.secret));
    expect(begun.qr).toMatchObject({ path: expect.stringMatching(/^M\d+ \d+h1v1h-1z/) });
    expect((await own.post('/session/enrol/finish', { code: wrongCode(begun.secret, stand.clock.now()) })).body.code).toBe('sign-in-failed');
  });

  it('gives the administrator everything accounts need and nothing of messages', async () => {
    const person = await accept(stand, await firstLink());
    expect(person.recoveryCodes).toHaveLength(10);
    expect(must(await person.browser.get('/session'))).toMatchObject({ signedIn: true, roles: ['system-admin'], rights: ['bypass.approve', 'accounts.manage', 'settings.read', 'jobs.read', 'jobs.retry', 'alerts.test'], recoveryCodes: 10, phase: 'set-up' });
    expect(await stand.people.firstRunLink()).toBeUndefined();
  });

  it('a link works once, a newer one voids it, and after 72 hours none works', async () => {
    const old = await firstLink();
    const link = await firstLink();
    const own = browser(stand.app);
    expect((await own.get(`/invitations/${tokenOf(old)}`)).body.code).toBe('invitation-void');
    await accept(stand, link);
    expect((await own.post(`/invitations/${tokenOf(link)}/accept`, { password: PASSWORD })).body.code).toBe('invitation-void');
  });

  it('after 72 hours the link is void', async () => {
    const link = await firstLink();
    stand.clock.advance(72 * 3_600_000);
    expect((await browser(stand.app).post(`/invitations/${tokenOf(link)}/accept`, { password: PASSWORD })).body.code).toBe('invitation-void');
  });

  it('refuses a weak password and says why', async () => {
    const link = await firstLink();
    for (const [password, why] of [['short', 'too-short'], ['password12345', 'too-common'], ['my-admin-words', 'contains-name']]) {
      const answer = await browser(stand.app).post(`/invitations/${tokenOf(link)}/accept`, { password });
      expect(answer).toMatchObject({ status: 422, body: { code: 'weak-password', why } });
    }
  });

  it('two who accept at once: one of them has the account', async () => {
    const link = await firstLink();
    const answers = await Promise.all([1, 2, 3].map(() => browser(stand.app).post(`/invitations/${tokenOf(link)}/accept`, { password: PASSWORD })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
  });

  it('the start-up token is void once the three administrators are active, and says what to use', async () => {
    const asked = (): request.Test => request(stand.app).get('/api/v1/accounts').set('Authorization', `Bearer ${START_UP_TOKEN}`);
    await asked().expect(200);
    const { system } = await administrators(stand);
    const refused = await asked().expect(401);
    expect(refused.body).toMatchObject({ code: 'set-up-ended' });
    expect(must(await system.browser.get('/session'))).toMatchObject({ phase: 'normal' });
    expect(must(await browser(stand.app).get('/session'))).toMatchObject({ signedIn: false, phase: 'normal', oidc: false });
    expect((await stand.audited()).map(({ act }) => act)).toContain('account.set-up-ended');
    expect(await stand.people.firstRunLink()).toBeUndefined();
  });
});

describe('signing in', () => {
  it('asks for the password, then for a code; neither alone opens anything', async () => {
    const person = await accept(stand, await firstLink());
    stand.clock.advance(60_000);
    const own = browser(stand.app);
    expect(must(await own.post('/session/password', { name: 'ADMIN', password: PASSWORD }))).toMatchObject({ signedIn: false, step: 'totp', rights: [] });
    for (const path of ['/accounts', '/tokens', '/grants']) expect((await own.get(path)).status).toBe(401);
    expect((await own.post('/session/change-password', { current: PASSWORD, password: 'another good phrase' })).body.code).toBe('wrong-step');
    const half = own.cookie();
    expect(must(await own.post('/session/totp', { code: person.code(stand.clock.now()) }))).toMatchObject({ signedIn: true, roles: ['system-admin'] });
    expect(own.cookie()).not.toBe(half);
    expect((await request(stand.app).get('/api/v1/accounts').set('Cookie', `weir_session=${half ?? ''}`)).status).toBe(401);
  });

  it('takes a code once: whoever looks over a shoulder cannot use it again', async () => {
    const person = await accept(stand, await firstLink());
    stand.clock.advance(60_000);
    const code = person.code(stand.clock.now());
    const [one, two] = [browser(stand.app), browser(stand.app)];
    for (const each of [one, two]) must(await each.post('/session/password', { name: 'admin', password: PASSWORD }));
    const answers = await Promise.all([one, two].map((each) => each.post('/session/totp', { code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('a recovery code works once in place of the app', async () => {
    const person = await accept(stand, await firstLink());
    const [code = ''] = person.recoveryCodes;
    const own = browser(stand.app);
    must(await own.post('/session/password', { name: 'admin', password: PASSWORD }));
    must(await own.post('/session/recovery', { code: code.toUpperCase() }));
    expect(must(await own.get('/session'))).toMatchObject({ signedIn: true, recoveryCodes: 9 });
    const again = browser(stand.app);
    must(await again.post('/session/password', { name: 'admin', password: PASSWORD }));
    expect((await again.post('/session/recovery', { code })).body.code).toBe('sign-in-failed');
  });

  it('recovery codes are made anew for a code of the app, and the old ones are worth nothing then', async () => {
    const person = await accept(stand, await firstLink());
    const own = await signInAs(stand, person);
    expect((await own.post('/session/recovery-codes', { code: person.wrongCode(stand.clock.now()) })).body.code).toBe('sign-in-failed');
    stand.clock.advance(30_000);
    const { recoveryCodes } = must(await own.post('/session/recovery-codes', { code: person.code(stand.clock.now()) })) as { recoveryCodes: string[] };
    expect(new Set([...recoveryCodes, ...person.recoveryCodes]).size).toBe(20);
    expect(must(await own.get('/session'))).toMatchObject({ signedIn: true, recoveryCodes: 10 });
    const later = browser(stand.app);
    must(await later.post('/session/password', { name: 'admin', password: PASSWORD }));
    expect((await later.post('/session/recovery-codes', { code: person.code(stand.clock.now()) })).body.code).toBe('wrong-step');
    expect((await later.post('/session/recovery', { code: person.recoveryCodes[0] })).body.code).toBe('sign-in-failed');
    must(await later.post('/session/recovery', { code: recoveryCodes[0] }));
  });

  it('answers a name that does not exist like a wrong password, with the same lock after five', async () => {
    await accept(stand, await firstLink());
    const tried = async (name: string): Promise<unknown[]> => {
      const answers = [];
      for (let n = 0; n < 6; n++) {
        const { status, body, headers } = await browser(stand.app).post('/session/password', { name, password: 'not the password' });
        answers.push([status, body.code, body['title'], headers['retry-after']]);
      }
      // Ten failures would close the door for the address.
      stand.clock.advance(61_000);
      return answers;
    };
    const known = await tried('admin');
    expect(known).toEqual(await tried('nobody-there'));
    expect(known.map((answer) => (answer as unknown[])[1])).toEqual(['sign-in-failed', 'sign-in-failed', 'sign-in-failed', 'sign-in-failed', 'locked', 'locked']);
    expect((await browser(stand.app).post('/session/password', { name: 'admin', password: PASSWORD })).body.code).toBe('locked');
    stand.clock.advance(15 * 60_000);
    must(await browser(stand.app).post('/session/password', { name: 'admin', password: PASSWORD }));
    const rows = await stand.audited();
    expect(rows.filter(({ act }) => act === 'session.refused')).toHaveLength(8);
    expect(rows.filter(({ act }) => act === 'account.locked')).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toContain('nobody-there');
  });

  it('wrong codes lock the account as well, and end the session', async () => {
    const person = await accept(stand, await firstLink());
    const own = browser(stand.app);
    must(await own.post('/session/password', { name: 'admin', password: PASSWORD }));
    const codes = [];
    for (let n = 0; n < 5; n++) codes.push((await own.post('/session/totp', { code: person.wrongCode(stand.clock.now()) })).body.code);
    expect(codes).toEqual(['sign-in-failed', 'sign-in-failed', 'sign-in-failed', 'sign-in-failed', 'locked']);
    expect(own.cookie()).toBeUndefined();
  });

  it('ten failures from one address close the door for a minute, and those who are signed in go on working', async () => {
    const person = await accept(stand, await firstLink());
    for (let n = 0; n < 10; n++) await browser(stand.app).post('/session/password', { name: `nobody-${n}`, password: 'not the password' });
    const closed = await browser(stand.app).post('/session/password', { name: 'admin', password: PASSWORD });
    expect(closed).toMatchObject({ status: 429, body: { code: 'too-many-attempts' }, headers: { 'retry-after': '60' } });
    expect((await browser(stand.app).get(`/invitations/${'x'.repeat(43)}`)).status).toBe(429);
    expect((await person.browser.get('/accounts')).status).toBe(200);
  });

  it('the database holds no secret that opens anything', async () => {
    const person = await accept(stand, await firstLink());
    const { secret } = must(await person.browser.post('/tokens', { name: 'ci' }));
    const text = (await stand.dump()) + JSON.stringify(stand.logged);
    for (const one of [PASSWORD, String(secret), person.browser.cookie() ?? '', ...person.recoveryCodes]) expect(text).not.toContain(one);
    expect(text).toContain('$argon2id$');
  });
});

describe('a session', () => {
  it('lies in a cookie that no script reads and no other site sends', async () => {
    const link = await firstLink();
    const answer = await request(stand.app).post(`/api/v1/invitations/${tokenOf(link)}/accept`).send({ password: PASSWORD });
    expect(String(answer.headers['set-cookie'])).toMatch(/^weir_session=[A-Za-z0-9_-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
  });

  it('is marked for TLS alone behind TLS', async () => {
    await stand.close();
    stand = await peopleStand(postgres().connection, { dataDir: tempFolder('people'), trustedProxies: ['127.0.0.1', '::1'] });
    const link = await firstLink();
    const answer = await request(stand.app).post(`/api/v1/invitations/${tokenOf(link)}/accept`).set('X-Forwarded-Proto', 'https').set('X-Forwarded-For', '192.0.2.7').send({ password: PASSWORD });
    expect(String(answer.headers['set-cookie'])).toContain('; Secure;');
  });

  it('ends after 30 minutes without a request, and after 12 hours in any case', async () => {
    const person = await accept(stand, await firstLink());
    for (let n = 0; n < 3; n++) {
      stand.clock.advance(29 * 60_000);
      expect((await person.browser.get('/accounts')).status).toBe(200);
    }
    stand.clock.advance(30 * 60_000);
    expect((await person.browser.get('/accounts')).status).toBe(401);
    expect(person.browser.cookie()).toBeUndefined();
    const own = await signInAs(stand, person);
    for (let n = 0; n < 24; n++) {
      stand.clock.advance(29 * 60_000);
      expect((await own.get('/accounts')).status).toBe(200);
    }
    stand.clock.advance(25 * 60_000);
    expect((await own.get('/accounts')).status).toBe(401);
    expect((await stand.audited()).filter(({ act }) => act === 'session.end').map(({ data }) => data['why'])).toEqual(['idle', 'expired']);
  });

  it('ends when its person signs out, and the cookie is worth nothing afterwards', async () => {
    const person = await accept(stand, await firstLink());
    const cookie = person.browser.cookie() ?? '';
    must(await person.browser.post('/session/end'));
    expect(person.browser.cookie()).toBeUndefined();
    await request(stand.app).get('/api/v1/accounts').set('Cookie', `weir_session=${cookie}`).expect(401);
  });

  it('ends with the password of its account, but for the one that changed it', async () => {
    const person = await accept(stand, await firstLink());
    const other = await signInAs(stand, person);
    const refused = await person.browser.post('/session/change-password', { current: 'not the password', password: 'another good phrase' });
    expect(refused.body.code).toBe('sign-in-failed');
    expect((await person.browser.post('/session/change-password', { current: PASSWORD, password: PASSWORD })).body).toMatchObject({ code: 'weak-password', why: 'same-as-before' });
    must(await person.browser.post('/session/change-password', { current: PASSWORD, password: 'another good phrase' }));
    expect((await person.browser.get('/accounts')).status).toBe(200);
    expect((await other.get('/accounts')).status).toBe(401);
    await signInAs(stand, person, 'another good phrase');
  });

  it('ends when its account is disabled or what it may do changes', async () => {
    const admins = await administrators(stand);
    const reviewer = await personWith(stand, admins, 'rev', 'reviewer');
    const proposed = must(await admins.system.browser.post('/grants', { accountId: reviewer.id, role: 'approver' }));
    expect((await reviewer.browser.get('/tokens')).status).toBe(200);
    must(await admins.security.browser.post(`/grants/${(proposed.grant as { id: string }).id}/approve`));
    expect((await reviewer.browser.get('/tokens')).status).toBe(401);
    const again = await signInAs(stand, reviewer);
    must(await admins.system.browser.post(`/accounts/${reviewer.id}/disable`));
    expect((await again.get('/tokens')).status).toBe(401);
    expect((await browser(stand.app).post('/session/password', { name: 'rev', password: PASSWORD })).body.code).toBe('account-disabled');
    expect((await browser(stand.app).post('/session/password', { name: 'rev', password: 'not the password' })).body.code).toBe('sign-in-failed');
    must(await admins.system.browser.post(`/accounts/${reviewer.id}/enable`));
    await signInAs(stand, reviewer);
  });

  it('asks for a new password where the configuration lets them grow old', async () => {
    await stand.close();
    stand = await peopleStand(postgres().connection, { dataDir: tempFolder('people'), config: { passwordAge: '30d' } });
    const person = await accept(stand, await firstLink());
    stand.clock.advance(31 * 86_400_000);
    const own = browser(stand.app);
    must(await own.post('/session/password', { name: 'admin', password: PASSWORD }));
    expect(must(await own.post('/session/totp', { code: person.code(stand.clock.now()) }))).toMatchObject({ signedIn: false, step: 'change-password' });
    expect((await own.get('/accounts')).body.code).toBe('step-needed');
    expect(must(await own.post('/session/change-password', { current: PASSWORD, password: 'another good phrase' }))).toMatchObject({ signedIn: true });
  });
});

describe('another site', () => {
  it('cannot change anything with the cookie of a signed-in person', async () => {
    const { browser: own } = await accept(stand, await firstLink());
    const cookie = `weir_session=${own.cookie() ?? ''}`;
    const post = (headers: Readonly<Record<string, string>>): request.Test => request(stand.app).post('/api/v1/tokens').set('Cookie', cookie).set({ ...headers }).send({ name: 'evil' });
    const csrf = own.csrf ?? '';
    for (const headers of [
      {},
      { 'Sec-Fetch-Site': 'same-origin' },
      { 'X-Weir-CSRF': csrf },
      { 'Sec-Fetch-Site': 'cross-site', 'X-Weir-CSRF': csrf },
      { 'Sec-Fetch-Site': 'same-site', 'X-Weir-CSRF': csrf },
      { 'Sec-Fetch-Site': 'none', 'X-Weir-CSRF': csrf },
      { Origin: 'https://evil.example', 'X-Weir-CSRF': csrf },
      { Origin: 'null', 'X-Weir-CSRF': csrf },
      { 'Sec-Fetch-Site': 'same-origin', 'X-Weir-CSRF': `${csrf}x` },
    ]) {
      const answer = await post(headers);
      expect([answer.status, (answer.body as { code?: string }).code]).toEqual([403, 'cross-site']);
    }
    expect(must(await own.get('/tokens'))).toEqual({ tokens: [] });
    await post({ 'Sec-Fetch-Site': 'same-origin', 'X-Weir-CSRF': csrf }).expect(200);
  });

  it('is known by its origin where the browser does not say more', async () => {
    const { browser: own } = await accept(stand, await firstLink());
    const server = stand.app.listen(0, '127.0.0.1');
    await new Promise((listening) => void server.once('listening', listening));
    const { port } = server.address() as { port: number };
    const origin = `http://127.0.0.1:${port}`;
    const asked = async (from: string): Promise<number> =>
      (await fetch(`${origin}/api/v1/tokens`, { method: 'POST', headers: { cookie: `weir_session=${own.cookie() ?? ''}`, origin: from, 'x-weir-csrf': own.csrf ?? '', 'content-type': 'application/json' }, body: JSON.stringify({ name: 'mine' }) })).status;
    try {
      expect(await asked('http://127.0.0.1:1')).toBe(403);
      expect(await asked(origin)).toBe(200);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('cannot sign a browser in to its own account', async () => {
    await accept(stand, await firstLink());
    const answer = await request(stand.app).post('/api/v1/session/password').set('Sec-Fetch-Site', 'cross-site').send({ name: 'admin', password: PASSWORD });
    expect([answer.status, (answer.body as { code?: string }).code]).toEqual([403, 'cross-site']);
  });
});
