/** The console in the browser: a bundle of files with hashed names, under a policy that allows nothing inline and nothing from elsewhere. */
import { existsSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler, type Response, type Router } from 'express';
import helmet from 'helmet';

/** Beside this file in dist/; in the sources there is none. */
const BUILT = fileURLToPath(new URL('./web/', import.meta.url));
/** What the build calls a file's compressed form. */
const PACKED = '.br';
/** A file with a hash in its name never changes. */
const FOREVER = 'public, max-age=31536000, immutable';

export function bundle(folder: string = BUILT): Router {
  const router = express.Router();
  const index = join(folder, 'index.html');
  const built = existsSync(join(folder, 'assets'));
  router.use('/assets', packed(built ? join(folder, 'assets') : undefined));
  router.use(
    '/assets',
    express.static(join(folder, 'assets'), {
      index: false,
      dotfiles: 'ignore',
      redirect: false,
      cacheControl: false,
      setHeaders: (response: Response, path) => {
        response.set('Cache-Control', FOREVER).vary('Accept-Encoding');
        if (path.endsWith(PACKED)) response.type(extname(path.slice(0, -PACKED.length))).set('Content-Encoding', 'br');
      },
    }),
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

/** Leads to the compressed form where the build has made one and the browser reads it. */
function packed(folder: string | undefined): RequestHandler {
  const there = new Set(folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith(PACKED)));
  return (request, _response, next) => {
    if (there.has(`${request.path.slice(1)}${PACKED}`) && request.acceptsEncodings('br') !== false) request.url = `${request.path}${PACKED}`;
    next();
  };
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
