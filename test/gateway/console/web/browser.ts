/** A Chromium for tests of the console: the built bundle under its real policy, with answers of the API from fixtures, and an ear for everything that must not happen. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { chromium, type Browser, type BrowserContext, type Locator, type Page } from 'playwright-core';
import { consolePages } from '../../../../gateway/console/console-pages.js';
import { PATIENCE_MS, until as untilTrue } from '../../../kit/patience.js';

const BUILT = fileURLToPath(new URL('../../../../dist/gateway/console/web/', import.meta.url));

/** `GET /session` → the answer, or what makes it; `undefined` members of an answer are left out as JSON does. */
export type Answers = Readonly<Record<string, unknown>>;
/** An answer that is a problem. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title = code,
  ) {}
}

export interface ConsoleServer {
  readonly url: string;
  /** Of every change asked for, in order. */
  readonly changes: { readonly path: string; readonly body: unknown; readonly csrf: string | undefined }[];
  /** From now on these answers are given. */
  readonly answer: (answers: Answers) => void;
  readonly close: () => Promise<void>;
}

export async function consoleServer(first: Answers): Promise<ConsoleServer> {
  let answers: Answers = first;
  const changes: { path: string; body: unknown; csrf: string | undefined }[] = [];
  const app = express();
  app.get('/api/v1/events', (_request, response) => {
    response.type('text/event-stream').write(': quiet\n\n');
  });
  app.use('/api/v1', express.json(), (request, response) => {
    if (request.method === 'POST') changes.push({ path: request.path, body: request.body as unknown, csrf: request.get('x-weir-csrf') });
    const exact = answers[`${request.method} ${request.path}`];
    const answer: unknown = typeof exact === 'function' ? (exact as (query: unknown, body: unknown) => unknown)(request.query, request.body) : exact;
    if (answer === undefined) response.status(404).json({ code: 'not-found', title: `no fixture: ${request.method} ${request.path}` });
    else if (answer instanceof Refusal) response.status(answer.status).json({ code: answer.code, title: answer.title, requestId: 'fixture' });
    else response.json(answer);
  });
  app.use(consolePages({ language: 'auto', demo: () => [], folder: BUILT }));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    changes,
    answer: (next) => (answers = next),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export async function browser(): Promise<Browser> {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const found = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined) throw new Error('Chromium is not installed: apt-get install chromium');
  // As root in a container Chromium cannot build its sandbox.
  return chromium.launch({ executablePath: found, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'], timeout: PATIENCE_MS });
}

/** A page of its own that waits as long as tests do. */
export async function emptyPage(chrome: Browser): Promise<Page> {
  const page = await chrome.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of the policy, errors of scripts, requests to other hosts: stays empty. */
  readonly wrongs: string[];
  readonly close: () => Promise<void>;
}

export interface VisitOptions {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  readonly width?: 1440 | 1024;
  /** Failed requests are in a browser's console as errors; a test that provokes one says so. */
  readonly expectFailures?: boolean;
}

export async function visit(chrome: Browser, url: string, { language = 'en', theme = 'light', width = 1440, expectFailures = false }: VisitOptions = {}): Promise<Visit> {
  const context = await chrome.newContext({ viewport: { width, height: 900 }, locale: language === 'zh' ? 'zh-CN' : 'en-GB', colorScheme: theme, serviceWorkers: 'block', ignoreHTTPSErrors: true });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    if (expectFailures && message.text().startsWith('Failed to load resource')) return;
    wrongs.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => wrongs.push(`pageerror: ${error.stack ?? error.message}`));
  const host = new URL(url).host;
  page.on('request', (request) => {
    if (!request.url().startsWith('blob:') && new URL(request.url()).host !== host) wrongs.push(`request to ${request.url()}`);
  });
  await page.goto(url);
  return { page, context, wrongs, close: () => context.close() };
}

/** Waits until an expression is true in the page. (Playwright's own way evaluates text inside the page, which its policy forbids.) */
export function until(page: Page, expression: string): Promise<void> {
  return untilTrue(expression, () => page.evaluate<boolean>(expression));
}

let axeSource: Promise<string> | undefined;
interface AxeResult {
  readonly violations: readonly { readonly id: string; readonly impact: string; readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[] }[];
}

/**
 * Nothing comes or goes: what is half there has hardly a contrast, and what is still growing is elsewhere a moment later. The library's
 * classes tell of it before the first frame; a notice goes by itself. Spinners go on for ever and do not count.
 */
const AT_REST = 'document.querySelector("[class*=ant-zoom-], [class*=ant-fade-], [class*=ant-slide-], [class*=ant-move-], .ant-message-notice") === null && document.getAnimations().every((one) => one.playState !== "running" || one.effect?.getComputedTiming().iterations === Infinity)';

/** A dialog or a list that has opened, once it stands still: a click on one that still moves may begin on a button and end beside it. */
export async function still(opened: Locator): Promise<void> {
  await opened.waitFor();
  await until(opened.page(), AT_REST);
}

/** What axe finds serious or critical on the page once it is at rest. */
export async function serious(page: Page): Promise<readonly string[]> {
  await until(page, AT_REST);
  axeSource ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(await axeSource);
  const { violations } = await page.evaluate<AxeResult>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} — ${failureSummary.replace(/\s+/g, ' ')}`));
}
