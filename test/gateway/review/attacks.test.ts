/** What a caller could have written down, broken or decided by the way a request is put: each of them once worked. */
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { RIGHTS_OF, type Caller, type ExceptionLedger, type Visit } from '../../../gateway/ports.js';
import { afterCursor } from '../../../gateway/ledger/queue-filter.js';
import { grantBody } from '../../../gateway/review/accounts-schemas.js';
import { auditExportQuery, auditQuery } from '../../../gateway/review/audit-schemas.js';
import { contentQuery } from '../../../gateway/review/content-schemas.js';
import { decisionOperations } from '../../../gateway/review/decision-operations.js';
import { exceptionsOperations } from '../../../gateway/review/exceptions-operations.js';
import { policyOperations } from '../../../gateway/review/policy-operations.js';
import { filterBody, queueQuery } from '../../../gateway/review/queue-schemas.js';
import { adminListener } from '../../../gateway/wiring/admin-listener.js';
import { numberSource } from '../../kit/numbers.js';

const phone = numberSource(7).phone();

describe('what a search leaves in the audit', () => {
  it('is no number that somebody typed into the wrong field', () => {
    for (const query of [auditQuery, auditExportQuery]) expect(query.safeParse({ subject: phone }).success).toBe(false);
    for (const query of [queueQuery, filterBody]) expect(query.safeParse({ assignee: phone }).success).toBe(false);
    expect(contentQuery.safeParse({ offset: phone }).success).toBe(false);
    expect([auditQuery.safeParse({ subject: 'w01K9Z7A0B1C2D3E4F5G6H7J8K9' }).success, queueQuery.safeParse({ assignee: 'w01K9Z7A0B1C2D3E4F5G6H7J8K9' }).success, contentQuery.safeParse({ offset: '9000000000' }).success]).toEqual([true, true, true]);
  });
});

describe('a scope', () => {
  it('that bounds nothing is not taken for one: who approves would read a bound that is not there', () => {
    expect(grantBody.safeParse({ accountId: 'a1', role: 'reviewer', scope: {} }).success).toBe(false);
    expect(grantBody.safeParse({ accountId: 'a1', role: 'reviewer', scope: { routes: ['mail'] } }).success).toBe(true);
  });
});

describe('the validator', () => {
  it('does not say a number back that stands in the file it looks at', async () => {
    const problem = { path: `routes.${phone}`, line: 1, column: 1, problem: `${phone} is not a known key`, example: `${phone}: 1` };
    const anything: unknown = new Proxy(() => undefined, { get: () => anything });
    const ports = { ...(anything as Parameters<typeof policyOperations>[0]), validate: () => ({ ok: false, problems: [problem], warnings: [problem] }) };
    const validate = policyOperations(ports).find(({ id }) => id === 'validatePolicy');
    const answer = await validate?.run({ params: {}, query: {}, body: { yaml: 'x: 1' }, caller: {} as Caller, visit: {} as Visit, language: 'en' });
    expect(JSON.stringify(answer)).not.toContain(phone);
    expect(answer).toMatchObject({ problems: [{ line: 1, problem: '*********** is not a known key' }] });
  });
});

describe('a cursor', () => {
  it('that names no time there is, is one that no page has given', () => {
    expect(afterCursor('expiry', '9999999999999999.w1')).toBeUndefined();
    expect(afterCursor('expiry', '1790000000000.w1')).toBeDefined();
  });
});

describe('a second opinion', () => {
  const security: Caller = { actor: 'account:sec', kind: 'person', accountId: 's', roles: ['security-admin'], rights: new Set(RIGHTS_OF['security-admin']), scope: undefined };

  it('that silences findings is a person’s: no token approves an exception', async () => {
    const approved: string[] = [];
    const exceptions = { approve: (id: string) => (approved.push(id), Promise.resolve({ kind: 'not-found' as const })) } as Partial<ExceptionLedger> as ExceptionLedger;
    const approve = exceptionsOperations({ exceptions }).find(({ id }) => id === 'approveException');
    const call = (caller: Caller) => approve?.run({ params: { id: 'x1' }, query: {}, body: { reason: 'seen' }, caller, visit: {} as Visit, language: 'en' });
    await expect(call({ ...security, actor: 'token:sec/ci', kind: 'token' })).rejects.toMatchObject({ code: 'person-needed' });
    expect(approved).toEqual([]);
    await expect(call(security)).rejects.toMatchObject({ code: 'not-found' });
    expect(approved).toEqual(['x1']);
  });

  it('that is taken back asks for the right that the document names', () => {
    const anything: unknown = new Proxy(() => undefined, { get: () => anything });
    const refuse = decisionOperations(anything as Parameters<typeof decisionOperations>[0]).find(({ id }) => id === 'refuseMessage');
    expect(refuse?.right).toEqual(['messages.decide', 'messages.approve']);
  });
});

describe('the admin listener', () => {
  const listening = (limits: object) =>
    adminListener({ host: '127.0.0.1', port: 0 }, (request, response) => void request.resume().once('end', () => response.end()), { connections: 500, headersMs: 10_000, requestMs: 30_000, checkMs: 5_000, ...limits });
  const caller = async (url: string, text: string): Promise<{ readonly socket: Socket; readonly end: Promise<string> }> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let heard = '';
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1'))).on('error', () => undefined);
    const end = new Promise<string>((done) => void socket.once('close', () => done(heard)));
    await new Promise((open) => void socket.once('connect', open));
    socket.write(text);
    return { socket, end };
  };

  it('ends requests whose head or body trickles in', async () => {
    const listener = await listening({ headersMs: 50, requestMs: 60, checkMs: 10 });
    try {
      const head = await caller(listener.url, 'POST / HTTP/1.1\r\nhost: x\r\n');
      const body = await caller(listener.url, 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{');
      expect([await head.end, await body.end].map((text) => text.slice(0, 12))).toEqual(['HTTP/1.1 408', 'HTTP/1.1 408']);
    } finally {
      await listener.close();
    }
  });

  it('takes so many connections, that the data plane keeps its own', async () => {
    const listener = await listening({ connections: 2 });
    const held = [await caller(listener.url, 'GET'), await caller(listener.url, 'GET')];
    try {
      expect(await (await caller(listener.url, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n')).end).toBe('');
    } finally {
      for (const { socket } of held) socket.destroy();
      await listener.close();
    }
  });
});
