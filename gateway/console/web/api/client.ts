/** The one way to the API: JSON, the session's CSRF word on every change, problems as errors. */
import { language, localeOf } from '../app/language.js';

export const API = '/api/v1';
/** What the gateway said when it said no; `code` is stable (gateway/review/problem.ts), `title` in the console's language. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  constructor(
    readonly status: number,
    readonly code: string,
    title: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(title);
  }
}
/** No answer at all: the gateway is away, or the network. */
export const UNREACHABLE = 'unreachable';

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

let csrf: string | undefined;
const endedHeard = new Set<() => void>();
export function setCsrf(word: string | undefined): void {
  csrf = word;
}
/** Called when an answer says that the session has ended. */
export function onSessionEnded(heard: () => void): () => void {
  endedHeard.add(heard);
  return () => endedHeard.delete(heard);
}

/** Repeated keys carry lists; what is undefined or empty is left out. */
export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) search.append(key, one);
  }
  const text = search.toString();
  return `${API}${path}${text === '' ? '' : `?${text}`}`;
}

export async function get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await (await ask('GET', withQuery(path, query), undefined, signal)).json()) as T;
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return (await (await ask('POST', withQuery(path), body)).json()) as T;
}

/** An answer that is not JSON, such as an original or an export. */
export async function getFile(path: string, query?: Query): Promise<{ readonly blob: Blob; readonly name: string | undefined }> {
  const answer = await ask('GET', withQuery(path, query));
  const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1];
  return { blob: await answer.blob(), name };
}

async function ask(method: 'GET' | 'POST', url: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { 'Accept-Language': localeOf[language.get()] };
  if (method === 'POST') {
    headers['Content-Type'] = 'application/json';
    if (csrf !== undefined) headers['X-Weir-CSRF'] = csrf;
  }
  let answer: Response;
  try {
    answer = await fetch(url, { method, headers, credentials: 'same-origin', redirect: 'error', ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal === undefined ? {} : { signal }) });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    throw new ApiFailure(0, UNREACHABLE, UNREACHABLE);
  }
  if (answer.ok) return answer;
  const failure = await problemOf(answer);
  if (failure.status === 401 && !url.startsWith(`${API}/session`)) for (const heard of endedHeard) heard();
  throw failure;
}

async function problemOf(answer: Response): Promise<ApiFailure> {
  try {
    const { code, title, ...details } = (await answer.json()) as { code?: unknown; title?: unknown };
    return new ApiFailure(answer.status, typeof code === 'string' ? code : 'internal', typeof title === 'string' ? title : answer.statusText, details);
  } catch {
    // Not a document of ours: something stands between us and the gateway.
    return new ApiFailure(answer.status, 'internal', `${answer.status} ${answer.statusText}`);
  }
}
