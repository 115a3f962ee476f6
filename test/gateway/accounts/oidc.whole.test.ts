/** Sign-in through an identity provider: a real one (oidc-provider) over TLS with a certificate of its own house. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { privateCaFetch } from '../../../gateway/accounts/private-ca-fetch.js';
import { certificates } from '../../e2e/certificates.js';
import { testPostgres } from '../../kit/database.js';
import { accept, must, peopleStand, type Browser, type PeopleStand } from '../../kit/people.js';
import { tempFolder } from '../../kit/temp.js';

const CONSOLE = 'https://weir.example';
const CALLBACK = `${CONSOLE}/api/v1/session/oidc/callback`;
const postgres = testPostgres();
let provider: ChildProcess;
let issuer: string;
let ca: string;
beforeAll(async () => {
  const made = certificates({ idp: { ca: 'house', names: ['localhost'] } });
  ca = made.at('house.pem');
  provider = spawn(process.execPath, [fileURLToPath(new URL('../../kit/identity-provider.mjs', import.meta.url)), made.at('idp.pem'), made.at('idp.key'), CALLBACK], { stdio: ['ignore', 'pipe', 'ignore'] });
  if (provider.stdout === null) throw new Error('no output');
  const [line] = (await once(provider.stdout, 'data')) as [Buffer];
  issuer = line.toString().trim();
});
afterAll(() => void provider.kill());

let stand: PeopleStand;
let system: Browser;
const open = async (oidc: object): Promise<void> => {
  stand = await peopleStand(postgres().connection, {
    dataDir: tempFolder('people'),
    config: { url: CONSOLE, oidc: { issuer, clientId: 'weir', clientSecret: { env: 'OIDC' }, ca, ...oidc } },
    env: { OIDC: 'a-secret-of-the-test-client' },
  });
  system = (await accept(stand, (await stand.people.firstRunLink()) ?? '')).browser;
  must(await system.post('/accounts', { name: 'ann', displayName: 'Ann', email: 'Ann@corp.example' }));
};
beforeEach(() => open({ secondFactor: { amr: ['otp'] } }));
afterEach(() => stand.close());

interface Arrived {
  readonly location: string;
  readonly cookie: string | undefined;
}
const cookiesOf = (lines: string | readonly string[] | undefined): readonly string[] => [lines ?? []].flat().map((line) => line.split(';')[0] ?? '');

/** A browser that goes to the provider, says there who it is, and comes back. */
async function signIn(as: string, options: { readonly amr?: string; readonly change?: (search: string) => string; readonly loseFlow?: boolean } = {}): Promise<Arrived> {
  const started = await request(stand.app).get('/api/v1/session/oidc/start').redirects(0).expect(303);
  expect(String(started.headers['set-cookie'])).toMatch(/^weir_oidc=[^;]+; Max-Age=600; Path=\/api\/v1\/session\/oidc; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
  const ask = privateCaFetch(readFileSync(ca, 'utf8'));
  const jar = new Map<string, string>();
  let url = new URL(String(started.headers['location']));
  while (!url.href.startsWith(CALLBACK)) {
    if (url.pathname.startsWith('/interaction/')) url.search = new URLSearchParams({ as, ...(options.amr === undefined ? {} : { amr: options.amr }) }).toString();
    const answer = await ask(url.href, { method: 'GET', headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }, body: undefined, redirect: 'manual' });
    for (const line of cookiesOf(answer.headers.getSetCookie())) jar.set(line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1));
    const next = answer.headers.get('location');
    if (next === null) throw new Error(`${answer.status} ${await answer.text()}`);
    url = new URL(next, url);
  }
  const search = options.change?.(url.search) ?? url.search;
  const back = await request(stand.app).get(`/api/v1/session/oidc/callback${search}`).set('Cookie', options.loseFlow === true ? [] : [...cookiesOf(started.headers['set-cookie'])]).redirects(0).expect(303);
  return { location: String(back.headers['location']), cookie: cookiesOf(back.headers['set-cookie']).find((one) => one.startsWith('weir_session=') && one !== 'weir_session=') };
}
const session = async ({ cookie }: Arrived): Promise<Record<string, unknown>> => (await request(stand.app).get('/api/v1/session').set('Cookie', cookie ?? '')).body as Record<string, unknown>;

describe('sign-in through the identity provider', () => {
  it('finds the account by its checked address, and is complete when the provider says that it asked for a second factor', async () => {
    const arrived = await signIn('sub-ann', { amr: 'otp' });
    expect(arrived.location).toBe('/');
    expect(await session(arrived)).toMatchObject({ signedIn: true, oidc: true, account: { name: 'ann' }, rights: [] });
    expect((await stand.audited()).map(({ act }) => act)).toEqual(expect.arrayContaining(['account.link', 'session.begin']));
  });

  it('asks for Weir’s own second factor when the provider does not say so', async () => {
    expect(await session(await signIn('sub-ann', { amr: 'pwd' }))).toMatchObject({ signedIn: false, step: 'enrol-totp' });
    expect(await session(await signIn('sub-ann'))).toMatchObject({ signedIn: false, step: 'enrol-totp' });
  });

  it('never trusts a second factor that the configuration does not name', async () => {
    await stand.close();
    await open({});
    expect(await session(await signIn('sub-ann', { amr: 'otp' }))).toMatchObject({ signedIn: false, step: 'enrol-totp' });
  });

  it('lets in nobody whom no account was made for, no address that was not checked, and nobody else once the account is linked', async () => {
    expect(await signIn('sub-stranger', { amr: 'otp' })).toEqual({ location: '/#/sign-in?failed=unknown-account', cookie: undefined });
    expect(await signIn('sub-mallory', { amr: 'otp' })).toEqual({ location: '/#/sign-in?failed=unknown-account', cookie: undefined });
    await signIn('sub-ann', { amr: 'otp' });
    expect(await signIn('sub-other', { amr: 'otp' })).toEqual({ location: '/#/sign-in?failed=unknown-account', cookie: undefined });
  });

  it('lets nobody in with a disabled account', async () => {
    await signIn('sub-ann', { amr: 'otp' });
    const { accounts } = must(await system.get('/accounts')) as { accounts: { id: string; name: string }[] };
    must(await system.post(`/accounts/${accounts.find(({ name }) => name === 'ann')?.id ?? ''}/disable`));
    expect(await signIn('sub-ann', { amr: 'otp' })).toEqual({ location: '/#/sign-in?failed=disabled', cookie: undefined });
  });

  it('takes no answer that it did not ask for: another state, no flow of its own, or one a second time', async () => {
    const failed = { location: '/#/sign-in?failed=oidc', cookie: undefined };
    expect(await signIn('sub-ann', { change: (search) => search.replace(/state=[^&]+/, 'state=forged') })).toEqual(failed);
    expect(await signIn('sub-ann', { loseFlow: true })).toEqual(failed);
    expect(await signIn('sub-ann', { change: (search) => search.replace(/code=[^&]+/, 'code=forged') })).toEqual(failed);
    let search = '';
    await signIn('sub-ann', { change: (given) => (search = given) });
    expect(await signIn('sub-ann', { change: () => search })).toEqual(failed);
  });

  it('a way in that is not configured is not there', async () => {
    await stand.close();
    stand = await peopleStand(postgres().connection, { dataDir: tempFolder('people') });
    await request(stand.app).get('/api/v1/session/oidc/start').expect(404);
  });
});
