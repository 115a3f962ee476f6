/** The console as one router: its bundle, and the demo sink's page. None of them holds data of the gateway; that comes from the API. */
import { fileURLToPath } from 'node:url';
import express, { type Request, type Response, type Router } from 'express';
import { bundle } from './bundle.js';
import { demoJson, demoPage, type DemoEntry } from './demo-page.js';
import type { Language } from './words.js';

export interface ConsoleOptions {
  /** Newest first; given only under `demo: true`. */
  readonly demo?: (() => readonly DemoEntry[]) | undefined;
  readonly language: 'auto' | Language;
  /** Where the bundle lies, when not beside the compiled program. */
  readonly folder?: string | undefined;
}

/** The server's own pages have their style sheet beside this file, in the sources and in dist. */
const STATIC = fileURLToPath(new URL('./static/', import.meta.url));

export function consolePages({ demo, language, folder }: ConsoleOptions): Router {
  const router = express.Router();
  const languageOf = (request: Request): Language =>
    language === 'auto' ? (request.acceptsLanguages('en', 'zh') === 'zh' ? 'zh' : 'en') : language;

  router.use('/static', express.static(STATIC, { index: false, dotfiles: 'ignore', redirect: false, maxAge: '1h' }));
  router.use(bundle(folder));
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
