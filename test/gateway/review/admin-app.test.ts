import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { z } from 'zod';
import { LedgerFailure } from '../../../gateway/errors.js';
import { decisionAnswer } from '../../../gateway/review/decision-schemas.js';
import { queueAnswer } from '../../../gateway/review/queue-schemas.js';
import { messageAnswer } from '../../../gateway/review/message-schemas.js';
import { monitorReportAnswer, problemAnswer } from '../../../gateway/review/schemas.js';
import { numberSource } from '../../kit/numbers.js';
import { healthy, message, RIGHT, stand, TOKEN } from './stand.js';

const ID = 'w0123456789abcdefghijklmnop';
const OPEN = ['/healthz', '/readyz', '/readyz?for=hold', '/metrics', '/api/v1/openapi.json'];
const GUARDED: readonly (readonly ['get' | 'post', string, object | undefined])[] = [
  ['get', '/api/v1/messages', undefined],
  ['get', `/api/v1/messages/${ID}`, undefined],
  ['post', `/api/v1/messages/${ID}/release`, { as: 'masked', reason: 'agreed with the owner' }],
  ['post', `/api/v1/messages/${ID}/reject`, { reason: 'not allowed' }],
  ['post', `/api/v1/messages/${ID}/settle`, { outcome: 'arrived', reason: 'seen at its destination' }],
  ['get', '/api/v1/monitor-report', undefined],
];

describe('who may ask what', () => {
  it.each(OPEN)('%s answers without a token', async (path) => {
    await request(stand().app).get(path).expect(200);
  });

  it.each(GUARDED)('%s %s answers 401 without a token and with a wrong one, and does nothing', async (method, path, body) => {
    const { app, messages, decisions, audited } = stand();
    messages.set(ID, message(ID));
    for (const authorization of ['', 'Bearer', 'Bearer wrong', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, `Bearer ${TOKEN} ${TOKEN}`, `Bearer ${'a'.repeat(4000)}`]) {
      const asked = request(app)[method](path).set('Authorization', authorization);
      const answer = await (body === undefined ? asked : asked.send(body));
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(problemAnswer.parse(answer.body).code).toBe('unauthorized');
    }
    expect(decisions).toEqual([]);
    expect(audited).toEqual([]);
  });

  it.each(GUARDED)('%s %s answers with the right token', async (method, path, body) => {
    const { app, messages } = stand();
    messages.set(ID, message(ID, path.endsWith('settle') ? 'uncertain' : 'held'));
    const asked = request(app)[method](path).set('Authorization', RIGHT);
    const answer = await (body === undefined ? asked : asked.send(body));
    expect([200, 202]).toContain(answer.status);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('an unknown address below /api tells nothing without a token', async () => {
    const { app } = stand();
    await request(app).get('/api/v1/nothing').expect(401);
    await request(app).get('/api/v1/nothing').set('Authorization', RIGHT).expect(404);
  });

  it('ten wrong tokens from one address close the door for a minute, one audit entry is written, and it opens again', async () => {
    const { app, clock, audited, logged } = stand();
    for (let n = 0; n < 10; n++) await request(app).get('/api/v1/messages').set('Authorization', 'Bearer wrong-one').expect(401);
    const closed = await request(app).get('/api/v1/messages').set('Authorization', RIGHT).expect(429);
    expect(closed.headers['retry-after']).toBe('60');
    await request(app).get('/api/v1/messages').set('Authorization', 'Bearer wrong-one').expect(429);
    expect(audited.map((entry) => entry.act)).toEqual(['auth.locked-out']);
    expect(JSON.stringify(logged)).not.toContain('wrong-one');
    clock.advance(60_000);
    await request(app).get('/api/v1/messages').set('Authorization', RIGHT).expect(200);
  });

  it('asking without a token is not an attempt', async () => {
    const { app } = stand();
    for (let n = 0; n < 20; n++) await request(app).get('/api/v1/messages').expect(401);
    await request(app).get('/api/v1/messages').set('Authorization', RIGHT).expect(200);
  });

  it('an app without a real token is not built', () => {
    expect(() => stand({ token: '' })).toThrow(RangeError);
  });
});

describe('messages', () => {
  it('a list is paged, filtered and audited, and shows no finding', async () => {
    const { app, messages, audited } = stand();
    for (let n = 0; n < 5; n++) messages.set(`w${n}`, message(`w${n}`, n === 4 ? 'released' : 'held'));
    const first = await request(app).get('/api/v1/messages?state=held&limit=3').set('Authorization', RIGHT).expect(200);
    const page = queueAnswer.parse(first.body);
    expect(page.messages.map((one) => one.id)).toEqual(['w0', 'w1', 'w2']);
    const second = await request(app).get(`/api/v1/messages?state=held&limit=3&after=${String(page.next)}`).set('Authorization', RIGHT).expect(200);
    expect(queueAnswer.parse(second.body)).toMatchObject({ messages: [{ id: 'w3' }] });
    expect(first.text).not.toContain('138****8000');
    expect(audited).toMatchObject([
      { actor: 'token:admin', act: 'message.search', data: { state: ['held'], order: 'newest', found: 3 } },
      { actor: 'token:admin', act: 'message.search', data: { state: ['held'], found: 1 } },
    ]);
  });

  it('a message shows masked findings and its receipt, never a fingerprint, and who saw it is audited', async () => {
    const { app, messages, audited } = stand();
    messages.set(ID, message(ID, 'released', { decision: { kind: 'release', as: 'masked', reason: 'fine', actor: 'token:admin', at: new Date(0) }, delivery: { status: 201, at: new Date(0), attempts: 1 } }));
    const answer = await request(app).get(`/api/v1/messages/${ID}`).set('Authorization', RIGHT).expect(200);
    expect(messageAnswer.parse(answer.body)).toMatchObject({ id: ID, findings: [{ preview: '138****8000' }], delivery: { status: 201 } });
    expect(answer.text).not.toMatch(/feedface|deadbeef/);
    expect(audited).toMatchObject([{ actor: 'token:admin', act: 'message.view', subject: ID }]);
  });

  it('no message leaves when its audit entry cannot be written', async () => {
    const { app, messages } = stand({ audit: { append: () => Promise.reject(new Error('disk full')) } });
    messages.set(ID, message(ID));
    const answer = await request(app).get(`/api/v1/messages/${ID}`).set('Authorization', RIGHT).expect(503);
    expect(answer.text).not.toMatch(/disk full|138/);
  });

  it.each(['nothing-here', 'w%00', 'w%2f..%2f', 'x'.repeat(65)])('an id that names no message (%s) is 404', async (id) => {
    const { app, audited } = stand();
    const answer = await request(app).get(`/api/v1/messages/${id}`).set('Authorization', RIGHT).expect(404);
    expect(problemAnswer.parse(answer.body).code).toBe('not-found');
    expect(audited).toEqual([]);
  });

  it.each(['state=nonsense', 'limit=0', 'limit=201', 'limit=ten', 'state=held,nonsense', 'order=size', 'text=13800138000', 'unknown=1', 'route=UPPER', 'after=%00', 'route=r13800138000'])(
    'a list asked for with %s is 400 and names what is wrong',
    async (query) => {
      const { app } = stand();
      const answer = await request(app).get(`/api/v1/messages?${query}`).set('Authorization', RIGHT).expect(400);
      expect(problemAnswer.parse(answer.body).problems).toHaveLength(1);
    },
  );
});

describe('decisions', () => {
  it('a release reaches the ledger with its form, trimmed reason and actor', async () => {
    const { app, messages, decisions } = stand();
    messages.set(ID, message(ID));
    const answer = await request(app).post(`/api/v1/messages/${ID}/release`).set('Authorization', RIGHT).send({ as: 'original', reason: '  客户已书面同意  ' }).expect(202);
    expect(decisionAnswer.parse(answer.body)).toEqual({ id: ID, state: 'releasing' });
    expect(decisions).toEqual([{ id: ID, kind: 'release', as: 'original', reason: '客户已书面同意', actor: 'token:admin' }]);
  });

  it('a second decision is 409 and names the state the message is in', async () => {
    const { app, messages } = stand();
    messages.set(ID, message(ID));
    const reject = () => request(app).post(`/api/v1/messages/${ID}/reject`).set('Authorization', RIGHT).send({ reason: 'no' });
    await reject().expect(200);
    expect((await reject().expect(409)).body).toMatchObject({ code: 'wrong-state', state: 'rejected' });
  });

  it('an uncertain release is settled by a person', async () => {
    const { app, messages } = stand();
    messages.set(ID, message(ID, 'uncertain'));
    const answer = await request(app).post(`/api/v1/messages/${ID}/settle`).set('Authorization', RIGHT).send({ outcome: 'retry', reason: 'never arrived' }).expect(200);
    expect(answer.body).toEqual({ id: ID, state: 'releasing' });
  });

  it.each([
    [{}, 2],
    [{ as: 'raw', reason: 'x' }, 1],
    [{ as: 'masked', reason: '   ' }, 1],
    [{ as: 'masked', reason: 'x'.repeat(501) }, 1],
    [{ as: 'masked', reason: 'x', extra: 1 }, 1],
    [{ as: 'masked', reason: 'a\u0000b' }, 1],
    [[], 1],
  ])('a release with body %j is 400, with every problem named, and decides nothing', async (body, count) => {
    const { app, messages, decisions } = stand();
    messages.set(ID, message(ID));
    const answer = await request(app).post(`/api/v1/messages/${ID}/release`).set('Authorization', RIGHT).send(body).expect(400);
    expect(problemAnswer.parse(answer.body).problems).toHaveLength(count);
    expect(decisions).toEqual([]);
  });

  it('a reason with a number in it, however written, is refused in the language asked for and not repeated', async () => {
    const { app, messages, logged } = stand();
    messages.set(ID, message(ID));
    const number = numberSource(7).phone();
    const wide = Array.from(number, (digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
    for (const reason of [number, `call ${number.replace(/(\d{3})(\d{4})/, '$1-$2 ')}`, wide, Array.from(number).join('\u200b')]) {
      const answer = await request(app).post(`/api/v1/messages/${ID}/reject`).set('Authorization', RIGHT).set('Accept-Language', 'zh-CN,zh;q=0.9').send({ reason }).expect(400);
      expect(answer.body).toMatchObject({ title: '请求内容无效。', problems: [{ path: 'reason', message: expect.stringContaining('疑似含有个人号码') }] });
      expect(answer.text).not.toContain(reason);
    }
    expect(JSON.stringify(logged)).not.toContain(number);
  });

  it.each(['On 2026-11-22 at 10:30 the owner agreed', 'ticket 12345, 3 files', 'see w0123456789abcdefghijklmnop'])('an ordinary reason is fine: %s', async (reason) => {
    const { app, messages } = stand();
    messages.set(ID, message(ID));
    await request(app).post(`/api/v1/messages/${ID}/reject`).set('Authorization', RIGHT).send({ reason }).expect(200);
  });

  it('bodies that are broken, too large, packed or not JSON have their own answers, and none is quoted', async () => {
    const { app } = stand();
    const post = (body: string, type = 'application/json') => request(app).post(`/api/v1/messages/${ID}/reject`).set('Authorization', RIGHT).set('Content-Type', type).send(body);
    const broken = await post('{"reason": "canary').expect(400);
    expect(broken.text).not.toContain('canary');
    await post(JSON.stringify({ reason: 'x'.repeat(70_000) })).expect(413);
    await post('reason=x', 'application/x-www-form-urlencoded').expect(415);
    await post('{}', 'application/json; charset=shift_jis').expect(415);
    await post('{}').set('Content-Encoding', 'gzip').expect(415);
    await request(app).post(`/api/v1/messages/${ID}/reject`).set('Authorization', RIGHT).expect(400);
  });

  it.each([
    ['unavailable', 503, 'ledger-unavailable'],
    ['in-doubt', 503, 'ledger-unavailable'],
    ['refused', 500, 'internal'],
  ] as const)('a ledger that is %s answers %i', async (kind, status, code) => {
    const { app, trouble, logged } = stand();
    trouble.error = new LedgerFailure(kind, undefined);
    for (const [method, path, body] of GUARDED.slice(0, 5)) {
      const asked = request(app)[method](path).set('Authorization', RIGHT);
      const answer = await (body === undefined ? asked : asked.send(body));
      expect(answer.status).toBe(status);
      expect(answer.body.code).toBe(code);
    }
    expect(logged.filter((line) => line.event === 'admin.failed')).toHaveLength(5);
  });

  it('a method that an address does not know is 405 and names those it does', async () => {
    const { app } = stand();
    const answer = await request(app).delete(`/api/v1/messages/${ID}/release`).set('Authorization', RIGHT).expect(405);
    expect(answer.headers['allow']).toBe('POST');
    await request(app).post('/metrics').expect(405);
  });
});

describe('health, metrics and description', () => {
  it('/readyz fails for everyone only when a component is down that everything needs', async () => {
    const { app } = stand({ health: [healthy('upstreams'), healthy('ledger', false, 'hold')] });
    const usual = await request(app).get('/readyz').expect(200);
    expect(usual.body).toEqual({
      ready: true,
      for: 'all',
      components: [
        { component: 'upstreams', ok: true, neededFor: 'all', detail: 'fine' },
        { component: 'ledger', ok: false, neededFor: 'hold', detail: 'away' },
      ],
    });
    expect((await request(app).get('/readyz?for=hold').expect(503)).body.ready).toBe(false);
    await request(stand({ health: [healthy('data plane', false)] }).app).get('/readyz').expect(503);
    await request(app).get('/readyz?for=tea').expect(400);
  });

  it('a check that throws is a component that is down, and its words stay inside', async () => {
    const { app } = stand({ health: [{ component: 'vault', check: () => Promise.reject(new Error('secret path')) }] });
    const answer = await request(app).get('/readyz').expect(503);
    expect(answer.text).not.toContain('secret path');
  });

  it('metrics are plain text as Prometheus reads it', async () => {
    const answer = await request(stand().app).get('/metrics').expect(200);
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.text).toContain('weir_up 1');
  });

  it('the monitor report is given as it stands', async () => {
    const answer = await request(stand().app).get('/api/v1/monitor-report').set('Authorization', RIGHT).expect(200);
    expect(monitorReportAnswer.parse(answer.body).rows).toHaveLength(1);
  });

  it('openapi.json describes every operation, its problems and its parameters', async () => {
    const { body } = await request(stand().app).get('/api/v1/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))).toEqual(expect.arrayContaining([
      'get /api/v1/messages',
      'get /api/v1/messages/{id}',
      'post /api/v1/messages/{id}/release',
      'post /api/v1/messages/{id}/reject',
      'post /api/v1/messages/{id}/settle',
      'get /api/v1/monitor-report',
    ]));
    const release = body.paths['/api/v1/messages/{id}/release'].post;
    expect(release.parameters).toMatchObject([{ name: 'id', in: 'path', required: true }]);
    expect(release.requestBody.content['application/json'].schema.required).toEqual(['as', 'reason']);
    expect(Object.keys(release.responses as object)).toEqual(['202', '400', '401', '403', '404', '409', '413', '415', '429', '500', '503']);
    expect(z.record(z.string(), z.unknown()).parse(body.components.schemas.Problem)).toHaveProperty('properties');
  });

  it('every answer has strict headers, a request id, and no signature of the framework', async () => {
    const { app } = stand();
    for (const path of ['/healthz', '/nothing', '/api/v1/messages']) {
      const { headers } = await request(app).get(path);
      expect(headers['content-security-policy']).toBe("default-src 'none';style-src 'self';img-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['x-frame-options']).toBe('DENY');
      expect(headers['x-request-id']).toMatch(/^w[0-9A-HJKMNP-TV-Z]{26}$/);
      expect(headers['x-powered-by']).toBeUndefined();
    }
  });

  it('an error nobody foresaw is 500 without its words', async () => {
    const { app, logged } = stand({ metrics: () => Promise.reject(new TypeError('canary in words')) });
    const answer = await request(app).get('/metrics').expect(500);
    expect(answer.text).not.toContain('canary');
    expect(logged.find((line) => line.event === 'admin.failed')?.fields).toMatchObject({ cause: 'TypeError' });
    expect(JSON.stringify(logged)).not.toContain('canary');
  });
});
