/** The reviewers' pages in Chromium: keys, bulk decisions, the message and its content, openings, four eyes, figures; in both languages. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { browser, consoleServer, serious, still, until, visit, type Answers, type ConsoleServer, type Visit, type VisitOptions } from './browser.js';
import { sessionOf } from './fixtures.js';
import { ago, COMPARE, COUNTS, idOf, listAnswer, messageAnswers, reviewersAnswers, summary } from './reviewers-fixtures.js';

let chrome: Browser;
let server: ConsoleServer;
const visits: Visit[] = [];
beforeAll(async () => {
  chrome = await browser();
});
afterAll(() => chrome.close());
beforeEach(async () => {
  server = await consoleServer(reviewersAnswers());
});
afterEach(async () => {
  const wrongs = visits.splice(0);
  await Promise.all(wrongs.map(({ close }) => close()));
  await server.close();
  expect(wrongs.flatMap((one) => one.wrongs)).toEqual([]);
});

async function open(path: string, options: VisitOptions = {}): Promise<Page> {
  const shown = await visit(chrome, `${server.url}/#${path}`, options);
  visits.push(shown);
  return shown.page;
}
async function queue(path = '/queue', options: VisitOptions = {}): Promise<Page> {
  const page = await open(path, options);
  await page.locator('table.queue tr[data-row]').first().waitFor();
  return page;
}
async function message(n: number, options: VisitOptions = {}): Promise<Page> {
  const page = await open(`/messages/${idOf(n)}`, options);
  await page.locator('.content-view').waitFor();
  return page;
}
const cursor = (page: Page): Promise<string | null> => page.locator('tr.q-row-cursor').getAttribute('data-row');
const place = (page: Page): string => page.url().split('#')[1] ?? '';
const dialog = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('dialog');
const answers = (over: Answers): void => server.answer(reviewersAnswers(over));

/** A message of low risk that a mask covers wholly. */
const CALM = { severity: 'low', fourEyes: false, unscannableReasons: [] };
const calm = (n: number): Answers => ({
  ...messageAnswers(n, { ...CALM, queue: { ...(summary(n) as object), risk: { score: 12, reasons: [] } } }),
  [`GET /messages/${idOf(n)}/compare`]: { ...COMPARE, segments: COMPARE.segments.map((one) => ('stays' in one ? { ...one, stays: false } : one)), unread: [] },
});

describe('the queue', () => {
  it('is walked with J and K, chosen from with X and Shift, and opened with Enter', async () => {
    const page = await queue();
    await page.keyboard.press('j');
    expect(await cursor(page)).toBe(idOf(0));
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await cursor(page)).toBe(idOf(0));
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+J');
    await page.keyboard.press('Shift+J');
    await page.getByText('3 chosen').first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/#/messages/${idOf(2)}`);
  });

  it('keeps its filter in the address, shows it as chips, and takes each away', async () => {
    const page = await queue('/queue?severity=high&severity=critical&text=list');
    await page.getByRole('button', { name: 'Remove filter Severity: high' }).click();
    await page.waitForURL('**/#/queue?severity=critical&text=list');
    await page.keyboard.press('/');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('工资');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove filter Words: 工资' }).waitFor();
    await page.getByRole('button', { name: /^Mine/ }).click();
    await page.waitForURL('**assignee=me**');
  });

  it('goes on to the next page at its end and comes back to where one was', async () => {
    const page = await queue();
    await page.keyboard.press('k');
    expect(await cursor(page)).toBe(idOf(49));
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/#/messages/${idOf(49)}`);
    await page.goBack();
    await page.locator('tr.q-row-cursor').waitFor();
    expect(await cursor(page)).toBe(idOf(49));
    expect(await page.evaluate(() => globalThis.scrollY)).toBeGreaterThan(500);
    await page.keyboard.press('j');
    await page.locator(`tr[data-row="${idOf(50)}"]`).waitFor();
    await page.getByRole('button', { name: 'Previous page' }).click();
    await page.locator(`tr[data-row="${idOf(0)}"]`).waitFor();
  });

  it('says what a decision about many touches and leaves out before it asks why, and does exactly that', async () => {
    const page = await queue();
    for (const key of ['j', 'x', 'j', 'x', 'j', 'x', 'd']) await page.keyboard.press(key);
    await dialog(page).getByText('3 messages').waitFor();
    await dialog(page).getByText('need a second person').waitFor();
    const act = dialog(page).getByRole('button', { name: 'Reject 3' });
    expect(await act.isDisabled()).toBe(true);
    await still(dialog(page));
    await dialog(page).getByRole('button', { name: 'Wrong recipient.' }).click();
    await act.click();
    await page.getByText('3 rejected').first().waitFor();
    expect(server.changes.map(({ path, body, csrf }) => ({ path, body, csrf }))).toEqual([
      { path: '/messages/bulk/preview', body: { ids: [idOf(0), idOf(1), idOf(2)], action: 'reject' }, csrf: 'csrf-word' },
      { path: '/messages/bulk', body: { token: 'bulk-token-0123456789abcdef', action: 'reject', reason: 'Wrong recipient.' }, csrf: 'csrf-word' },
    ]);
    await page.locator('.read-aloud[role="status"]', { hasText: '3 rejected' }).waitFor({ state: 'attached' });
  });

  it('offers no usual reason for releasing originals', async () => {
    const page = await queue();
    for (const key of ['j', 'r']) await page.keyboard.press(key);
    await dialog(page).getByText('leaves unmasked').waitFor();
    expect(await dialog(page).locator('.presets').count()).toBe(0);
  });

  it('decides about a whole group of alike messages by its filter', async () => {
    const page = await queue('/queue?grouped=1');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('tr.q-row-within').first().waitFor();
    await page.keyboard.press('m');
    await dialog(page).getByText('3 messages').waitFor();
    expect(server.changes[0]?.body).toMatchObject({ filter: { group: 'abcdefghabcdefgh' }, action: 'release-masked' });
  });

  it('tells of new messages without moving a row', async () => {
    const page = await queue();
    // Chromium's own stream of events, fed by hand.
    await page.addInitScript({ content: 'globalThis.EventSource = class extends EventTarget { constructor() { super(); globalThis.feed = this; } close() {} };' });
    await page.reload();
    await page.locator('table.queue tr[data-row]').first().waitFor();
    // Who listens is loaded by itself, and counts that come later are newer.
    await until(page, 'globalThis.feed !== undefined');
    await page.getByRole('button', { name: /^Mine 3/ }).waitFor();
    const tell = (kind: string, data: unknown): Promise<unknown> => page.evaluate(`feed.dispatchEvent(new MessageEvent(${JSON.stringify(kind)}, { data: ${JSON.stringify(JSON.stringify(data))} }))`);
    await tell('message-changed', { id: idOf(800), state: 'held' });
    await tell('message-changed', { id: idOf(801), state: 'held' });
    await tell('message-changed', { id: idOf(1), state: 'released' });
    await tell('held-changed', { ...COUNTS, mine: 9 });
    await page.getByRole('button', { name: '2 new — show' }).waitFor();
    await page.getByRole('button', { name: /^Mine 9/ }).waitFor();
    expect(await page.locator('tr[data-row]').first().getAttribute('data-row')).toBe(idOf(0));
    expect(await page.locator(`tr[data-row="${idOf(1)}"]`).textContent()).toContain('released');
  });

  it('shows a file name that turns its reading order for what it is', async () => {
    const page = await queue();
    const row = page.locator(`tr[data-row="${idOf(4)}"]`);
    expect(await row.locator('.odd-direction').textContent()).toBe('⟨U+202E⟩');
    expect(await row.locator('.caution').getAttribute('aria-label')).toContain('reading order');
  });

  it('has no decisions for who may only read', async () => {
    answers({ 'GET /session': sessionOf('approver') });
    const page = await queue();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('r');
    expect(await page.locator('table.queue input[type="checkbox"]').count()).toBe(0);
    expect(await dialog(page).count()).toBe(0);
  });
});

describe('a message', () => {
  it('shows its content masked, and why each finding is one', async () => {
    const page = await message(0);
    expect(await page.locator('.content-view .hit').count()).toBe(3);
    await page.locator('.content-view [data-finding="2"]').hover();
    await page.locator('.hit-card').getByText('it has a bank’s own prefix at the right length').waitFor();
    await page.getByText('67 % read').waitFor();
    await page.getByText('20.0 KiB not read: encrypted').waitFor();
    expect(await page.locator('.part .odd-direction').count()).toBe(1);
  });

  it('runs nothing of what was sent: a script in the text is text', async () => {
    const page = await message(0);
    await page.getByRole('button', { name: 'Part 1', exact: true }).click();
    await page.getByText('<script>alert(1)</script>').waitFor();
    expect(await page.locator('.content-text .odd').allTextContents()).toEqual(['⟨U+202E⟩', '␀']);
    await page.getByRole('button', { name: 'Show more of this part' }).click();
    await page.getByRole('button', { name: 'Show more of this part' }).waitFor({ state: 'detached' });
  });

  it('goes from a finding in the list to where it stands, in another part too', async () => {
    const page = await message(0);
    await page.locator('.finding-go').nth(4).click();
    await page.locator('.content-text [data-finding="4"]:focus').waitFor();
    await page.keyboard.press('l');
    await page.locator('.content-table [data-finding="0"]:focus').waitFor();
  });

  it('is released masked and left for the next one with two keys, after both sides were shown', async () => {
    answers({ ...calm(0), ...calm(1) });
    const page = await queue();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.locator('.content-view').waitFor();
    await page.keyboard.press('m');
    await dialog(page).getByText('As it would leave').waitFor();
    await dialog(page).locator('.ant-btn-primary:focus').waitFor();
    expect(await dialog(page).locator('.change-after').count()).toBe(3);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/#/messages/${idOf(1)}`);
    expect(server.changes).toMatchObject([{ path: `/messages/${idOf(0)}/release`, body: { as: 'masked', reason: 'The recipient does not need the numbers.' } }]);
    await page.locator('.read-aloud[role="status"]', { hasText: 'Released masked' }).waitFor({ state: 'attached' });
  });

  it('lets an original of high risk go only for a reason in one’s own words', async () => {
    const page = await message(1);
    await page.keyboard.press('r');
    await dialog(page).getByText('High risk').first().waitFor();
    const act = dialog(page).getByRole('button', { name: 'Release as it is' });
    expect(await act.isDisabled()).toBe(true);
    expect(await dialog(page).locator('.presets').count()).toBe(0);
    await page.keyboard.press('Enter');
    expect(server.changes).toEqual([]);
    await dialog(page).getByLabel('Reason', { exact: true }).fill('Agreed with data protection.');
    await still(dialog(page));
    await act.click();
    await page.getByText('Released as it is').first().waitFor();
    expect(server.changes).toMatchObject([{ body: { as: 'original', reason: 'Agreed with data protection.' } }]);
  });

  it('warns where a masked release would leave a value standing', async () => {
    const page = await message(0);
    await page.keyboard.press('m');
    await dialog(page).getByText('1 value shown here would leave unmasked').waitFor();
    await dialog(page).getByText('Leaves as it is, since nobody could look into it:').waitFor();
    expect(await dialog(page).getByRole('button', { name: 'Release masked' }).isDisabled()).toBe(true);
  });

  it('is rejected with or without a notice to its sender', async () => {
    const page = await message(0);
    await page.keyboard.press('d');
    await still(dialog(page));
    await dialog(page).getByLabel('Tell the sender, where the route can').click();
    await until(page, `document.querySelector('#notify-sender').getAttribute('aria-checked') === 'false'`);
    await dialog(page).getByRole('button', { name: 'Wrong recipient.' }).click();
    await dialog(page).getByRole('button', { name: 'Reject', exact: true }).click();
    await page.getByText('Rejected').first().waitFor();
    expect(server.changes).toMatchObject([{ path: `/messages/${idOf(0)}/reject`, body: { reason: 'Wrong recipient.', notify: false } }]);
  });

  it('takes a false positive as a proposal with bounds and an end, and still waits', async () => {
    const page = await message(0);
    await page.keyboard.press('f');
    await still(dialog(page));
    await dialog(page).getByText('phone number').first().click();
    await dialog(page).getByText('from this sender').click();
    await dialog(page).getByLabel('Reason', { exact: true }).fill('Order numbers.');
    await dialog(page).getByRole('button', { name: 'False positive', exact: true }).click();
    await page.getByText('Exception proposed').first().waitFor();
    expect(server.changes).toMatchObject([{ path: `/messages/${idOf(0)}/false-positive`, body: { findings: [3], scope: { fingerprint: true, sender: true, detector: false, destination: false }, reason: 'Order numbers.' } }]);
    expect(place(page)).toBe(`/messages/${idOf(0)}`);
  });

  it('shows values only after a reason, counts down in sight, and hides them again', async () => {
    let expiresAt = '';
    answers({ [`GET /messages/${idOf(0)}/values`]: () => ({ values: [{ finding: 0, detector: 'cn.resident-id', part: 'body/2', value: 'VALUE-ONE' }], missing: 1, expiresAt }) });
    const page = await message(0);
    expect(await page.getByText('VALUE-ONE').count()).toBe(0);
    await page.keyboard.press('o');
    await dialog(page).getByText('This look is recorded').waitFor();
    expect(await dialog(page).getByRole('button', { name: 'Open original' }).isDisabled()).toBe(true);
    await dialog(page).getByLabel('Reason', { exact: true }).fill('The sender asks which customer.');
    // The page's clock stands and goes on as told: on a busy machine seconds would pass unseen.
    const at = await page.evaluate<number>('Date.now()');
    const stand = (later: number): Promise<unknown> => page.evaluate(`Date.now = () => ${String(at + later)}`);
    await stand(0);
    expiresAt = new Date(at + 180_000).toISOString();
    await still(dialog(page));
    await dialog(page).getByRole('button', { name: 'Open original' }).click();
    await page.getByText('VALUE-ONE').waitFor();
    await page.getByText('hidden in 3:00').waitFor();
    await stand(177_500);
    await page.getByText('hidden in 0:03').waitFor();
    expect(await page.getByText('VALUE-ONE').count()).toBe(1);
    await stand(180_000);
    await page.getByText('VALUE-ONE').waitFor({ state: 'detached' });
    expect(server.changes).toMatchObject([{ path: `/messages/${idOf(0)}/open`, body: { what: 'values', reason: 'The sender asks which customer.' } }]);
    expect(await page.content()).not.toContain('VALUE-ONE');
  });

  it('offers no look at the original without the right, and none where the key is not', async () => {
    answers({ 'GET /session': sessionOf('reviewer') });
    const page = await message(0);
    await page.getByRole('button', { name: /^Release masked/ }).waitFor();
    expect(await page.getByRole('button', { name: /Open original/ }).count()).toBe(0);
    answers(messageAnswers(0, { canBeOpened: false }));
    const blind = await open(`/messages/${idOf(0)}`);
    await blind.getByText('The review key is not on this machine').waitFor();
    expect(await blind.getByRole('button', { name: /Open original/ }).count()).toBe(0);
  });

  const first = (actor: string): Answers => messageAnswers(0, { state: 'awaiting-second', fourEyes: true, firstApproval: { actor, as: 'original', at: ago(600), until: ago(-36_000) } });
  it('is approved by a second person', async () => {
    answers({ 'GET /session': sessionOf('reviewer', 'approver'), ...first('account:zhang.wei') });
    const page = await message(0);
    await page.getByText('zhang.wei wants to release it').waitFor();
    await page.keyboard.press('y');
    await dialog(page).getByLabel('Reason', { exact: true }).fill('Looked at it, agreed.');
    await still(dialog(page));
    await dialog(page).getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Approved: it leaves').first().waitFor();
    expect(server.changes).toMatchObject([{ path: `/messages/${idOf(0)}/approve`, body: { reason: 'Looked at it, agreed.' } }]);
  });
  it('is never offered for approval to the one who decided first', async () => {
    answers({ 'GET /session': sessionOf('reviewer', 'approver'), ...first('account:wu.yan') });
    const page = await message(0);
    await page.getByText('You made the first decision').waitFor();
    expect(await page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
    await page.keyboard.press('y');
    expect(await dialog(page).count()).toBe(0);
    await page.getByRole('button', { name: /^Take back/ }).waitFor();
  });
});

describe('the overview', () => {
  it('draws its figures and has them as tables too, for each span', async () => {
    const page = await open('/overview');
    await page.locator('.overview-chart canvas').waitFor();
    expect(await page.locator('.overview-chart').getAttribute('aria-label')).toContain('in 30 days');
    await page.getByRole('button', { name: 'Show as table: Decisions per day' }).click();
    await page.getByRole('columnheader', { name: 'released masked' }).waitFor();
    expect(await page.locator('table[aria-label="Decisions per day"] tbody tr').count()).toBe(30);
    await page.getByText('7 days', { exact: true }).click();
    await page.waitForURL('**/#/overview?days=7');
    await page.getByText('17 overdue').waitFor();
    await page.getByText('trouble').waitFor();
  });
});

describe('every page of the reviewers', () => {
  const PAGES = ['/queue', '/queue?grouped=1&severity=high', `/messages/${idOf(0)}`, '/overview'];
  for (const options of [{ language: 'en', theme: 'light', width: 1440 }, { language: 'zh', theme: 'dark', width: 1024 }] as const satisfies readonly VisitOptions[]) {
    it(`has nothing serious for axe, no sideways scrolling, and all its words in ${options.language} (${options.theme}, ${options.width})`, async () => {
      for (const path of PAGES) {
        const page = await open(path, options);
        await page.locator('tr[data-row], .content-view, .overview-chart canvas').first().waitFor();
        expect({ path, serious: await serious(page) }).toEqual({ path, serious: [] });
        expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
        expect(await page.locator('main h1').textContent()).not.toBe('');
      }
      const page = await queue('/queue', options);
      await page.keyboard.press('?');
      await dialog(page).getByText(options.language === 'zh' ? '脱敏放行…' : 'Release masked…').waitFor();
    });
  }

  it('asks for a page of the list at a time', async () => {
    const asked: unknown[] = [];
    answers({ 'GET /messages': (query: Readonly<Record<string, unknown>>) => {
      asked.push(query['limit']);
      return listAnswer(query);
    } });
    await queue();
    expect(asked).toEqual(['50']);
  });
});
