/** The console in the browser: a bundle of files with hashed names, under a policy that allows nothing inline and nothing from elsewhere. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Router } from 'express';
import helmet from 'helmet';

/** Beside this file in dist/; in the sources there is none. */
const BUILT = fileURLToPath(new URL('./web/', import.meta.url));
/** A file with a hash in its name never changes. */
const FOREVER = 'public, max-age=31536000, immutable';

export function bundle(folder: string = BUILT): Router {
  const router = express.Router();
  const index = join(folder, 'index.html');
  const built = existsSync(join(folder, 'assets'));
  router.use(
    '/assets',
    express.static(join(folder, 'assets'), { index: false, dotfiles: 'ignore', redirect: false, cacheControl: false, setHeaders: (response) => void response.set('Cache-Control', FOREVER) }),
  );
  router.get('/icon.svg', (_request, response, next) => {
    if (built) response.set('Cache-Control', 'public, max-age=3600').sendFile(join(folder, 'icon.svg'));
    else next();
  });
  router.get('/', consolePolicy(), (_request, response) => {
    response.set('Cache-Control', 'no-store');
    if (built) response.sendFile(index, { cacheControl: false });
    else response.status(503).type('text').send('The console has not been built: npm run build\n');
  });
  return router;
}

function consolePolicy(): RequestHandler {
  return helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["'none'"],
    },
  });
}
