/**
 * The whole story in a browser, over the compiled gateway: the first link, three administrators, a reviewer and an approver, a held
 * message that is released masked and arrives once, four eyes, an original that is opened on the record, and pages that hostile names cannot hurt.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret, TOTP } from 'otpauth';
import type { Browser, Page } from 'playwright-core';
import { browser, serious, visit, type Visit, type VisitOptions } from '../gateway/console/web/browser.js';
import { numberSource } from '../kit/numbers.js';
import { eventually, until } from '../kit/patience.js';
import { tempFolder } from '../kit/temp.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask } from './client.js';
import { route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

const PASSWORD = 'a sentence nobody guesses 7';
/** Where pictures go for whoever wants to look at them. */
const pictures = process.env['WEIR_PICTURES'] ?? tempFolder('pictures');
const numbers = numberSource(2026);
let chrome: Browser;
let upstream: RecordingUpstream;
let gateway: Gateway;
const visits: Visit[] = [];
const people: Record<string, Page> = {};
const recoveryCodes: Record<string, string[]> = {};
const person = (name: string): Page => {
  const page = people[name];
  if (page === undefined) throw new Error(`${name} has not signed in`);
  return page;
};

beforeAll(async () => {
  chrome = await browser();
  upstream = await recordingUpstream();
  const found = { found: { of: ['cn.resident-id', 'bank-card'] } };
  gateway = await startGateway({
    config: {
      routes: [route('share', upstream.url, { policy: 'hold' }), route('contract', upstream.url, { policy: 'two' })],
      policies: {
        hold: { rules: [{ id: 'people', when: found, action: 'hold', severity: 'high' }] },
        two: { rules: [{ id: 'contracts', when: found, action: 'hold', severity: 'high', fourEyes: true }] },
      },
    },
  });
});
afterAll(async () => {
  await Promise.all(visits.map(({ close }) => close()));
  await chrome.close();
  await upstream.close();
  expect(visits.flatMap(({ wrongs }) => wrongs)).toEqual([]);
});

async function open(url: string, options: VisitOptions = {}): Promise<Page> {
  // Being refused is part of the story, and a refused request is an error to the browser's console.
  const shown = await visit(chrome, url, { ...options, expectFailures: true });
  visits.push(shown);
  shown.page.on('dialog', (dialog) => {
    shown.wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return shown.page;
}
async function picture(page: Page, name: string): Promise<void> {
  writeFileSync(join(pictures, `${name}.png`), await page.screenshot());
}
/** Follows an invitation to its end: password, second factor, recovery codes. */
async function arrive(name: string, link: string, options: VisitOptions = {}): Promise<Page> {
  const page = await open(link, options);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByLabel('The same again').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set password' }).click();
  const secret = (await page.locator('.secret-line code').innerText()).replaceAll(' ', '');
  await page.getByLabel('Code', { exact: true }).fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate());
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.locator('.recovery-codes li').first().waitFor();
  recoveryCodes[name] = await page.locator('.recovery-codes li').allInnerTexts();
  expect(recoveryCodes[name].length).toBeGreaterThanOrEqual(8);
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.waitForURL('**/#/tour');
  people[name] = page;
  return page;
}
/** Whose roles have changed signs in anew. The app's code of this half minute is spent, so a recovery code it is. */
async function signIn(name: string): Promise<void> {
  const page = person(name);
  await page.goto(`${gateway.adminUrl}/#/sign-in`);
  await page.reload();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
  await page.getByLabel('Recovery code').fill(recoveryCodes[name]?.pop() ?? '');
  await page.getByRole('button', { name: 'Continue' }).click();
  // Also the page to sign in has a heading; this is only there for those who are in.
  await page.locator('nav.navigation').waitFor();
}
/** Asks the API as the person whose page it is; the browser sends the cookie, we the header that a foreign page cannot. */
async function api(page: Page, path: string, body?: unknown): Promise<{ status: number; answer: unknown }> {
  const asked = JSON.stringify({ path: `/api/v1${path}`, body: body === undefined ? null : JSON.stringify(body) });
  return await page.evaluate<{ status: number; answer: unknown }>(`(async ({ path, body }) => {
    const { csrf } = await (await fetch('/api/v1/session')).json();
    const response = await fetch(path, body === null ? {} : { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-weir-csrf': csrf } });
    return { status: response.status, answer: await response.json() };
  })(${asked})`);
}
async function stateOf(page: Page, incident: string, wanted: string): Promise<void> {
  await eventually(`${incident} ${wanted}`, async () => ((await api(page, `/messages/${incident}`)).answer as { state: string }).state, (state) => state === wanted);
}
async function invite(name: string, role: string): Promise<string> {
  const { status, answer } = await api(person('system'), '/accounts', { name, displayName: name, role });
  expect([name, status]).toEqual([name, 200]);
  return (answer as { invitation: { url: string } }).invitation.url;
}
async function hold(path: string, text: string, fields: Record<string, string> = {}): Promise<string> {
  const answer = await ask(`${gateway.dataUrl}${path}`, { fields: { 'content-type': 'text/plain; charset=utf-8', ...fields }, body: Buffer.from(text) });
  expect([answer.status, answer.fields['weir-action']]).toEqual([202, 'hold']);
  return String(answer.fields['weir-incident']);
}
const arrivals = (path: string): readonly Buffer[] => upstream.requests.filter(({ target }) => target === path).map(({ body }) => body);

describe('from the first start to the last decision', () => {
  it('the first link makes a system administrator, once', async () => {
    const link = /\S+#\/invitation\/\S+/.exec(gateway.said())?.[0] ?? '';
    expect(link).toContain(gateway.adminUrl);
    const page = await arrive('system', link);
    await picture(page, 'tour');
    expect(await serious(page)).toEqual([]);
    const again = await open(link);
    await again.getByText('This link does not work').waitFor();
  });

  it('invites the other two administrators; then the start-up token is void', async () => {
    const page = person('system');
    await page.goto(`${gateway.adminUrl}/#/accounts`);
    await page.getByRole('button', { name: 'Invite someone' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Sign-in name').fill('security');
    await dialog.getByLabel('Name shown').fill('Security');
    await dialog.getByLabel('Role').click();
    await page.getByTitle('Security administrator').click();
    await dialog.getByRole('button', { name: 'Invite someone' }).click();
    const link = await page.locator('.shown-once').getByText('#/invitation/').first().innerText();
    await picture(page, 'accounts');
    await arrive('security', link.trim());
    expect((await admin(gateway, '/api/v1/messages')).status).toBe(200);
    await arrive('auditor', await invite('auditor', 'auditor'));
    const refused = await admin(gateway, '/api/v1/messages');
    expect([refused.status, refused.text.includes('token')]).toEqual([401, true]);
  });

  it('a reviewer and an approver are proposed by one administrator and approved by the other', async () => {
    const links = { reviewer: await invite('reviewer', 'reviewer'), approver: await invite('approver', 'approver') };
    await arrive('reviewer', links.reviewer);
    await arrive('approver', links.approver);
    // Not approved yet: signed in, and allowed nothing.
    expect((await api(person('reviewer'), '/messages')).status).toBe(403);
    const security = person('security');
    await security.goto(`${gateway.adminUrl}/#/accounts`);
    await security.getByRole('tab', { name: /^Grants/ }).click();
    for (let left = 2; left > 0; left--) {
      await security.getByRole('button', { name: 'Approve', exact: true }).first().click();
      // The second button is the one that is sure.
      await security.locator('.ant-popover:not(.ant-popover-hidden)').getByRole('button', { name: 'Approve', exact: true }).click();
      // On the page as well: a button that stands for what is approved already leads nowhere.
      await eventually('one proposal less', () => security.getByRole('button', { name: 'Approve', exact: true }).count(), (count) => count === left - 1);
      expect(((await api(security, '/grants?state=proposed')).answer as { grants: unknown[] }).grants).toHaveLength(left - 1);
    }
    // A change of roles ends the sessions that had the old ones.
    expect((await api(person('reviewer'), '/messages')).status).toBe(401);
    await signIn('reviewer');
    await signIn('approver');
    expect((await api(person('reviewer'), '/messages')).status).toBe(200);
    // What one role may do, the other may not.
    const tried = await Promise.all([['system', '/messages'], ['security', '/messages'], ['auditor', '/messages'], ['reviewer', '/audit'], ['security', '/audit'], ['reviewer', '/accounts']].map(async ([who = '', path = '']) => [who, path, (await api(person(who), path)).status]));
    expect(tried.map(([, , status]) => status)).toEqual([403, 403, 403, 403, 403, 403]);
  });

  it('a held message comes up by itself, is read behind its masks, and is released masked: it arrives once', async () => {
    const page = person('reviewer');
    await page.goto('about:blank');
    const news = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/events'));
    await page.goto(`${gateway.adminUrl}/#/queue`);
    // New is what comes after the list was read, and is heard of by whoever listens already.
    await news;
    await page.locator('.queue-empty').waitFor();
    const id = numbers.residentId();
    const text = `姓名：张三，身份证号 ${id}，请查收。\n`;
    const incident = await hold('/share/list.txt', text);
    // Rows do not move by themselves: one is told, and asks for it.
    await page.getByRole('button', { name: /^1 new/ }).click();
    await page.locator(`tr[data-row="${incident}"]`).waitFor();
    await picture(page, 'queue');
    expect(await serious(page)).toEqual([]);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.content-view').waitFor();
    await page.getByText('姓名：张三').first().waitFor();
    await picture(page, 'message');
    expect(await serious(page)).toEqual([]);
    expect((await page.content()).includes(id) || (await page.content()).includes(id.slice(6, 14))).toBe(false);

    await page.getByRole('button', { name: 'Release masked' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('As it would leave').waitFor();
    await picture(page, 'compare');
    const reason = dialog.getByRole('textbox');
    if ((await reason.inputValue()) === '') await reason.fill('the list is agreed, numbers are not needed');
    await dialog.getByRole('button', { name: 'Release masked' }).click();
    await stateOf(page, incident, 'released');
    expect(arrivals('/share/list.txt').map((body) => body.toString())).toEqual([text.replace(id, `${id[0] ?? ''}${'*'.repeat(16)}${id.at(-1) ?? ''}`)]);
  });

  it('four eyes: the first person cannot be the second, and the message leaves when another agrees', async () => {
    const text = `合同：卡号 ${numbers.bankCard()}\n`;
    const incident = await hold('/contract', text);
    const [reviewer, approver] = [person('reviewer'), person('approver')];
    await reviewer.goto(`${gateway.adminUrl}/#/messages/${incident}`);
    await reviewer.getByRole('button', { name: 'Release as it is' }).first().click();
    const dialog = reviewer.getByRole('dialog');
    await dialog.getByRole('textbox').fill('signed contract, the partner needs the account');
    await dialog.getByRole('button', { name: 'Release as it is' }).click();
    await stateOf(reviewer, incident, 'awaiting-second');
    expect(arrivals('/contract')).toEqual([]);
    await reviewer.goto(`${gateway.adminUrl}/#/queue`);
    await reviewer.goto(`${gateway.adminUrl}/#/messages/${incident}`);
    await reviewer.locator('.content-view').waitFor();
    expect(await reviewer.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expect((await api(reviewer, `/messages/${incident}/approve`, { reason: 'I agree with myself' })).status).toBe(403);

    await approver.goto(`${gateway.adminUrl}/#/messages/${incident}`);
    await approver.getByRole('button', { name: 'Approve' }).first().click();
    await picture(approver, 'approve');
    const second = approver.getByRole('dialog');
    await second.getByRole('textbox').fill('seen with the partner file');
    await second.getByRole('button', { name: 'Approve' }).click();
    await stateOf(approver, incident, 'released');
    expect(arrivals('/contract').map((body) => body.toString())).toEqual([text]);
  });

  it('originals stay closed without the right; with it they open for a reason, and the auditor reads of it', async () => {
    const card = numbers.bankCard();
    const incident = await hold('/share', `卡 ${card}\n`);
    const reviewer = person('reviewer');
    expect((await api(reviewer, `/messages/${incident}/open`, { reason: 'to see it', what: 'values' })).status).toBe(403);
    await reviewer.goto(`${gateway.adminUrl}/#/messages/${incident}`);
    await reviewer.locator('.content-view').waitFor();
    expect(await reviewer.getByRole('button', { name: 'Open original' }).count()).toBe(0);

    const link = await invite('opener', 'reviewer');
    const accounts = (await api(person('system'), '/accounts')).answer as { accounts: { id: string; name: string }[] };
    const accountId = accounts.accounts.find(({ name }) => name === 'opener')?.id;
    const { grants } = (await api(person('security'), '/grants?state=proposed')).answer as { grants: { id: string }[] };
    for (const grant of grants) await api(person('security'), `/grants/${grant.id}/refuse`, {});
    const proposed = (await api(person('system'), '/grants', { accountId, role: 'reviewer', mayOpen: true })).answer as { grant: { id: string } };
    expect((await api(person('security'), `/grants/${proposed.grant.id}/approve`, {})).status).toBe(200);
    const opener = await arrive('opener', link);
    await opener.goto(`${gateway.adminUrl}/#/messages/${incident}`);
    await opener.getByRole('button', { name: 'Open original' }).first().click();
    const dialog = opener.getByRole('dialog');
    await dialog.getByRole('textbox').fill('the sender asks which card it is');
    await dialog.getByRole('button', { name: 'Open original' }).click();
    await opener.getByText(card).first().waitFor();
    await picture(opener, 'opened');
    await opener.getByRole('button', { name: 'Hide now' }).click();
    await until('nothing of it on the page', async () => !(await opener.content()).includes(card));

    const auditor = person('auditor');
    await auditor.goto(`${gateway.adminUrl}/#/audit`);
    await auditor.getByText('original.open').first().waitFor();
    await picture(auditor, 'audit');
    const { rows } = (await api(auditor, '/audit?act=original.&limit=10')).answer as { rows: { act: string; actor: string; subject: string }[] };
    expect(rows.map(({ act, actor, subject }) => [act, actor, subject])).toEqual(expect.arrayContaining([['original.open', 'account:opener', incident], ['original.read', 'account:opener', incident]]));
    expect(JSON.stringify(rows)).not.toContain(card);
    expect(((await api(auditor, '/audit/verify', {})).answer as { ok: boolean }).ok).toBe(true);
  });

  it('names, addresses and bodies that are markup stay text', async () => {
    const markup = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
    const incident = await hold(`/share/${encodeURIComponent(`${markup}.txt`)}?q=${encodeURIComponent(markup)}`, `${markup}\n</pre><svg onload=alert(3)> ${numbers.residentId()}\n`, {
      'content-disposition': `attachment; filename="x.svg"; filename*=UTF-8''${encodeURIComponent(`\u202Etxt.exe${markup}`)}`,
    });
    const page = person('reviewer');
    await page.goto(`${gateway.adminUrl}/#/messages/${incident}`);
    await page.locator('.content-view').waitFor();
    await page.getByText('onload=alert(3)').first().waitFor();
    await picture(page, 'markup');
    for (const tag of ['script:not([src])', 'img[src=x]', 'svg[onload]', '[onerror]']) expect([tag, await page.locator(tag).count()]).toEqual([tag, 0]);
    expect((await page.content()).includes('\u202E')).toBe(false);
  });

  it('shows each page to whoever may see it, in both languages and widths, without a fault', async () => {
    const pages: readonly (readonly [string, string])[] = [['reviewer', 'overview'], ['reviewer', 'queue'], ['security', 'policy'], ['security', 'settings'], ['auditor', 'audit'], ['system', 'accounts'], ['system', 'me'], ['system', 'api']];
    for (const [who, path] of pages) {
      const page = person(who);
      for (const [width, language] of [[1440, 'zh-CN'], [1024, 'en']] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(`${gateway.adminUrl}/#/${path}`);
        await page.locator('header').getByText(language === 'en' ? 'English' : '中文', { exact: true }).click();
        await page.locator(`html[lang="${language}"]`).waitFor();
        await page.locator('h1').first().waitFor();
        if (path === 'queue' && language === 'zh-CN') {
          // Read anew, so that what is new is what comes from here on.
          await page.getByRole('button', { name: '刷新', exact: true }).click();
          await page.getByRole('button', { name: /条新/ }).waitFor({ state: 'hidden' });
          const rows = page.locator('table.queue tr[data-row]');
          await rows.nth(1).waitFor();
          for (const name of ['one', 'other']) await hold(`/share/${name}.txt`, `身份证号 ${numbers.residentId()}\n`);
          await page.getByRole('button', { name: /^2 条新/ }).click();
          await rows.nth(3).waitFor();
        }
        await picture(page, `${path}-${width}-${language}`);
        expect([who, path, language, await serious(page)]).toEqual([who, path, language, []]);
      }
    }
  });
});
