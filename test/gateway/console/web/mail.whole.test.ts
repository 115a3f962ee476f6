/** A held mail in Chromium, read from its seal: its envelope and recipients, its text, attachments and header, and decisions about some of its recipients. Needs `npm run build`. */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { browser, consoleServer, serious, still, visit, type Answers, type ConsoleServer, type Visit, type VisitOptions } from './browser.js';
import { mailAnswers, VALUES } from './mail-fixtures.js';
import { idOf, reviewersAnswers } from './reviewers-fixtures.js';

const N = 2;
/** A folder, where somebody wants to look: drawing them takes long, and no test reads them. */
const shots = process.env['WEIR_SCREENSHOTS'];
let chrome: Browser;
let server: ConsoleServer;
let mail: Answers;
const visits: Visit[] = [];
beforeAll(async () => {
  [chrome, mail] = await Promise.all([browser(), mailAnswers(N, idOf(N))]);
});
afterAll(() => chrome.close());
beforeEach(async () => {
  server = await consoleServer(reviewersAnswers(mail));
});
afterEach(async () => {
  const wrongs = visits.splice(0);
  await Promise.all(wrongs.map(({ close }) => close()));
  await server.close();
  // A picture of the mail, had it been asked for, would stand among them.
  expect(wrongs.flatMap((one) => one.wrongs)).toEqual([]);
});

async function open(options: VisitOptions = {}, path = `/messages/${idOf(N)}`): Promise<Page> {
  const shown = await visit(chrome, `${server.url}/#${path}`, options);
  visits.push(shown);
  return shown.page;
}
async function message(options: VisitOptions = {}): Promise<Page> {
  const page = await open(options);
  await page.locator('.mail-view .content-view').waitFor();
  return page;
}
const dialog = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('dialog');
const tab = (page: Page, name: string | RegExp): ReturnType<Page['getByRole']> => page.getByRole('tab', { name });
const text = (page: Page): Promise<string> => page.locator('.mail-view').innerText();

describe('a held mail', () => {
  it('shows who sends it beside who it says sends it, and what to look at twice', async () => {
    const page = await message();
    await page.getByText('The mail names a sender of another domain than the envelope').waitFor();
    await page.getByText('Replies go to another domain').waitFor();
    await page.getByText('It also goes to recipients whom its header does not name').waitFor();
    await page.getByText('A name shows an address that is not the one behind it.').waitFor();
    const facts = await page.locator('section', { has: page.getByRole('heading', { name: 'Envelope' }) }).locator('dl').innerText();
    expect(facts).toContain('z***@corp.example');
    expect(facts).toContain('zhang.san@partner.example');
  });

  it('lists its recipients with their fates, and says who is outside', async () => {
    const page = await message();
    const rows = page.getByRole('table', { name: 'Recipients' }).locator('tbody tr');
    expect(await rows.count()).toBe(4);
    expect((await rows.nth(1).innerText()).replace(/\s+/g, ' ')).toContain('delivered mx1.corp.example:25 250 2.0.0');
    expect(await rows.nth(0).locator('.outside').count()).toBe(1);
    expect(await rows.nth(1).locator('.outside').count()).toBe(0);
    // Only who waits can be chosen.
    expect(await page.getByRole('table', { name: 'Recipients' }).locator('tbody input[type=checkbox]').count()).toBe(2);
  });

  it('reads as its receiver would read it: text, HTML as text with nothing loaded, and the source', async () => {
    const page = await message();
    expect(await text(page)).toContain('请查收附件');
    await page.getByText('HTML as text').click();
    await page.getByText('王五 8,200.00', { exact: false }).or(page.getByText('公司标志')).first().waitFor();
    expect(await text(page)).toContain('点此确认 ‹https://pay.elsewhere.example/x›');
    expect(await text(page)).not.toContain('<td>');
    expect(await page.locator('.mail-view img').count()).toBe(0);
    await page.getByText('HTML source').click();
    await page.getByText('<script>alert(1)</script>').waitFor();
  });

  it('goes from a finding to where it stands: in the header, the HTML, an attachment, an attached mail', async () => {
    const page = await message();
    const findings = page.locator('.findings .finding-go');
    const seen = new Set<string>();
    for (let at = 0; at < (await findings.count()); at += 1) {
      await findings.nth(at).click();
      await page.locator(`.mail-view [data-finding="${at}"]`).first().waitFor();
      seen.add((await page.getByRole('tab', { selected: true }).innerText()).replace(/ .*$/, ''));
    }
    expect([...seen].sort()).toEqual(['Attachments', 'Headers', 'Message']);
  });

  it('lists what is attached as a tree, and what could not be read of it', async () => {
    const page = await message();
    await tab(page, /^Attachments \(4\)/).click();
    await page.getByRole('button', { name: '工资表.csv' }).click();
    await page.getByRole('table').getByText('姓名').waitFor();
    expect(await text(page)).toContain('photos.zip');
    expect(await text(page)).toContain('not read:');
    expect(await text(page)).toContain('shown within the text; not loaded here');
    await page.getByRole('button', { name: 'Attached mail' }).waitFor();
  });

  it('is walked through by keys', async () => {
    const page = await message();
    for (const name of [/^Attachments/, /^Headers/, /^Findings/, /^Message/]) {
      await page.keyboard.press('v');
      await page.getByRole('tab', { name, selected: true }).waitFor();
    }
    await page.keyboard.press(']');
    await page.keyboard.press(']');
    await page.keyboard.press(']');
    await page.getByRole('tab', { name: /^Attachments/, selected: true }).waitFor();
  });

  it('shows no number anywhere', async () => {
    const page = await message();
    const seen: string[] = [await page.content()];
    for (const name of [/^Attachments/, /^Headers/, /^Findings/]) {
      await tab(page, name).click();
      seen.push(await page.content());
    }
    expect(Object.values(VALUES).filter((value) => seen.some((one) => one.includes(value)))).toEqual([]);
  });
});

describe('deciding about a mail', () => {
  it('is about all who wait unless some are chosen', async () => {
    const page = await message();
    await page.keyboard.press('d');
    await dialog(page).getByText('For all 2 recipients who wait.').waitFor();
    await dialog(page).getByRole('textbox', { name: /^Words for the sender/ }).fill('Please ask the desk.');
    await still(dialog(page));
    await dialog(page).getByRole('button', { name: 'Wrong recipient.' }).click();
    await dialog(page).getByRole('button', { name: 'Reject' }).last().click();
    await page.getByText('Rejected').first().waitFor();
    expect(server.changes.map(({ path, body }) => ({ path, body }))).toEqual([{ path: `/messages/${idOf(N)}/reject`, body: { reason: 'Wrong recipient.', notify: true, words: 'Please ask the desk.' } }]);
  });

  it('is about the chosen ones alone, and the message goes on waiting for the others', async () => {
    const page = await message();
    await page.getByRole('checkbox', { name: 'Choose s***@elsewhere.example' }).uncheck();
    await page.getByText('Release and rejection are about 1 of 2').waitFor();
    await page.keyboard.press('r');
    await dialog(page).getByText('For 1 of 2 recipients').waitFor();
    await dialog(page).getByText('l***@bank.example').waitFor();
    await dialog(page).getByRole('textbox').fill('Agreed with the desk.');
    await still(dialog(page));
    await dialog(page).getByRole('button', { name: 'Release as it is' }).click();
    await page.getByText('Done for 1 recipient; the others go on waiting').first().waitFor();
    expect(server.changes.map(({ path, body }) => ({ path, body }))).toEqual([{ path: `/messages/${idOf(N)}/release`, body: { as: 'original', reason: 'Agreed with the desk.', recipients: [0] } }]);
    expect(page.url()).toContain(idOf(N));
  });

  it('cannot be done for nobody', async () => {
    const page = await message();
    await page.getByRole('checkbox', { name: 'Choose all who wait' }).click();
    await page.getByText('Nobody is chosen').waitFor();
    await page.keyboard.press('d');
    await still(dialog(page));
    await dialog(page).getByRole('button', { name: 'Wrong recipient.' }).click();
    expect(await dialog(page).getByRole('button', { name: 'Reject' }).last().isDisabled()).toBe(true);
  });
});

describe('every view of a mail', () => {
  const ways = [{ language: 'en', theme: 'light', width: 1440 }, { language: 'zh', theme: 'dark', width: 1024 }, { language: 'zh', theme: 'light', width: 1440 }, { language: 'en', theme: 'dark', width: 1024 }] as const satisfies readonly VisitOptions[];
  for (const options of ways) {
    const name = `${options.language}-${options.theme}-${options.width}`;
    it(`has nothing serious for axe and no sideways scrolling in ${name}`, async () => {
      const page = await message(options);
      const fine = async (view: string): Promise<void> => {
        if (shots !== undefined) await page.screenshot({ path: join(shots, `${name}-${view}.png`), fullPage: true });
        expect({ view, serious: await serious(page) }).toEqual({ view, serious: [] });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
      };
      await fine('text');
      await page.getByText(options.language === 'zh' ? 'HTML（转为文本）' : 'HTML as text').click();
      await page.getByText('公司标志').waitFor();
      await fine('html');
      for (const view of ['attachments', 'headers', 'findings']) {
        await page.keyboard.press('v');
        if (view === 'attachments') await page.getByRole('button', { name: '工资表.csv' }).click();
        await page.locator(view === 'headers' ? '.mail-headers' : '.mail-view .content-view').waitFor();
        await fine(view);
      }
      await page.getByRole('checkbox', { name: /s\*\*\*@elsewhere/ }).uncheck();
      await page.keyboard.press('d');
      await dialog(page).locator('#words-for-sender').waitFor();
      await fine('reject');
      await page.keyboard.press('Escape');
      const queue = await open(options, '/queue');
      await queue.locator('table.queue tr[data-row]').first().waitFor();
      if (shots !== undefined) await queue.screenshot({ path: join(shots, `${name}-queue.png`) });
      expect(await serious(queue)).toEqual([]);
    });
  }
});
