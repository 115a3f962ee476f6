/** Lets a request pass only with the right bearer token, compared in constant time, and slows down guessing. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { failedAttempts } from './failed-attempts.js';
import { ApiProblem } from './problem.js';
import { RIGHTS, type AuditTrail, type Caller, type Clock, type Log } from '../ports.js';

/** The start-up token may do everything until the three administrators exist (HC 32). */
const SET_UP: Caller = { actor: 'token:admin', kind: 'set-up', accountId: undefined, roles: [], rights: new Set(RIGHTS), scope: undefined };
/** A token is 32 random bytes in text; anything much longer is not one and is not worth hashing. */
const TOKEN_MOST = 512;

export function bearer(options: { readonly token: string; readonly clock: Clock; readonly log: Log; readonly audit: AuditTrail }): RequestHandler {
  const { token, clock, log, audit } = options;
  if (token.length < 16) throw new RangeError('the admin token has to have at least 16 characters');
  const expected = digest(token);
  const failures = failedAttempts(clock);

  return async (request: Request, response: Response, next) => {
    const address = request.ip ?? 'unknown';
    const wait = failures.wait(address);
    if (wait > 0) {
      response.set('Retry-After', String(wait));
      throw new ApiProblem('too-many-attempts');
    }
    const given = /^Bearer +([\x21-\x7e]+) *$/i.exec(request.get('authorization') ?? '')?.[1];
    // Hashing first makes both sides equally long, so that timing tells neither content nor length.
    if (given !== undefined && given.length <= TOKEN_MOST && timingSafeEqual(digest(given), expected)) {
      response.locals['caller'] = SET_UP;
      next();
      return;
    }
    response.set('WWW-Authenticate', given === undefined ? 'Bearer' : 'Bearer error="invalid_token"');
    // Asking without any token is how browsers and monitors knock; only a wrong one is an attempt.
    if (given !== undefined && failures.note(address)) {
      log.warn('admin.locked-out', { address });
      await audit.append({ at: new Date(clock.now()), actor: 'system', act: 'auth.locked-out', subject: undefined, data: { address } });
    }
    throw new ApiProblem('unauthorized');
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
