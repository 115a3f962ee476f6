/** Says of each request who it is from: a token in the header, or a session in the cookie, whose changes must come from the console itself. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { RIGHTS, type AuditTrail, type Caller, type Clock, type Gate, type Log, type Proven, type Session, type SharedAttempts, type Visit } from '../ports.js';
import { failedAttempts } from './failed-attempts.js';
import type { Operation } from './operation.js';
import { ApiProblem } from './problem.js';
import { cookieOf, SESSION_COOKIE, visitOf } from './visit.js';

/** The start-up token may do everything until the three administrators exist (HC 32). */
const SET_UP: Caller = { actor: 'token:admin', kind: 'set-up', accountId: undefined, roles: [], rights: new Set(RIGHTS), scope: undefined };
const NOBODY: Caller = { actor: 'nobody', kind: 'nobody', accountId: undefined, roles: [], rights: new Set(), scope: undefined };
/** A token is 32 random bytes in text; anything much longer is not one and is not worth hashing. */
const TOKEN_MOST = 512;
const CSRF_HEADER = 'x-weir-csrf';

export interface AuthenticateOptions {
  /** The start-up token. */
  readonly token: string;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: AuditTrail;
  /** Left out, this process counts for itself. */
  readonly attempts?: SharedAttempts | undefined;
}
export interface Authentication {
  /** Before everything below /api. */
  readonly identify: RequestHandler;
  /** Lets those pass whom the operation is for; `undefined`: anyone but nobody. */
  readonly allow: (operation: Pick<Operation, 'right' | 'guesses'> | undefined) => RequestHandler;
  /** Counts what an operation refused as a guess. */
  readonly refused: (request: Request, response: Response) => Promise<void>;
}

interface Identity {
  readonly caller: Caller;
  readonly proven: Proven;
  readonly visit: Visit;
  readonly tokenGiven: boolean;
}
export const identityOf = (response: Response): Identity => response.locals['identity'] as Identity;

export function authentication(options: AuthenticateOptions): Authentication {
  const { token, gate, clock, log, audit, attempts } = options;
  if (token.length < 16) throw new RangeError('the admin token has to have at least 16 characters');
  const expected = digest(token);
  const failures = failedAttempts(clock, attempts);

  const mustWait = async (request: Request, response: Response): Promise<void> => {
    const wait = await failures.wait(addressOf(request));
    if (wait === 0) return;
    response.set('Retry-After', String(wait));
    throw new ApiProblem('too-many-attempts');
  };
  const refused = async (request: Request): Promise<void> => {
    const address = addressOf(request);
    if (!(await failures.note(address))) return;
    log.warn('admin.locked-out', { address });
    await audit.append({ at: new Date(clock.now()), actor: 'system', act: 'auth.locked-out', subject: undefined, data: { address } });
  };
  const byToken = async (given: string): Promise<Proven> => {
    if (given.length > TOKEN_MOST) return { kind: 'nobody' };
    // Hashing first makes both sides equally long, so that timing tells neither content nor length.
    if (!timingSafeEqual(digest(given), expected)) return await gate.bearer(given);
    return (await gate.setUpEnded()) ? { kind: 'set-up-ended' } : { kind: 'caller', caller: SET_UP, session: undefined };
  };
  const byCookie = async (given: string, request: Request, response: Response): Promise<Proven> => {
    const proven = given.length > TOKEN_MOST ? ({ kind: 'nobody' } as const) : await gate.cookie(given);
    // A cookie that opens nothing any more is taken back, and the request is nobody's.
    if (proven.kind === 'nobody') visitOf(request, response, undefined, gate).setSession(undefined);
    else if (!isReading(request) && !carries(request, gate.csrf(given))) throw new ApiProblem('cross-site');
    return proven;
  };

  return {
    refused,
    identify: async (request, response, next) => {
      if (!isReading(request) && isForeign(request)) throw new ApiProblem('cross-site');
      const given = /^Bearer +([\x21-\x7e]+) *$/i.exec(request.get('authorization') ?? '')?.[1];
      if (given !== undefined) await mustWait(request, response);
      const cookie = given === undefined ? cookieOf(request, SESSION_COOKIE) : undefined;
      const proven: Proven = given !== undefined ? await byToken(given) : cookie === undefined ? { kind: 'nobody' } : await byCookie(cookie, request, response);
      // Asking without any token is how browsers and monitors knock; only a wrong one is an attempt.
      if (given !== undefined && proven.kind === 'nobody') await refused(request);
      const identity: Identity = {
        proven,
        caller: proven.kind === 'caller' ? proven.caller : NOBODY,
        visit: visitOf(request, response, sessionOf(proven), gate),
        tokenGiven: given !== undefined,
      };
      response.locals['identity'] = identity;
      next();
    },
    allow: (operation) => async (request, response, next) => {
      if (operation?.guesses === true) await mustWait(request, response);
      const { proven, caller, tokenGiven } = identityOf(response);
      if (caller.kind === 'nobody' && operation?.right !== 'anyone') throw refusal(proven, tokenGiven, response);
      if (operation !== undefined && !mayDo(caller, operation.right)) throw new ApiProblem('forbidden');
      next();
    },
  };
}

function mayDo(caller: Caller, right: Operation['right']): boolean {
  if (right === 'anyone' || right === 'signed-in') return true;
  return typeof right === 'string' ? caller.rights.has(right) : right.some((one) => caller.rights.has(one));
}

function refusal(proven: Proven, tokenGiven: boolean, response: Response): ApiProblem {
  if (proven.kind === 'set-up-ended') return new ApiProblem('set-up-ended');
  if (proven.kind === 'step') return new ApiProblem('step-needed', { step: proven.step });
  response.set('WWW-Authenticate', tokenGiven ? 'Bearer error="invalid_token"' : 'Bearer');
  return new ApiProblem('unauthorized');
}

function sessionOf(proven: Proven): Session | undefined {
  return proven.kind === 'caller' || proven.kind === 'step' ? proven.session : undefined;
}

const addressOf = (request: Request): string => request.ip ?? 'unknown';
const isReading = (request: Request): boolean => request.method === 'GET' || request.method === 'HEAD';

/** The header alone proves the console: no other page can read the value or set the header without asking first. */
function carries(request: Request, csrf: string): boolean {
  return timingSafeEqual(digest(request.get(CSRF_HEADER) ?? ''), digest(csrf));
}

/** A browser says where a change comes from; what says nothing (a program) holds no cookie that it did not ask for. */
function isForeign(request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin';
  const origin = request.get('origin');
  if (origin === undefined) return cookieOf(request, SESSION_COOKIE) !== undefined && request.get('authorization') === undefined;
  return !URL.canParse(origin) || new URL(origin).host !== request.host;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
