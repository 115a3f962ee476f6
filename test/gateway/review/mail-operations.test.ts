/** What the API says of a held mail, and decisions about some of its recipients. */
import { describe, expect, it } from '@jest/globals';
import { contentOperations } from '../../../gateway/review/content-operations.js';
import type { ContentPorts } from '../../../gateway/review/content-ports.js';
import { decisionOperations } from '../../../gateway/review/decision-operations.js';
import { outsideOf } from '../../../gateway/review/mail-answers.js';
import { ApiProblem } from '../../../gateway/review/problem.js';
import { RIGHTS, type AuditEntry, type Caller, type ExchangeId, type MailSplits, type RecipientFate, type ReviewLedger } from '../../../gateway/ports.js';
import { manualClock } from '../../kit/clock.js';
import { memoryContent } from '../../kit/memory-content.js';
import { numberSource } from '../../kit/numbers.js';
import { sealed } from '../preview/sealed.js';

const ID = numberSource(711).residentId();
const PERSON: Caller = { actor: 'account:ann', kind: 'person', accountId: 'a', roles: ['reviewer'], rights: new Set(RIGHTS), scope: undefined };
const OTHER = 'w1123456789abcdefghijklmnop' as ExchangeId;
const fate = (n: number, address: string, change: Partial<RecipientFate> = {}): RecipientFate => ({ n, address, mark: 'abcdefghijabcdefghij', fate: 'held', hop: 'mx.example:25', at: new Date('2026-01-01T00:00:00Z'), inDoubt: false, ...change });
const RECIPIENTS = [fate(0, 'z***@corp.example'), fate(1, 'l***@bank.example'), fate(2, 'w***@bank.example', { fate: 'refused', reply: { code: 550, enhanced: '5.1.1' } })];

function desk(splits?: MailSplits) {
  const test = sealed(Buffer.from(`From: ann@corp.example\r\nSubject: hello\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>ID ${ID}</p>\r\n`), 'message/rfc822');
  const one = { ...test.stored, channel: 'smtp' as const, sender: 'a***@corp.example', mail: { recipients: RECIPIENTS } };
  const audited: AuditEntry[] = [];
  const decided: { readonly id: string; readonly what: string; readonly given: object }[] = [];
  const decide = (what: string) => async (id: string, given: object) => {
    decided.push({ id, what, given });
    return { kind: 'done' as const, state: 'releasing' as const };
  };
  const ledger = { get: async (id: string) => (id === one.id ? one : undefined), release: decide('release'), reject: decide('reject') } as Partial<ReviewLedger> as ReviewLedger;
  const ports: ContentPorts = { ...memoryContent(), ledger, splits, clock: manualClock(), isOutside: outsideOf(['corp.example', '*.corp.example']), audit: { append: async (entry) => void audited.push(entry) }, preview: test.preview };
  const operations = [...contentOperations(ports), ...decisionOperations(ports)];
  const run = async (id: string, call: { readonly body?: unknown; readonly query?: unknown } = {}): Promise<unknown> => {
    const operation = operations.find((candidate) => candidate.id === id);
    if (operation === undefined) throw new Error(`no operation ${id}`);
    return operation.answer.parse(await operation.run({ params: { id: one.id }, query: {}, body: undefined, ...call, caller: PERSON, language: 'en' } as never));
  };
  const refusal = (id: string, body: unknown): Promise<string> =>
    run(id, { body }).then(() => 'none', (thrown: unknown) => {
      if (thrown instanceof ApiProblem) return thrown.code;
      throw thrown;
    });
  return { run, refusal, audited, decided, id: one.id };
}
const splitting = (calls: (readonly number[])[] = []): MailSplits => ({
  async split(_id, recipients) {
    calls.push(recipients);
    return recipients.includes(2) ? { kind: 'no-recipients' } : { kind: 'done', id: OTHER, made: true };
  },
});

describe('a held mail in the API', () => {
  it('has its envelope with each recipient’s fate, and who of them is outside', async () => {
    expect(await desk().run('getMessage')).toMatchObject({
      mail: {
        from: 'a***@corp.example',
        recipients: [
          { n: 0, address: 'z***@corp.example', outside: false, fate: 'held', hop: 'mx.example:25', inDoubt: false },
          { n: 1, address: 'l***@bank.example', outside: true },
          { n: 2, outside: true, fate: 'refused', code: 550, enhanced: '5.1.1' },
        ],
      },
    });
  });

  it('is shown as a mail, on record before anything is shown, and its HTML as text', async () => {
    const { run, audited } = desk();
    const mail = await run('messageMail');
    expect(mail).toMatchObject({ fields: [{ name: 'from', people: [{ address: [{ text: 'ann@corp.example' }] }] }, { name: 'subject' }, { name: 'mime-version' }, { name: 'content-type' }], texts: [{ path: 'body/text' }], attachments: [] });
    const text = await run('messageContent', { query: { part: 'body/text', as: 'text' } });
    expect(text).toMatchObject({ view: { kind: 'text', segments: [{ text: 'ID ' }, { masked: true, finding: 0 }, { text: '\n' }] } });
    expect(audited.map(({ act }) => act)).toEqual(['message.mail', 'message.content']);
    expect(JSON.stringify([mail, text, audited])).not.toContain(ID.slice(1, -1));
  });
});

describe('a decision about some recipients', () => {
  it('is about a message of its own, and its id is answered', async () => {
    const calls: (readonly number[])[] = [];
    const { run, decided } = desk(splitting(calls));
    expect(await run('releaseMessage', { body: { as: 'original', reason: 'checked', recipients: [1] } })).toMatchObject({ id: OTHER, state: 'releasing' });
    expect(await run('rejectMessage', { body: { reason: 'no need', recipients: [0, 1], notify: false, words: 'Please ask the desk.' } })).toMatchObject({ id: OTHER });
    expect(calls).toEqual([[1], [0, 1]]);
    expect(decided).toMatchObject([
      { id: OTHER, what: 'release', given: { as: 'original', actor: 'account:ann' } },
      { id: OTHER, what: 'reject', given: { notify: false, words: 'Please ask the desk.' } },
    ]);
  });

  it('is about all where nobody is named', async () => {
    const calls: (readonly number[])[] = [];
    const { run, decided, id } = desk(splitting(calls));
    await run('releaseMessage', { body: { as: 'masked', reason: 'checked' } });
    expect({ calls, ids: decided.map((one) => one.id) }).toEqual({ calls: [], ids: [id] });
  });

  it('decides nothing where a recipient does not wait, and refuses lists of none, of twins and of no numbers', async () => {
    const { refusal, decided } = desk(splitting());
    expect(await refusal('releaseMessage', { as: 'original', reason: 'checked', recipients: [2] })).toBe('no-such-recipients');
    expect(await desk().refusal('rejectMessage', { reason: 'no', recipients: [0] })).toBe('no-such-recipients');
    for (const recipients of [[], [1, 1], [-1], [0.5], ['a'], 1]) expect(await refusal('releaseMessage', { as: 'original', reason: 'checked', recipients })).toBe('invalid-request');
    expect(decided).toEqual([]);
  });

  it('takes no number into the words for the sender', async () => {
    expect(await desk().refusal('rejectMessage', { reason: 'no', words: `your ${ID}` })).toBe('invalid-request');
  });
});

describe('outside', () => {
  it('is what none of one’s own domains covers, and unknown where there are none', () => {
    const outside = outsideOf(['corp.example', '*.corp.example']);
    expect(['a***@corp.example', 'a***@CORP.example', 'a***@x.corp.example', 'a***@notcorp.example', 'a***'].map(outside)).toEqual([false, false, false, true, undefined]);
    expect(outsideOf([])('a***@b.example')).toBeUndefined();
  });
});
