/** A real mail, sealed, and what the API answers about it: read by the operations themselves, before a browser asks. */
import { contentOperations } from '../../../../gateway/review/content-operations.js';
import type { ContentAnswer } from '../../../../gateway/review/content-schemas.js';
import type { MailAnswer } from '../../../../gateway/review/mail-schemas.js';
import { outsideOf } from '../../../../gateway/review/mail-answers.js';
import { RIGHTS, type Caller, type RecipientFate, type ReviewLedger, type SealedMail } from '../../../../gateway/ports.js';
import { manualClock } from '../../../kit/clock.js';
import { encodeGb18030 } from '../../../kit/gb18030.js';
import { memoryContent } from '../../../kit/memory-content.js';
import { numberSource } from '../../../kit/numbers.js';
import { sealed } from '../../preview/sealed.js';
import { ago, messageAnswers, summary } from './reviewers-fixtures.js';
import type { Answers } from './browser.js';

const CALLER: Caller = { actor: 'account:wu.yan', kind: 'person', accountId: 'acc9', roles: ['reviewer'], rights: new Set(RIGHTS), scope: undefined };
const numbers = numberSource(720);
/** In the mail, and on no page. */
export const VALUES = { subject: numbers.residentId(), text: numbers.residentId(), html: numbers.bankCard(), file: numbers.residentId(), inner: numbers.residentId() } as const;
export const TRACKER = 'http://tracker.elsewhere.example/one.png';

const word = (text: string): string => `=?GB18030?B?${Buffer.from(encodeGb18030(text)).toString('base64')}?=`;
const lines = (bytes: Uint8Array): string => (Buffer.from(bytes).toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const html = (id: string, card: string): string =>
  `<html><head><style>p{margin:0}</style></head><body><p>李老师：</p><p>身份证 <b>${id}</b>，卡号 ${card}。</p><table><tr><td>姓名</td><td>金额</td></tr><tr><td>王五</td><td>8,200.00</td></tr></table><img src="${TRACKER}" alt="公司标志"><a href="https://pay.elsewhere.example/x">点此确认</a><script>alert(1)</script></body></html>`;

const RAW = Buffer.from([
  'Received: from mail.corp.example (192.0.2.7) by mx.corp.example; Mon, 2 Nov 2026 09:12:44 +0800',
  `From: ${word('张三 ceo@corp.example')} <zhang.san@partner.example>`,
  `To: "Li, Si" <li.si@bank.example>, ${word('王五')} <wang@corp.example>`,
  'Reply-To: desk@elsewhere.example',
  'Date: Mon, 2 Nov 2026 09:12:40 +0800',
  `Subject: ${word(`客户名单 ${VALUES.subject}（三月）`)}`,
  'Message-ID: <one@corp.example>',
  'X-Mailer: Foxmail 7.2',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary=outer', '',
  '--outer', 'Content-Type: multipart/alternative; boundary=inner', '',
  '--inner', 'Content-Type: text/plain; charset=gb18030', 'Content-Transfer-Encoding: base64', '', lines(encodeGb18030(`李老师：\r\n\r\n身份证 ${VALUES.text}，请查收附件。\r\n\r\n张三\r\n`)),
  '--inner', 'Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: base64', '', lines(Buffer.from(html(VALUES.text, VALUES.html))), '--inner--',
  '--outer', `Content-Type: text/csv; charset=utf-8; name="${word('工资表.csv')}"`, 'Content-Disposition: attachment', 'Content-Transfer-Encoding: base64', '', lines(Buffer.from(`姓名,身份证号\r\n张三,${VALUES.file}\r\n李四,—\r\n`)),
  '--outer', 'Content-Type: application/zip; name=photos.zip', 'Content-Disposition: attachment', 'Content-Transfer-Encoding: base64', '', lines(Buffer.from('504b0304140001000800', 'hex')),
  '--outer', 'Content-Type: message/rfc822', '', 'From: a@partner.example', `Subject: ${word('转发')}`, 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', '', `旧号码 ${VALUES.inner}`,
  '--outer', 'Content-Type: image/png; name=logo.png', 'Content-ID: <logo>', 'Content-Disposition: inline', 'Content-Transfer-Encoding: base64', '', PNG,
  '--outer--', '',
].join('\r\n'));

const ENVELOPE: SealedMail = {
  from: { address: 'zhang.san@corp.example', body: '8bitmime', smtpUtf8: false, requireTls: false, ret: undefined, envid: undefined, size: undefined },
  recipients: ['li.si@bank.example', 'wang@corp.example', 'secret@elsewhere.example'].map((address) => ({ address, notify: undefined, orcpt: undefined })),
  client: { address: '192.0.2.7', helo: 'pc7.corp.example', user: undefined, tls: undefined, protocol: 'ESMTP' },
  listener: 'mail',
  received: '',
};
const fate = (n: number, address: string, change: Partial<RecipientFate> = {}): RecipientFate => ({ n, address, mark: undefined, fate: 'held', hop: 'mx1.corp.example:25', at: new Date(ago(7200)), inDoubt: false, ...change });
export const RECIPIENTS: readonly RecipientFate[] = [
  fate(0, 'l***@bank.example'),
  fate(1, 'w***@corp.example', { fate: 'delivered', reply: { code: 250, enhanced: '2.0.0' } }),
  fate(2, 's***@elsewhere.example', { hop: 'mx2.corp.example:25' }),
  fate(3, 'o***@bank.example', { fate: 'refused', reply: { code: 550, enhanced: '5.1.1' } }),
];
export const SPLIT = 'w9999999999999999999999999z';

/** Answers about it, by the id of the fixture's message `n`. */
export async function mailAnswers(n: number, id: string): Promise<Answers> {
  const test = sealed(RAW, 'message/rfc822', { mail: ENVELOPE });
  const stored = { ...test.stored, channel: 'smtp' as const, route: 'smtp', method: '', target: '', destination: '', sender: 'z***@corp.example', recipients: RECIPIENTS.map(({ address }) => address), subject: '客户名单 1****************X（三月）', clientAddress: '192.0.2.7', mail: { recipients: RECIPIENTS }, receivedAt: new Date(ago(7200)), expiresAt: new Date(ago(-29 * 86_400)) };
  const operations = contentOperations({
    ...memoryContent(), clock: manualClock(), isOutside: outsideOf(['corp.example']), preview: test.preview,
    audit: { append: async () => undefined },
    ledger: { get: async () => stored } as Partial<ReviewLedger> as ReviewLedger,
  });
  const run = async (operation: string, query: object = {}): Promise<unknown> => {
    const one = operations.find((candidate) => candidate.id === operation);
    return JSON.parse(JSON.stringify(await one?.run({ params: { id: stored.id }, query, body: undefined, caller: CALLER, language: 'en' } as never)));
  };
  const message = (await run('getMessage')) as object;
  const mail = (await run('messageMail')) as MailAnswer;
  const all = (await run('messageContent')) as ContentAnswer;
  const pages = new Map<string, unknown>([[' source', all]]);
  for (const { path } of all.parts) for (const as of ['source', 'text']) pages.set(`${path} ${as}`, await run('messageContent', { part: path, as }));
  const { risk, group, grades, ageSeconds, sla, slaDueAt } = summary(n);
  const path = `/messages/${id}`;
  return {
    ...messageAnswers(n),
    [`GET ${path}`]: { ...message, id, queue: { risk, group, grades, detectors: ['cn.resident-id'], fileNames: ['工资表.csv', 'photos.zip'], outside: [0, 2, 3], comments: 0, ageSeconds, sla, slaDueAt, legalHold: false }, canBeOpened: true },
    [`GET ${path}/mail`]: mail,
    [`GET ${path}/content`]: ({ part = '', as = 'source' }: { readonly part?: string; readonly as?: string }) => pages.get(`${part} ${as}`),
    [`GET ${path}/compare`]: await run('compareMessage'),
    [`POST ${path}/release`]: (_query: unknown, body: { readonly recipients?: unknown }) => ({ id: body.recipients === undefined ? id : SPLIT, state: 'releasing' }),
    [`POST ${path}/reject`]: (_query: unknown, body: { readonly recipients?: unknown }) => ({ id: body.recipients === undefined ? id : SPLIT, state: 'rejected' }),
  };
}
