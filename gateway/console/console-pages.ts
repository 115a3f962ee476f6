/** The console's pages as one router: landing page, demo page, style sheet. They show counts and demo traffic, never a held message. */
import { fileURLToPath } from 'node:url';
import express, { type Request, type Response, type Router } from 'express';
import { demoJson, demoPage, type DemoEntry } from './demo-page.js';
import { landingPage, type Counts, type Summary } from './landing-page.js';
import type { Language } from './words.js';

export interface ConsoleOptions {
  readonly summary: Summary;
  /** May fail: the page then says that the ledger is away. */
  readonly counts: () => Promise<Counts>;
  /** Newest first; given only under `demo: true`. */
  readonly demo?: (() => readonly DemoEntry[]) | undefined;
  readonly language: 'auto' | Language;
}

/** Lies beside this file, in the sources and in dist. */
const WEB = fileURLToPath(new URL('./web/', import.meta.url));
/** A landing page that waits for a lost database helps nobody. */
const COUNTS_MS = 2_000;

export function consolePages({ summary, counts, demo, language }: ConsoleOptions): Router {
  const router = express.Router();
  const languageOf = (request: Request): Language =>
    language === 'auto' ? (request.acceptsLanguages('en', 'zh') === 'zh' ? 'zh' : 'en') : language;

  router.use('/assets', express.static(WEB, { index: false, dotfiles: 'ignore', redirect: false, maxAge: '1h' }));
  router.get('/', async (request, response) => {
    const known = await settled(counts);
    sendPage(response, languageOf(request), landingPage(languageOf(request), summary, demo !== undefined, known));
  });
  if (demo !== undefined) {
    router.get('/demo', (request, response) => sendPage(response, languageOf(request), demoPage(languageOf(request), demo())));
    router.get('/demo.json', (_request, response) => {
      response.set('Cache-Control', 'no-store').json(demoJson(demo()));
    });
  }
  return router;
}

function sendPage(response: Response, language: Language, text: string): void {
  response
    .set('Cache-Control', 'no-store')
    .set('Content-Language', language === 'zh' ? 'zh-CN' : 'en')
    .vary('Accept-Language')
    .type('html')
    .send(text);
}

/** That the counts are missing is shown on the page; why, /readyz tells. */
async function settled(counts: () => Promise<Counts>): Promise<Counts | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), COUNTS_MS);
  });
  return Promise.race([counts().catch(() => undefined), late]).finally(() => clearTimeout(timer));
}
