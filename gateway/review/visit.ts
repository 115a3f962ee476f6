/** A request's cookies: the session's, and the short-lived one of the way through the identity provider. */
import type { CookieOptions, Request, Response } from 'express';
import type { Gate, Session, Visit } from '../ports.js';

export const SESSION_COOKIE = 'weir_session';
const FLOW_COOKIE = 'weir_oidc';
/** Long enough to type a password and a code at the provider. */
const FLOW_MS = 10 * 60_000;
const FLOW_PATH = '/api/v1/session/oidc';

export function visitOf(request: Request, response: Response, session: Session | undefined, gate: Gate): Visit {
  const { secure } = request;
  const put = (name: string, value: string | undefined, options: CookieOptions): void => {
    const kept: CookieOptions = { httpOnly: true, secure, ...options };
    if (value === undefined) response.clearCookie(name, kept);
    else response.cookie(name, value, kept);
  };
  return {
    address: request.ip ?? 'unknown',
    session,
    sessionToken: session === undefined ? undefined : cookieOf(request, SESSION_COOKIE),
    prove: (token) => gate.cookie(token),
    setSession: (cookie) => put(SESSION_COOKIE, cookie?.token, { sameSite: 'strict', path: '/', ...(cookie === undefined ? {} : { expires: cookie.expiresAt }) }),
    flow: cookieOf(request, FLOW_COOKIE),
    // Lax, since the provider sends the browser back from its own site; it opens nothing by itself.
    setFlow: (flow) => put(FLOW_COOKIE, flow, { sameSite: 'lax', path: FLOW_PATH, ...(flow === undefined ? {} : { maxAge: FLOW_MS }) }),
    search: new URL(request.originalUrl, 'http://weir.invalid').search,
  };
}

export function cookieOf(request: Request, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return /^[\x21-\x7e]+$/.exec(pair.slice(at + 1).trim())?.[0];
  }
  return undefined;
}
