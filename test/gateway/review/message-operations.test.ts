/** The operations about one message: who may look at what, what each look leaves behind, and what a download is allowed to be. */
import { describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { contentOperations } from '../../../gateway/review/content-operations.js';
import type { ContentPorts } from '../../../gateway/review/content-ports.js';
import { decisionOperations } from '../../../gateway/review/decision-operations.js';
import { outsideOf } from '../../../gateway/review/mail-answers.js';
import { openingOperations } from '../../../gateway/review/opening-operations.js';
import { ApiProblem } from '../../../gateway/review/problem.js';
import { RIGHTS, type AuditEntry, type Caller, type Gate, type OpeningRequest, type ReviewLedger, type StoredMessage } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { memoryContent } from '../../kit/memory-content.js';
import { sealed } from '../preview/sealed.js';
import { NOBODY_ELSE, stand } from './stand.js';

const ID = '11010519491231002X';
const MESSAGE = 'w0123456789abcdefghijklmnop';
const PERSON: Caller = { actor: 'account:ann', kind: 'person', accountId: 'a', roles: ['reviewer'], rights: new Set(RIGHTS), scope: undefined };
const TOKEN: Caller = { ...PERSON, actor: 'token:ann/ci', kind: 'token' };
const SET_UP: Caller = { ...PERSON, actor: 'token:admin', kind: 'set-up', accountId: undefined };

function desk(change: Partial<ContentPorts> = {}, stored?: StoredMessage) {
  const test = sealed(Buffer.from(`身份证 ${ID} 完`), 'text/plain; charset=utf-8');
  const audited: AuditEntry[] = [];
  const opened: OpeningRequest[] = [];
  const clock = manualClock();
  const one = stored ?? test.stored;
  const ledger = { get: async (id: string) => (id === one.id ? one : undefined) } as Partial<ReviewLedger> as ReviewLedger;
  const ports: ContentPorts = {
    ...memoryContent(),
    ledger, clock, isOutside: outsideOf(['corp.example']),
    audit: { append: async (entry) => void audited.push(entry) },
    preview: test.preview,
    openings: {
      async open(asked) {
        opened.push(asked);
        return { kind: 'opened', expiresAt: new Date(clock.now() + 300_000) };
      },
      read: async (look) => (opened.some((open) => open.tokenHash === look.tokenHash && open.what === look.what && open.accountId === look.accountId && open.messageId === look.messageId) ? { expiresAt: new Date(clock.now() + 300_000) } : undefined),
    },
    ...change,
  };
  const operations = [...contentOperations(ports), ...openingOperations(ports), ...decisionOperations(ports)];
  const run = async (id: string, call: { readonly body?: unknown; readonly query?: unknown; readonly caller?: Caller; readonly message?: string } = {}): Promise<unknown> => {
    const operation = operations.find((candidate) => candidate.id === id);
    if (operation === undefined) throw new Error(`no operation ${id}`);
    const { body, query = {}, caller = PERSON, message = MESSAGE } = call;
    return await operation.run({ params: { id: message }, query, body, caller, language: 'en' } as never).then((answer) => (operation.media === undefined ? operation.answer.parse(answer) : answer));
  };
  const refusal = async (id: string, call: Parameters<typeof run>[1] = {}): Promise<string> => {
    try {
      await run(id, call);
      return 'none';
    } catch (thrown) {
      if (thrown instanceof ApiProblem) return thrown.code;
      throw thrown;
    }
  };
  return { run, refusal, audited, opened, operations, test };
}

describe('looking at a message', () => {
  it('is on record before anything is shown, page by page', async () => {
    const { run, audited } = desk();
    const answer = await run('messageContent', { query: { part: 'body' } });
    expect(answer).toMatchObject({ part: 'body', view: { kind: 'text', segments: [{ text: '身份证 ' }, { text: '1****************X', finding: 0 }, { text: ' 完' }] } });
    await run('getMessage');
    await run('compareMessage');
    expect(audited.map(({ act, subject }) => [act, subject])).toEqual([['message.content', MESSAGE], ['message.view', MESSAGE], ['message.compare', MESSAGE]]);
    expect(JSON.stringify([answer, audited])).not.toContain(ID.slice(1, -1));
  });

  it('tells facts without a number, and that content can be opened here', async () => {
    expect(await desk().run('getMessage')).toMatchObject({ canBeOpened: true, facts: { distinctNumbers: { 'cn.resident-id': 1 }, distinctPeople: 1, regions: [{ code: '11', en: 'Beijing', count: 1 }], atLeast: false }, falsePositives: [] });
    const without = await desk({ preview: undefined }).run('getMessage');
    expect(without).toMatchObject({ canBeOpened: false });
    expect(without).not.toHaveProperty('facts.regions', expect.anything());
  });

  it('says so where the review key is not, and where content is gone', async () => {
    const keyless = desk({ preview: undefined });
    expect([await keyless.refusal('messageContent'), await keyless.refusal('compareMessage'), await keyless.refusal('openMessage', { body: { what: 'file', reason: 'r' } })]).toEqual(['key-absent', 'key-absent', 'key-absent']);
    const gone = desk();
    await gone.test.vault.shred(gone.test.stored.id);
    expect(await gone.refusal('messageContent')).toBe('content-gone');
    expect(await gone.run('getMessage')).toMatchObject({ id: MESSAGE });
    expect(await desk().refusal('messageContent', { message: 'w-other' })).toBe('not-found');
    expect(await desk().refusal('messageContent', { query: { part: 'body/9' } })).toBe('not-found');
  });

  it('says where a masked release is not possible', async () => {
    expect(await desk({ masksOnRelease: () => false }).run('compareMessage')).toMatchObject({ possible: false });
  });
});

describe('opening an original', () => {
  it('is for people: neither tokens nor the start-up token, whatever rights they have', async () => {
    for (const caller of [TOKEN, SET_UP]) {
      const { refusal } = desk();
      expect(await refusal('openMessage', { caller, body: { what: 'values', reason: 'r' } })).toBe('person-needed');
      expect(await refusal('messageValues', { caller, query: { opening: 'x'.repeat(43) } })).toBe('person-needed');
      expect(await refusal('messageOriginal', { caller, query: { opening: 'x'.repeat(43) } })).toBe('person-needed');
    }
  });

  it('asks for a reason without a number in it, and keeps the token only as a hash', async () => {
    const { run, refusal, opened } = desk();
    expect(await refusal('openMessage', { body: { what: 'values', reason: '' } })).toBe('invalid-request');
    expect(await refusal('openMessage', { body: { what: 'values', reason: `for ${ID}` } })).toBe('invalid-request');
    const { opening } = (await run('openMessage', { body: { what: 'values', reason: 'the sender asked' } })) as { opening: string };
    expect(JSON.stringify(opened)).not.toContain(opening);
    expect(await run('messageValues', { query: { opening } })).toMatchObject({ values: [{ finding: 0, value: ID }], missing: 0 });
    // Neither for another kind nor another account.
    expect(await refusal('messageOriginal', { query: { opening } })).toBe('opening-void');
    expect(await refusal('messageValues', { caller: { ...PERSON, accountId: 'b' }, query: { opening } })).toBe('opening-void');
  });

  it('hands a file out to be saved, never to be shown, under a name of our own', async () => {
    const { operations, run } = desk();
    const { opening } = (await run('openMessage', { body: { what: 'file', reason: 'r' } })) as { opening: string };
    const gate: Gate = { ...NOBODY_ELSE, bearer: async () => ({ kind: 'caller', caller: PERSON, session: undefined }) };
    const { app } = stand({ operations, gate });
    const answer = await request(app).get(`/api/v1/messages/${MESSAGE}/original?opening=${opening}`).set('Authorization', 'Bearer of-a-person').buffer(true).parse((response, done) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () => done(null, Buffer.concat(pieces)));
    }).expect(200);
    expect((answer.body as Buffer).toString()).toBe(`身份证 ${ID} 完`);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename=weir-${MESSAGE}.bin`, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  });
});

describe('the second person', () => {
  const decide = (state: 'awaiting-second' | 'releasing'): Partial<ContentPorts> => ({
    ledger: { get: async () => undefined, approve: async () => ({ kind: 'done', state: 'releasing' }), refuse: async () => ({ kind: 'done', state: 'held' }), release: async () => ({ kind: 'done', state }) } as Partial<ReviewLedger> as ReviewLedger,
  });

  it('is a person with the right, never a token', async () => {
    const { refusal, run } = desk(decide('releasing'));
    expect(await refusal('approveMessage', { caller: TOKEN, body: { reason: 'r' } })).toBe('person-needed');
    expect(await refusal('approveMessage', { caller: SET_UP, body: { reason: 'r' } })).toBe('person-needed');
    expect(await run('approveMessage', { body: { reason: 'r' } })).toMatchObject({ state: 'releasing' });
    const same = desk({ ledger: { approve: async () => ({ kind: 'same-person' }) } as Partial<ReviewLedger> as ReviewLedger });
    expect(await same.refusal('approveMessage', { body: { reason: 'r' } })).toBe('same-person');
  });

  it.each(['rescan-found-more', 'rescan-open', 'not-maskable'] as const)('cannot let go masked, nor can the first, what a later scan stands against: %s', async (kind) => {
    const refuse = async () => ({ kind });
    const { refusal } = desk({ ledger: { approve: refuse, release: refuse, settle: refuse } as Partial<ReviewLedger> as ReviewLedger });
    expect(await refusal('approveMessage', { body: { reason: 'r' } })).toBe(kind);
    expect(await refusal('releaseMessage', { body: { as: 'masked', reason: 'r' } })).toBe(kind);
    expect(await refusal('settleMessage', { body: { outcome: 'retry', reason: 'r' } })).toBe(kind);
  });

  it('may refuse with either right, and with neither may not', async () => {
    const { refusal } = desk(decide('releasing'));
    const only = (...rights: Caller['rights'] extends ReadonlySet<infer R> ? R[] : never): Caller => ({ ...PERSON, rights: new Set(rights) });
    expect(await refusal('refuseMessage', { caller: only('messages.read'), body: { reason: 'r' } })).toBe('forbidden');
    expect(await refusal('refuseMessage', { caller: only('messages.read', 'messages.decide'), body: { reason: 'r' } })).toBe('none');
    expect(await refusal('refuseMessage', { caller: only('messages.read', 'messages.approve'), body: { reason: 'r' } })).toBe('none');
  });
});

describe('a false positive', () => {
  const body = { findings: [0], reason: 'a test number', scope: {}, expiresAt: '2026-03-01T00:00:00Z' };

  it('proposes an exception bound to values, marks the findings, and says why one is refused', async () => {
    const proposals: unknown[] = [];
    const marked: unknown[] = [];
    const ports = {
      exceptions: { propose: async (proposal: unknown) => (proposals.push(proposal), { kind: 'proposed' as const, id: 'x1' }) },
      falsePositives: { marked: async () => [], repeated: async () => undefined, mark: async (mark: unknown) => void marked.push(mark) },
    };
    const { run, refusal } = desk(ports);
    expect(await run('markFalsePositive', { body })).toEqual({ id: MESSAGE, state: 'held', exception: 'x1' });
    expect(proposals).toMatchObject([{ message: MESSAGE, findings: [0], bind: { sender: false, destination: false, detector: false, fingerprint: true }, actor: 'account:ann' }]);
    expect(marked).toMatchObject([{ messageId: MESSAGE, exception: 'x1', findings: [{ index: 0, detector: 'cn.resident-id' }] }]);
    expect(await refusal('markFalsePositive', { body: { ...body, findings: [7] } })).toBe('exception-refused');
    const refused = desk({ ...ports, exceptions: { propose: async () => ({ kind: 'invalid', problem: 'too-wide' }) } });
    expect(await refused.refusal('markFalsePositive', { body })).toBe('exception-refused');
  });
});
