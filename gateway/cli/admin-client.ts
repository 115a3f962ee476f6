/** Talks to the admin API of a running gateway: with a token of an account, or in the set-up phase with the one in its data folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { causeCode } from '../errors.js';
import { CommandFailed, EXIT } from './outcome.js';
import { fill, type Language, type Words } from './words.js';
import { plain } from './terminal-text.js';

const ADMIN_URL = 'http://127.0.0.1:8081';
/** A ledger that restarts answers within this; longer, and a person wants to know. */
const ANSWER_MS = 30_000;

export interface AdminClient {
  get(path: string): Promise<unknown>;
  post(path: string, body: Readonly<Record<string, unknown>>): Promise<unknown>;
}

export async function adminClient(options: { readonly url: string | undefined; readonly env: NodeJS.ProcessEnv; readonly language: Language; readonly words: Words }): Promise<AdminClient> {
  const { env, language, words } = options;
  const base = adminAddress(options.url, env, words);
  const token = await tokenFrom(env, words);

  async function ask(path: string, init: RequestInit): Promise<unknown> {
    const url = new URL(path, base);
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'accept-language': language, 'content-type': 'application/json' };
    const { ok, status, document } = await sent(url, { ...init, headers }, words);
    if (ok && document !== undefined) return document;
    throw refusal(status, document, base, words);
  }
  return {
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

export interface Sent {
  readonly ok: boolean;
  readonly status: number;
  readonly document: Record<string, unknown> | undefined;
  readonly cookies: readonly string[];
}

/** One request; a gateway that does not answer is a sentence. */
export async function sent(url: URL, init: RequestInit, words: Words): Promise<Sent> {
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
    return { ok: response.ok, status: response.status, document: parsed(await response.text()), cookies: response.headers.getSetCookie() };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new CommandFailed(fill(words.unreachable, { url: new URL('/', url).href, code: causeCode(cause) }));
  }
}

export function adminAddress(given: string | undefined, env: NodeJS.ProcessEnv, words: Words): URL {
  const text = given ?? env['WEIR_ADMIN_URL'] ?? ADMIN_URL;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new CommandFailed(fill(words.badUrl, { url: text }));
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback) throw new CommandFailed(fill(words.remoteNeedsTls, { url: url.href }));
  return url;
}

async function tokenFrom(env: NodeJS.ProcessEnv, words: Words): Promise<string> {
  const given = env['WEIR_TOKEN']?.trim();
  if (given !== undefined && given !== '') return given;
  const path = env['WEIR_TOKEN_FILE'] ?? join(env['WEIR_DATA'] ?? 'data', 'admin-token');
  try {
    const token = (await readFile(path, 'utf8')).trim();
    if (/^[\x21-\x7e]+$/.test(token)) return token;
  } catch {
    // One sentence says it all: whether missing or unreadable, there is no token there for this user.
  }
  throw new CommandFailed(fill(words.tokenMissing, { path }));
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The problem document in a few lines; "not there" and "not now" are answers, the rest is trouble. */
export function refusal(status: number, document: Record<string, unknown> | undefined, base: URL, words: Words): CommandFailed {
  if (typeof document?.['title'] !== 'string') return new CommandFailed(fill(words.notWeir, { url: base.href, status }));
  const state = typeof document['state'] === 'string' ? ` (${document['state']})` : '';
  const problems = Array.isArray(document['problems']) ? (document['problems'] as { path?: unknown; message?: unknown }[]) : [];
  const lines = [document['title'] + state, ...problems.map(({ path, message }) => `  ${String(path)}: ${String(message)}`)];
  return new CommandFailed(lines.map(plain).join('\n'), status === 404 || status === 409 ? EXIT.no : EXIT.trouble);
}
