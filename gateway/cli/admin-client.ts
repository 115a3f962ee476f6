/** Talks to the admin API of a running gateway, with the token that lies in its data folder. */
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
  const base = adminUrl(options.url ?? env['WEIR_ADMIN_URL'] ?? ADMIN_URL, words);
  const token = await tokenFrom(env, words);

  async function ask(path: string, init: RequestInit): Promise<unknown> {
    const url = new URL(path, base);
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'accept-language': language, 'content-type': 'application/json' };
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { ...init, headers, redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
      text = await response.text();
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      throw new CommandFailed(fill(words.unreachable, { url: base.href, code: causeCode(cause) }));
    }
    const document = parsed(text);
    if (response.ok && document !== undefined) return document;
    throw refusal(response.status, document, base, words);
  }
  return {
    get: (path) => ask(path, {}),
    post: (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body) }),
  };
}

function adminUrl(text: string, words: Words): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new CommandFailed(fill(words.badUrl, { url: text }));
  const loopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !loopback) throw new CommandFailed(fill(words.remoteNeedsTls, { url: url.href }));
  return url;
}

async function tokenFrom(env: NodeJS.ProcessEnv, words: Words): Promise<string> {
  const given = env['WEIR_TOKEN']?.trim();
  if (given !== undefined && given !== '') return given;
  const path = join(env['WEIR_DATA'] ?? 'data', 'admin-token');
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
function refusal(status: number, document: Record<string, unknown> | undefined, base: URL, words: Words): CommandFailed {
  if (typeof document?.['title'] !== 'string') return new CommandFailed(fill(words.notWeir, { url: base.href, status }));
  const state = typeof document['state'] === 'string' ? ` (${document['state']})` : '';
  const problems = Array.isArray(document['problems']) ? (document['problems'] as { path?: unknown; message?: unknown }[]) : [];
  const lines = [document['title'] + state, ...problems.map(({ path, message }) => `  ${String(path)}: ${String(message)}`)];
  return new CommandFailed(lines.map(plain).join('\n'), status === 404 || status === 409 ? EXIT.no : EXIT.trouble);
}
