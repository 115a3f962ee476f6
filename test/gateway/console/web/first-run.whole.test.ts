/** A new gateway's first quarter of an hour in the browser: the printed link, password, second factor, tour, an invitation, signing in again, and the pages that only administrators have. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOTP } from 'otpauth';
import type { Browser } from 'playwright-core';
import { parse } from 'yaml';
import { dataFolder } from '../../../kit/database.js';
import { startGateway, type Gateway } from '../../../e2e/start-gateway.js';
import { browser, serious, still, until, visit, type Visit } from './browser.js';

const shipped = parse(readFileSync('config/default.yaml', 'utf8')) as Record<string, unknown>;
const PASSWORD = 'a weir of willow and stone';
/** One step of TOTP: a code that was used once is not taken again. */
const STEP_MS = 30_000;
let gateway: Gateway;
let chrome: Browser;
let seen: Visit;
let secret = '';

beforeAll(async () => {
  [gateway, chrome] = await Promise.all([startGateway({ config: { ...shipped, listen: {} }, dataDir: dataFolder() }), browser()]);
  seen = await visit(chrome, `${gateway.adminUrl}/`);
});
afterAll(() => chrome.close());

const code = (ahead = 0): string => new TOTP({ secret }).generate({ timestamp: Date.now() + ahead });
const clean = async (): Promise<void> => expect([seen.wrongs, await serious(seen.page)]).toEqual([[], []]);

describe('the first run', () => {
  it('asks everyone to sign in, and says where the first one comes in', async () => {
    await seen.page.getByText(/one-time link/).waitFor();
    await clean();
  });

  it('leads from the printed link to a password, a second factor, recovery codes and the tour', async () => {
    const link = /http\S+\/#\/invitation\/[A-Za-z0-9_-]{43}/.exec(gateway.said())?.[0] ?? '';
    const { page } = seen;
    await page.goto(link);
    await page.getByText('Welcome to Weir').waitFor();
    const [first, again] = [page.getByLabel('New password'), page.getByLabel('The same again')];
    await first.fill(PASSWORD);
    await again.fill(PASSWORD);
    await clean();
    await again.press('Enter');
    await page.waitForSelector('.qr');
    secret = (await page.locator('.secret-line code').innerText()).replace(/\s/g, '');
    expect(secret).toMatch(/^[A-Z2-7]{16,}$/);
    await clean();
    await page.fill('.code-input', code());
    await page.press('.code-input', 'Enter');
    await page.waitForSelector('.recovery-codes');
    expect(await page.locator('.recovery-codes li').count()).toBeGreaterThanOrEqual(8);
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.waitForSelector('.tour-line');
    expect(await page.locator('.tour-line code').allInnerTexts()).toEqual([
      expect.stringContaining(`${gateway.dataPort}/upload`),
      expect.stringContaining(`${gateway.dataPort}/mail`),
      expect.stringContaining(`${gateway.dataPort}/share`),
    ]);
    await page.getByText('Set-up is not finished').waitFor();
    await clean();
  });

  it('lets the first administrator invite the second, whose link shows once', async () => {
    const { page } = seen;
    await page.getByRole('link', { name: 'Go to accounts' }).click();
    await page.waitForSelector('.table');
    await page.getByRole('button', { name: 'Invite someone' }).click();
    await page.getByLabel('Sign-in name').fill('wang.wei');
    await page.getByLabel('Name shown').fill('王伟');
    await still(page.getByRole('dialog'));
    await page.getByRole('combobox', { name: 'Role' }).click();
    await still(page.locator('.ant-select-dropdown'));
    await page.locator('.ant-select-item-option', { hasText: 'Security administrator' }).click();
    // The list is gone from above the button.
    await still(page.getByRole('dialog'));
    await page.getByRole('dialog').getByRole('button', { name: 'Invite someone' }).click();
    expect(await page.locator('.secret code').innerText()).toMatch(/\/#\/invitation\/[A-Za-z0-9_-]{43}$/);
    await page.getByRole('cell', { name: 'wang.wei' }).waitFor();
    await clean();
  });

  it('shows settings and the API, and neither entry nor page of what others do', async () => {
    const { page } = seen;
    for (const [name, shows] of [['Settings', '.facts'], ['API', '.schema'], ['My account', '.facts'], ['Policy', '.section']] as const) {
      await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: new RegExp(`^${name}`) }).click();
      await page.getByRole('heading', { level: 1, name }).waitFor();
      await page.waitForSelector(shows);
      await clean();
    }
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /Queue|Audit/ }).count()).toBe(0);
    await page.goto(`${gateway.adminUrl}/#/audit`);
    await page.getByText('Your roles do not include this page.').waitFor();
    await clean();
  });

  it('ends and begins again with password and code, back at the page one had asked for', async () => {
    const { page } = seen;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForSelector('input[type=password]');
    await page.goto(`${gateway.adminUrl}/#/settings`);
    // The form on show until then is not the one that stays.
    await until(page, 'location.hash === "#/sign-in?from=%2Fsettings"');
    await page.fill('input[autocomplete=username]', await nameOf());
    await page.fill('input[type=password]', PASSWORD);
    await page.press('input[type=password]', 'Enter');
    await page.waitForSelector('.code-input');
    await page.fill('.code-input', code(STEP_MS));
    await page.press('.code-input', 'Enter');
    await until(page, 'location.hash === "#/settings"');
    await page.waitForSelector('.facts');
    await clean();
  });
});

/** The first account's name, as the command that printed the link chose it. */
async function nameOf(): Promise<string> {
  const { accounts } = (await (await fetch(`${gateway.adminUrl}/api/v1/accounts`, { headers: { authorization: `Bearer ${gateway.token}` } })).json()) as { accounts: { name: string; state: string }[] };
  const found = accounts.find(({ state }) => state === 'active');
  if (found === undefined) throw new Error('no account is active');
  return found.name;
}
