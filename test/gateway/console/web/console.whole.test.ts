/** Every page of the console in Chromium, with answers from fixtures: both languages, themes and widths; nothing against the policy, nothing from elsewhere, nothing that shuts people out. Needs `npm run build`. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import type { Role } from '../../../../gateway/ports/people.js';
import { ABOUT, ADMIN_ANSWERS, BYPASSES } from './admin-fixtures.js';
import { browser, consoleServer, Refusal, serious, still, until, visit, type Answers, type ConsoleServer, type VisitOptions } from './browser.js';
import { AT, NOBODY, sessionOf, step } from './fixtures.js';

/** What the console promises over loopback, in work of the page's own thread. */
const USABLE_MS = 1_000;
const TRIES = 5;
/** By the clock, for a page that waits for what it need not: generous, since other tests have the machine too. */
const LOADED_MS = 5_000;
const LOADS = 3;
/** A folder, where somebody wants to look: drawing them takes long, and no test reads them. */
const shots = process.env['WEIR_SCREENSHOTS'];
let chrome: Browser;
let server: ConsoleServer;
beforeAll(async () => {
  [chrome, server] = await Promise.all([browser(), consoleServer({})]);
});
afterAll(async () => {
  await chrome.close();
  await server.close();
});

const as = (...roles: Role[]): Answers => ({ ...ADMIN_ANSWERS, 'GET /session': sessionOf(...roles) });
const TOKEN = 'a'.repeat(43);
const press = (en: string, zh: string) => async (page: Page) => page.getByRole('button', { name: new RegExp(`^(${en}|${zh})$`) }).first().click();

interface Look {
  readonly path: string;
  readonly answers: Answers;
  /** On the page once it is all there. */
  readonly shows: string;
  readonly act?: (page: Page) => Promise<void>;
}
const LOOKS: Readonly<Record<string, Look>> = {
  'sign-in': { path: '/sign-in', answers: { 'GET /session': NOBODY }, shows: 'input[type=password]' },
  'sign-in-failed': { path: '/sign-in?failed=unknown-account', answers: { 'GET /session': NOBODY }, shows: '[role=alert]' },
  'second-step': { path: '/sign-in', answers: { 'GET /session': step('totp') }, shows: '.code-input' },
  'new-password': { path: '/sign-in', answers: { 'GET /session': step('change-password') }, shows: 'input[autocomplete=new-password]' },
  enrolment: { path: '/sign-in', answers: { ...ADMIN_ANSWERS, 'GET /session': step('enrol-totp') }, shows: '.qr' },
  'recovery-codes': {
    path: '/sign-in',
    answers: { ...ADMIN_ANSWERS, 'GET /session': step('enrol-totp') },
    shows: '.recovery-codes',
    act: async (page) => {
      await page.fill('.code-input', '123456');
      await page.press('.code-input', 'Enter');
    },
  },
  invitation: {
    path: `/invitation/${TOKEN}`,
    answers: { 'GET /session': NOBODY, [`GET /invitations/${TOKEN}`]: { name: 'admin', displayName: 'Administrator', roles: ['system-admin'], expiresAt: AT, kind: 'first-run' } },
    shows: 'input[autocomplete=new-password]',
  },
  tour: { path: '/tour', answers: { ...as('system-admin'), 'GET /session': { ...sessionOf('system-admin'), phase: 'set-up' } }, shows: '.tour-line' },
  accounts: { path: '/accounts', answers: as('system-admin'), shows: '.table' },
  invite: { path: '/accounts', answers: as('system-admin'), shows: '[role=dialog] form', act: press('Invite someone', '邀请成员') },
  grants: { path: '/accounts', answers: as('security-admin'), shows: '.table .ant-btn' },
  tokens: { path: '/accounts?tab=tokens', answers: as('system-admin'), shows: '.table' },
  'access-review': { path: '/accounts?tab=review', answers: as('auditor'), shows: '.table' },
  audit: { path: '/audit', answers: as('auditor'), shows: '.shown-once', act: async (page) => page.keyboard.press('v') },
  rules: { path: '/policy', answers: as('security-admin'), shows: '.policy-foot' },
  configuration: { path: '/policy?tab=text', answers: as('security-admin'), shows: '.code-lines' },
  revisions: { path: '/policy?tab=revisions', answers: as('security-admin'), shows: '.diff' },
  validator: {
    path: '/policy?tab=validate',
    answers: as('security-admin'),
    shows: '.problems',
    act: async (page) => {
      await page.fill('textarea', 'version: 1');
      await press('Check', '校验')(page);
    },
  },
  monitor: { path: '/policy?tab=monitor', answers: as('security-admin'), shows: '.bars' },
  exceptions: { path: '/policy?tab=exceptions', answers: as('security-admin'), shows: '.table .ant-btn' },
  'break-glass': { path: '/policy', answers: { ...as('system-admin'), 'GET /about': { ...ABOUT, bypassed: BYPASSES.active.map(({ route, endsAt }) => ({ route, endsAt })) } }, shows: '.banners .ant-alert-error' },
  jobs: { path: '/operations', answers: as('system-admin'), shows: '.table .ant-btn' },
  'jobs-retry': { path: '/operations', answers: as('system-admin'), shows: '[role=dialog] textarea', act: press('Try again', '重试') },
  alerts: { path: '/operations?tab=alerts', answers: as('system-admin'), shows: 'section:has(.ant-segmented) td .ant-btn', act: async (page) => page.locator('.ant-segmented-item', { hasText: /^(Given up|已放弃)$/ }).click() },
  nodes: { path: '/operations?tab=nodes', answers: as('system-admin'), shows: '.ant-alert-warning' },
  settings: { path: '/settings', answers: as('system-admin'), shows: '.facts' },
  api: { path: '/api', answers: as('auditor'), shows: '.schema' },
  me: { path: '/me', answers: as('reviewer'), shows: '.table' },
  keys: { path: '/settings', answers: as('system-admin'), shows: '.keys', act: async (page) => page.keyboard.press('?') },
  forbidden: { path: '/audit', answers: as('reviewer'), shows: '.ant-result' },
};
const WAYS: readonly Required<Pick<VisitOptions, 'language' | 'theme' | 'width'>>[] = [
  { language: 'en', theme: 'light', width: 1440 },
  { language: 'zh', theme: 'dark', width: 1024 },
];

describe('a page of the console', () => {
  it.each(Object.keys(LOOKS))('%s stands in both languages, themes and widths without a fault', async (name) => {
    const look = LOOKS[name];
    if (look === undefined) throw new Error(name);
    for (const way of WAYS) {
      server.answer(look.answers);
      const { page, wrongs, close } = await visit(chrome, `${server.url}/#${look.path}`, way);
      // Something of the page itself first: keys are heard once it is there.
      await page.waitForSelector('h1, form, .ant-result');
      await until(page, 'document.querySelector("[role=status] .ant-skeleton") === null');
      await look.act?.(page);
      await page.waitForSelector(look.shows);
      const found = await serious(page);
      if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}-${way.language}-${way.width}.png`) });
      const sideways = await page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect([way.language, await page.getAttribute('html', 'lang'), wrongs, found, sideways]).toEqual([way.language, way.language === 'zh' ? 'zh-CN' : 'en', [], [], 0]);
      await close();
    }
  });
});

describe('the frame', () => {
  it('changes language and theme at once, and keeps both for the next time', async () => {
    server.answer(as('auditor'));
    const { page, wrongs, close } = await visit(chrome, `${server.url}/#/api`);
    await page.getByText('中文', { exact: true }).click();
    await page.waitForSelector('html[lang=zh-CN]');
    await page.getByRole('link', { name: '审计', exact: true }).waitFor();
    await page.getByRole('combobox', { name: '主题' }).selectOption('dark');
    await page.waitForSelector('html.weir-dark');
    await page.reload();
    await page.waitForSelector('html.weir-dark[lang=zh-CN]');
    expect(wrongs).toEqual([]);
    await close();
  });

  it('leads by g and a letter, and to the content by the first Tab', async () => {
    server.answer(as('system-admin'));
    const { page, wrongs, close } = await visit(chrome, `${server.url}/#/api`);
    await page.waitForSelector('.schema');
    // The second key has to come soon, which is longer on a busy machine: the page's clock stands.
    await page.evaluate('{ const now = Date.now(); Date.now = () => now; }');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await until(page, 'location.hash === "#/accounts"');
    await page.waitForSelector('.table');
    await page.reload();
    await page.waitForSelector('.table');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('MAIN');
    expect(wrongs).toEqual([]);
    await close();
  });

  it('has no button and no entry for what the role may not do', async () => {
    server.answer(as('security-admin'));
    const { page, close } = await visit(chrome, `${server.url}/#/accounts`);
    await page.waitForSelector('.table');
    expect(await page.getByRole('button', { name: /Propose|Invite|Revoke/ }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(1);
    expect(await page.getByRole('navigation').getByRole('link', { name: /Audit|Queue/ }).count()).toBe(0);
    await close();
  });

  it('leads to sign-in when the session has ended, and back to where one was', async () => {
    server.answer({ ...as('security-admin'), 'GET /policy': new Refusal(401, 'unauthorized', 'Sign in.') });
    const { page, close } = await visit(chrome, `${server.url}/#/settings`, { expectFailures: true });
    await page.waitForSelector('.facts');
    server.answer({ ...as('security-admin'), 'GET /session': NOBODY, 'GET /policy': new Refusal(401, 'unauthorized', 'Sign in.') });
    await page.evaluate('location.hash = "#/policy?tab=text"');
    await until(page, 'location.hash.startsWith("#/sign-in?from=")');
    await page.fill('input[autocomplete=username]', 'wang.wei');
    await page.fill('input[type=password]', 'correct horse battery');
    server.answer({ ...as('security-admin'), 'POST /session/password': sessionOf('security-admin') });
    await page.press('input[type=password]', 'Enter');
    await until(page, 'location.hash === "#/policy?tab=text"');
    await page.waitForSelector('.code-lines');
    expect(server.changes.at(-1)).toMatchObject({ path: '/session/password', body: { name: 'wang.wei', password: 'correct horse battery' } });
    await close();
  });

  it('says a refusal in the words of the gateway and sends the session’s word with every change', async () => {
    server.answer({ ...as('security-admin'), 'POST /grants/g1/approve': new Refusal(403, 'forbidden', 'Your roles do not allow this.') });
    const { page, close } = await visit(chrome, `${server.url}/#/accounts`, { expectFailures: true });
    await page.getByRole('button', { name: 'Approve' }).click();
    const question = page.locator('.ant-popconfirm');
    await still(question);
    // The words go by themselves: whoever begins to look afterwards may miss them.
    await Promise.all([page.getByText('Your roles do not allow this.').waitFor(), question.getByRole('button', { name: 'Approve' }).click()]);
    expect(server.changes.at(-1)).toEqual({ path: '/grants/g1/approve', body: {}, csrf: 'csrf-word' });
    await close();
  });

  it('is usable within a second, and loads the other pages only when they are visited', async () => {
    server.answer(as('auditor'));
    const { page, context, close } = await visit(chrome, `${server.url}/#/audit`);
    const inspector = await context.newCDPSession(page);
    await inspector.send('Performance.enable', { timeDomain: 'threadTicks' });
    const workedMs = async (): Promise<number> => 1_000 * ((await inspector.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN);
    const times: number[] = [];
    const waits: number[] = [];
    let loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    const isSlow = (): boolean => Math.min(...times, Infinity) >= USABLE_MS;
    const isLate = (): boolean => Math.min(...waits, Infinity) >= LOADED_MS;
    // Its own work is counted, since the clock also runs while other tests have the machine; the best of a few is what the console needs.
    for (let round = 0; (round < TRIES && isSlow()) || (round < LOADS && isLate()); round += 1) {
      loaded = [];
      const [began, before] = [performance.now(), await workedMs()];
      await page.reload();
      await page.waitForSelector('.table');
      if (round < LOADS) waits.push(performance.now() - began);
      times.push((await workedMs()) - before);
    }
    expect(Math.min(...times)).toBeGreaterThan(0);
    expect(Math.min(...times)).toBeLessThan(USABLE_MS);
    expect(Math.min(...waits)).toBeLessThan(LOADED_MS);
    expect(loaded.filter((path) => /(accounts|policy|queue|message|overview)/.test(path) && path.startsWith('/assets/'))).toEqual([]);
    await close();
  });
});
