/** What a person asks of the queue, what the ledger is asked, what groups form, and what is written down. */
import { describe, expect, it } from '@jest/globals';
import { MARK } from '../../../gateway/address-mark.js';
import { hasNumberShape } from '../../../gateway/review/number-shape.js';
import { withoutAddresses } from '../../../gateway/review/filters-operations.js';
import { ledgerFilter, scopeMarks, searchNote } from '../../../gateway/review/queue-asked.js';
import { groupOf, queueFacts } from '../../../gateway/review/queue-facts.js';
import { queueQuery, type AskedFilter } from '../../../gateway/review/queue-schemas.js';
import { wordsOf, wordsWanted } from '../../../gateway/review/queue-words.js';
import { slaState } from '../../../gateway/review/queue-view.js';
import { heldMessage } from '../../kit/held.js';
import { assess, mark, queueMessage, seeded } from '../../kit/queue-messages.js';

const ann = { accountId: 'ann' };
const ask = (asked: AskedFilter) => ledgerFilter(asked, ann, mark);
const found = (message: Parameters<typeof assess>[0], asked: AskedFilter): boolean => {
  const terms = new Set(assess(message).terms);
  return ask(asked).terms.every((any) => any.some((term) => terms.has(term)));
};

describe('a query', () => {
  it('takes one value, several with commas, or the key repeated, each once', () => {
    expect(queueQuery.parse({ state: 'held' })).toMatchObject({ state: ['held'], order: 'newest', limit: 50 });
    expect(queueQuery.parse({ state: 'held,failed' }).state).toEqual(['held', 'failed']);
    expect(queueQuery.parse({ state: ['held', 'failed,held'] }).state).toEqual(['held', 'failed']);
  });

  it.each([{ state: '' }, { state: 'held,,failed' }, { order: 'size' }, { from: 'yesterday' }, { sender: 'a b@c' }, { text: '身份证 11010519491231002X' }, { group: 'A1' }, { limit: '201' }])('refuses %j', (query) => {
    expect(queueQuery.safeParse(query).success).toBe(false);
  });

  it('finds an incident by its id, though it holds digits', () => {
    expect(ask({ text: 'w01K9Z7A0B1C2D3E4F5G6H7J8K9' }).id).toBe('w01K9Z7A0B1C2D3E4F5G6H7J8K9');
    expect(queueQuery.safeParse({ text: 'w01234567890123456789012345' }).success).toBe(true);
  });

  it('asks for `me` and `nobody` by what they are, and the start-up token is nobody', () => {
    expect(ask({ assignee: 'me' }).assignee).toBe('ann');
    expect(ask({ assignee: 'nobody' }).assignee).toBeNull();
    expect(() => ledgerFilter({ assignee: 'me' }, { accountId: undefined }, mark)).toThrow();
  });
});

describe('search', () => {
  const message = queueMessage(seeded(1), {
    subject: '关于季度客户名单的说明 Q3-Report', fileNames: ['工资表_2026.xlsx'], target: '/share/upload/list', marks: { sender: mark('Li <LI.Wei@Corp.example>'), user: mark('liwei'), recipients: [mark('x@outside.example')] },
  });
  it.each(['客户名单', '季度', 'report', 'Q3', '工资表', 'xlsx', 'UPLOAD', '说明 report', '单'])('finds a message by %s', (text) => expect(found(message, { text })).toBe(true));
  it.each(['客户合同', 'repo', '名单客户', 'docx', '说明 docx'])('does not find it by %s', (text) => expect(found(message, { text })).toBe(false));
  it('finds nothing by a text without words, rather than everything', () => expect(found(message, { text: '—…' })).toBe(false));
  it.each(['li.wei@corp.example', 'LI.WEI@CORP.EXAMPLE', '@corp.example', 'corp.example', 'liwei', mark('li.wei@corp.example').whole])('finds it by its sender as %s', (sender) => expect(found(message, { sender })).toBe(true));
  it.each(['wei@corp.example', '@example', 'li', '@orp.example'])('does not find it by %s', (sender) => expect(found(message, { sender })).toBe(false));
  it('keeps a sender and a recipient apart', () => {
    expect(found(message, { recipient: '@outside.example' })).toBe(true);
    expect(found(message, { recipient: '@corp.example' })).toBe(false);
  });
  it('every word wanted is a word stored, wherever it stands in the text', () => {
    for (const text of ['季度客户名单', 'a-b_c', '工 资 表', 'Ｑ３报告', '𠮷野家 menu']) expect(wordsOf(`x ${text} y`)).toEqual(expect.arrayContaining([...wordsWanted(text)]));
  });
});

describe('what is written down', () => {
  it('of a search holds choices from lists, never an address or a word', () => {
    const note = searchNote({ state: ['held'], sender: 'li.wei@corp.example', text: '名单', assignee: 'me' });
    expect(note).toEqual({ state: ['held'], assignee: 'me', by: ['sender', 'text'] });
  });
  it('of a saved filter holds marks in place of addresses, which find the same, and masked labels', () => {
    const { kept, labels } = withoutAddresses({ sender: 'li.wei@corp.example', recipient: 'bank.example' }, mark, (address) => `${address.slice(0, 1)}***`);
    expect(kept.sender).toMatch(MARK);
    expect(ask(kept).terms[0]).toEqual(ask({ sender: 'li.wei@corp.example' }).terms[0]);
    expect(ask({ recipient: 'bank.example' }).terms[0]).toContain(ask(kept).terms[1]?.[0]);
    expect(labels).toEqual({ sender: 'l***', recipient: 'b***' });
  });
  it('no mark and no group key looks like a number', () => {
    for (let i = 0; i < 500; i++) expect(hasNumberShape(`${mark(`${i}@a.example`).whole} ${groupOf(heldMessage()).key}`)).toBe(false);
  });
  it('a scope’s senders become marks, and a missing list stays missing', () => {
    expect(scopeMarks({ senders: ['@corp.example'], routes: ['mail'] }, mark)).toEqual({ routes: ['mail'], departments: undefined, senders: [mark('x@corp.example').domain] });
    expect(scopeMarks(undefined, mark)).toBeUndefined();
  });
});

describe('groups', () => {
  const sender = (address: string) => ({ sender: mark(address), user: undefined, recipients: [] });
  const [first] = heldMessage().findings;
  const findings = (...prints: string[]) => prints.map((fingerprint) => ({ ...first, detector: 'cn.phone', fingerprint }) as NonNullable<typeof first>);
  it('hold the same findings from the same sender, in any order and number', () => {
    const one = groupOf(heldMessage({ marks: sender('a@b.example'), findings: findings('1', '2') }));
    expect(one.why).toBe('fingerprints');
    expect(groupOf(heldMessage({ marks: sender('a@b.example'), findings: findings('2', '1', '2'), subject: 'other' }))).toEqual(one);
    expect(groupOf(heldMessage({ marks: sender('c@b.example'), findings: findings('1', '2') })).key).not.toBe(one.key);
    expect(groupOf(heldMessage({ marks: sender('a@b.example'), findings: findings('1') })).key).not.toBe(one.key);
  });
  it('without findings hold the same subject from the same sender, or the same content', () => {
    const same = groupOf(heldMessage({ marks: sender('a@b.example'), findings: [], subject: 'weekly', contentFingerprint: 'x' }));
    expect(same).toEqual(groupOf(heldMessage({ marks: sender('a@b.example'), findings: [], subject: 'weekly', contentFingerprint: 'y' })));
    expect(same.why).toBe('sender');
    const file = groupOf(heldMessage({ marks: sender('a@b.example'), findings: [], subject: undefined, contentFingerprint: 'x' }));
    expect(file.why).toBe('file');
    expect(groupOf(heldMessage({ marks: sender('z@b.example'), findings: [], subject: undefined, contentFingerprint: 'x' }))).toEqual(file);
  });
});

describe('a group that many are decided with at once', () => {
  const [first] = heldMessage().findings;
  const base = { marks: { sender: mark('a@b.example'), user: undefined, recipients: [mark('c@partner.example')] }, contentFingerprint: 'x' };
  const harmless = groupOf(heldMessage(base)).key;
  it.each([
    ['for another domain', { marks: { ...base.marks, recipients: [mark('me@elsewhere.example')] } }],
    ['for another host', { destination: 'other.example' }],
    ['stopped by another rule', { rule: 'hold-cards' }],
    ['of another severity', { severity: 'critical' as const }],
    ['with a part nobody could read', { unscannable: [{ part: 'body/2', reason: 'encrypted' as const, bytes: 9, detail: 'zip' }] }],
  ])('never takes in a message %s', (_, change) => {
    expect(groupOf(heldMessage({ ...base, ...change })).key).not.toBe(harmless);
  });
  it('never takes in a message of which more was found than is kept, unless its bytes are the same', () => {
    const decoys = { ...base, findings: Array.from({ length: 1000 }, () => first as NonNullable<typeof first>) };
    const same = groupOf(heldMessage({ ...decoys, findingCounts: { 'cn.phone': 1000 } })).key;
    const more = { ...decoys, findingCounts: { 'cn.phone': 1000, 'bank-card': 500 } };
    expect(groupOf(heldMessage(more)).key).not.toBe(same);
    expect(groupOf(heldMessage(more))).toEqual(groupOf(heldMessage(more)));
    expect(groupOf(heldMessage({ ...more, contentFingerprint: 'y' })).key).not.toBe(groupOf(heldMessage(more)).key);
  });
});

describe('outside', () => {
  const rules = (own: readonly string[]) => ({ gradesOf: () => [], ownDomains: new Set(own.map((domain) => mark(`@${domain}`).whole)) });
  const to = (...recipients: string[]) => heldMessage({ marks: { sender: mark('a@corp.example'), user: undefined, recipients: recipients.map(mark) } });
  const isOutside = (own: readonly string[], message: ReturnType<typeof to>): boolean => queueFacts(rules(own), message, false).riskReasons.some(({ code }) => code === 'recipient-outside');
  it('is a recipient of another domain than the sender, or of none of one’s own where they are named', () => {
    expect(isOutside([], to('b@corp.example'))).toBe(false);
    expect(isOutside([], to('b@corp.example', 'c@other.example'))).toBe(true);
    expect(isOutside(['corp.example', 'other.example'], to('c@other.example'))).toBe(false);
    expect(isOutside(['house.example'], to('b@corp.example'))).toBe(true);
  });
});

describe('the time to decide', () => {
  it.each([[0, 'ok'], [74, 'ok'], [75, 'soon'], [99, 'soon'], [100, 'late'], [1_000, 'late']])('at %i %% of it a message is %s', (waited, state) => {
    expect(slaState(waited, 100)).toBe(state);
  });
});
