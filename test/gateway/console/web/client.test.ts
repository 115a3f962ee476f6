import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiFailure, get, getFile, onSessionEnded, post, setCsrf, UNREACHABLE, withQuery } from '../../../../gateway/console/web/api/client.js';
import { language } from '../../../../gateway/console/web/app/language.js';

interface Asked {
  readonly url: string;
  readonly init: RequestInit & { readonly headers: Record<string, string> };
}
const realFetch = globalThis.fetch;
let asked: Asked[] = [];
let answer: () => Response | Promise<Response>;

beforeEach(() => {
  asked = [];
  answer = () => Response.json({ fine: true });
  language.set('en');
  globalThis.fetch = async (url, init) => {
    asked.push({ url: url instanceof Request ? url.url : url.toString(), init: init as Asked['init'] });
    return answer();
  };
});
afterEach(() => {
  globalThis.fetch = realFetch;
  setCsrf(undefined);
});
const problem = (status: number, document: object): Response => Response.json(document, { status, headers: { 'content-type': 'application/problem+json' } });

describe('a question to the API', () => {
  it('repeats the keys of lists and leaves out what is not set', () => {
    expect(withQuery('/messages', { state: ['held', 'failed'], route: undefined, text: '', limit: 50 })).toBe('/api/v1/messages?state=held&state=failed&limit=50');
    expect(withQuery('/audit')).toBe('/api/v1/audit');
  });

  it('asks in the language of the console, and sends no CSRF word with a look', async () => {
    setCsrf('word');
    language.set('zh');
    await expect(get('/session')).resolves.toEqual({ fine: true });
    expect(asked[0]?.init.headers).toEqual({ 'Accept-Language': 'zh-CN' });
    expect([asked[0]?.init.method, asked[0]?.init.credentials, asked[0]?.init.redirect]).toEqual(['GET', 'same-origin', 'error']);
  });

  it('sends the CSRF word with every change, and none before there is one', async () => {
    await post('/session/password', { name: 'a' });
    setCsrf('word');
    await post('/grants/1/approve');
    expect(asked.map(({ init }) => init.headers['X-Weir-CSRF'])).toEqual([undefined, 'word']);
    expect(asked.map(({ init }) => [init.method, init.headers['Content-Type'], init.body])).toEqual([
      ['POST', 'application/json', '{"name":"a"}'],
      ['POST', 'application/json', '{}'],
    ]);
  });

  it('gives a file with the name that the gateway gave it', async () => {
    answer = () => new Response('a,b', { headers: { 'content-disposition': 'attachment; filename="weir-audit.csv"' } });
    const { blob, name } = await getFile('/audit/export', { format: 'csv' });
    expect([await blob.text(), name]).toEqual(['a,b', 'weir-audit.csv']);
  });
});

describe('a refusal', () => {
  it('keeps its code, its title and everything else it says', async () => {
    answer = () => problem(409, { code: 'wrong-state', title: 'Not now.', state: 'released', requestId: 'r1' });
    const failure: unknown = await post('/messages/x/release').catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(ApiFailure);
    expect(failure).toMatchObject({ status: 409, code: 'wrong-state', message: 'Not now.', details: { state: 'released', requestId: 'r1' } });
  });

  it('says when nobody answered, and passes on that the page gave up', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await expect(get('/policy')).rejects.toMatchObject({ status: 0, code: UNREACHABLE });
    answer = () => Promise.reject(new DOMException('', 'AbortError'));
    await expect(get('/policy')).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('that is no document of ours says its status', async () => {
    answer = () => new Response('<html>', { status: 502, statusText: 'Bad Gateway' });
    await expect(get('/policy')).rejects.toMatchObject({ status: 502, code: 'internal', message: '502 Bad Gateway' });
  });

  it('tells the console that the session has ended, except while one signs in', async () => {
    let ended = 0;
    const forget = onSessionEnded(() => (ended += 1));
    answer = () => problem(401, { code: 'unauthorized', title: 'Sign in.' });
    await expect(post('/session/password', {})).rejects.toMatchObject({ status: 401 });
    expect(ended).toBe(0);
    await expect(get('/policy')).rejects.toMatchObject({ status: 401 });
    expect(ended).toBe(1);
    answer = () => problem(403, { code: 'forbidden', title: 'No.' });
    await expect(get('/policy')).rejects.toMatchObject({ status: 403 });
    forget();
    expect(ended).toBe(1);
  });
});
