/** The admin listener's express app: health, metrics, the review API and whatever pages the console brings. */
import { pipeline } from 'node:stream/promises';
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response } from 'express';
import helmet from 'helmet';
import { causeCode, LedgerFailure } from '../errors.js';
import type { AuditTrail, Clock, Gate, Health, Log, SharedAttempts } from '../ports.js';
import { authentication, identityOf, type Authentication } from './authenticate.js';
import { openApiDocument } from './openapi.js';
import type { Operation, Stream } from './operation.js';
import { underOwnName } from './own-name.js';
import { ApiProblem, sendProblem, type Language, type ProblemCode } from './problem.js';
import { readiness } from './readiness.js';

/** Requests are small documents; the largest legal one is a reason of 500 characters. */
const BODY_MOST = 64 * 1024;

export interface AdminOptions {
  /** Everything the API can do; wiring/review-api.ts collects it from the topics. */
  readonly operations: readonly Operation[];
  readonly audit: AuditTrail;
  readonly clock: Clock;
  /** The start-up token. */
  readonly token: string;
  /** Knows sessions and tokens. */
  readonly gate: Gate;
  /** Names requests in the log; an id must never look like a number that Weir guards. */
  readonly newId: () => string;
  /** In the form that the reader's Accept asks for. */
  readonly metrics: (accept: string | undefined) => Promise<{ readonly type: string; readonly text: string }>;
  readonly health: readonly Health[];
  readonly log: Log;
  readonly version: string;
  /** The configuration's `language`; `auto` follows Accept-Language. */
  readonly language: 'auto' | Language;
  /** Peers whose X-Forwarded-For is believed when failed attempts are counted. */
  readonly trustedProxies: readonly string[];
  /** Failed attempts as all nodes together count them; left out, this process counts for itself. */
  readonly attempts?: SharedAttempts | undefined;
  /** The console's pages, mounted at `/`; open, so they may show counts but no message. */
  readonly pages: RequestHandler;
}

export function adminApp(options: AdminOptions): Express {
  const { log, clock, newId } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', [...options.trustedProxies]);
  app.use(requestLog(log, clock, newId));
  app.use(securityHeaders());
  app.use(underOwnName);

  const ready = readiness(options.health);
  app.get('/healthz', (_request, response) => void noStore(response).json({ status: 'alive' }));
  app.get('/readyz', async (request, response) => {
    const purpose = request.query['for'] ?? 'all';
    if (purpose !== 'all' && purpose !== 'hold') throw new ApiProblem('invalid-request');
    const answer = await ready(purpose);
    noStore(response).status(answer.ready ? 200 : 503).json(answer);
  });
  app.get('/metrics', async (request, response) => {
    const { type, text } = await options.metrics(request.get('accept'));
    noStore(response).set('Content-Type', type).vary('Accept').send(text);
  });

  const { operations } = options;
  // The document is the same for everyone and shows no data: open, so that tools can read it without a token.
  // Made when somebody asks: all the shapes of the API take longer than anything else in this app's making.
  let document: ReturnType<typeof openApiDocument> | undefined;
  app.get('/api/v1/openapi.json', (_request, response) => void response.json((document ??= openApiDocument(operations, options.version))));
  const authenticated = authentication(options);
  app.use('/api', neverCached, authenticated.identify);
  for (const operation of operations) mount(app, operation, authenticated, options.language);
  refuseUnknownMethods(app, operations, authenticated);
  // What there is below /api is told to nobody.
  app.use('/api', authenticated.allow(undefined));

  for (const path of ['/healthz', '/readyz', '/metrics', '/api/v1/openapi.json']) refuseOtherMethods(app, path, ['GET', 'HEAD']);
  app.use(options.pages);
  app.use(() => {
    throw new ApiProblem('not-found');
  });
  app.use(problems(log, options.language));
  return app;
}

const routed = ({ path }: Operation): string => `/api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`;

/** After all of them: one path may be read and written. Nobody is told which paths there are. */
function refuseUnknownMethods(app: Express, operations: readonly Operation[], authenticated: Authentication): void {
  for (const path of new Set(operations.map(routed))) {
    const there = operations.filter((operation) => routed(operation) === path);
    const open = there.find(({ right }) => right === 'anyone');
    const methods = there.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : ['POST']));
    refuseOtherMethods(app, path, methods, authenticated.allow(open));
  }
}

function mount(app: Express, operation: Operation, authenticated: Authentication, language: 'auto' | Language): void {
  const path = routed(operation);
  const run: RequestHandler = async (request, response) => {
    const { params, query, body } = request as { params: unknown; query: unknown; body: unknown };
    const { caller, visit } = identityOf(response);
    let answer: unknown;
    try {
      answer = await operation.run({ params, query, body, caller, visit, language: languageOf(request, language) });
    } catch (thrown) {
      if (operation.guesses === true && thrown instanceof ApiProblem && GUESSED.has(thrown.code)) await authenticated.refused(request, response);
      const seconds = thrown instanceof ApiProblem ? thrown.extras['retryAfterSeconds'] : undefined;
      if (typeof seconds === 'number') response.set('Retry-After', String(seconds));
      throw thrown;
    }
    if (operation.status === 303) response.redirect(303, (answer as { readonly location: string }).location);
    else if (operation.media === undefined) response.status(operation.status).json(answer);
    else await send(response.status(operation.status), answer as Stream);
  };
  const allow = authenticated.allow(operation);
  if (operation.method === 'get') app.get(path, allow, run);
  else app.post(path, allow, onlyJson, express.json({ limit: operation.bodyMost ?? BODY_MOST, inflate: false, strict: true }), run);
}
/** Refusals that tell a guesser something. */
const GUESSED: ReadonlySet<ProblemCode> = new Set<ProblemCode>(['sign-in-failed', 'invitation-void', 'locked']);

/** Ends early when the client goes; a body that fails half-way cuts the connection, so that nobody takes a part for the whole. */
async function send(response: Response, { type, fileName, body }: Stream): Promise<void> {
  response.set('Content-Type', type).set('X-Content-Type-Options', 'nosniff');
  if (fileName !== undefined) response.attachment(fileName).set('Content-Type', type);
  await pipeline(body, response);
}

const onlyJson: RequestHandler = (request, _response, next) => {
  if (request.get('content-type') !== undefined && request.is('application/json') === false) throw new ApiProblem('unsupported-type');
  next();
};

function refuseOtherMethods(app: Express, path: string, allowed: readonly string[], ...first: readonly RequestHandler[]): void {
  app.all(path, ...first, (_request, response) => {
    response.set('Allow', allowed.join(', '));
    throw new ApiProblem('method-not-allowed');
  });
}

const neverCached: RequestHandler = (_request, response, next) => {
  noStore(response);
  next();
};

function noStore(response: Response): Response {
  return response.set('Cache-Control', 'no-store');
}

function languageOf(request: Request, language: 'auto' | Language): Language {
  return language === 'auto' ? (request.acceptsLanguages('en', 'zh') === 'zh' ? 'zh' : 'en') : language;
}

/** No script at all, styles and pictures from here only, nothing framed, no form sent anywhere. */
function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], styleSrc: ["'self'"], imgSrc: ["'self'"], baseUri: ["'none'"], formAction: ["'none'"], frameAncestors: ["'none'"] },
    },
    xFrameOptions: { action: 'deny' },
  });
}

/** Gives every request an id and logs its end. The path is not logged: a careless one could carry a number. */
function requestLog(log: Log, clock: { now(): number }, newId: () => string): RequestHandler {
  return (request, response, next) => {
    const id = newId();
    const began = clock.now();
    response.locals['requestId'] = id;
    response.set('X-Request-Id', id);
    response.once('finish', () =>
      log.info('admin.request', { request: id, method: request.method, status: response.statusCode, milliseconds: clock.now() - began }),
    );
    next();
  };
}

function problems(log: Log, language: 'auto' | Language): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    const id = String(response.locals['requestId']);
    const problem = thrown instanceof ApiProblem ? thrown : new ApiProblem(codeOf(thrown), {}, { cause: thrown });
    if (problem.status >= 500) log.error('admin.failed', { request: id, code: problem.code, cause: causeCode(problem.cause) });
    // Half an answer cannot become a problem document; express then cuts the connection.
    if (response.headersSent) next(thrown);
    else sendProblem(response, problem, languageOf(request, language), id);
  };
}

/** What body-parser and the router throw, by their own stable names. */
function codeOf(thrown: unknown): ProblemCode {
  if (thrown instanceof LedgerFailure) return thrown.kind === 'refused' ? 'internal' : 'ledger-unavailable';
  const { type, status } = Object(thrown) as { type?: unknown; status?: unknown };
  switch (type) {
    case 'entity.too.large':
      return 'too-large';
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return 'unsupported-type';
    default:
      return typeof status === 'number' && status >= 400 && status < 500 ? 'invalid-request' : 'internal';
  }
}
