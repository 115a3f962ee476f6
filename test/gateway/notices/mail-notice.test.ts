/** What senders are told by mail: readable in both languages, by people and by programs, and nothing that anybody wrote can begin a field of its own. */
import { describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { deliveryStatus, statusOf } from '../../../gateway/notices/delivery-status.js';
import { mailNotice, type NoticeFacts, type NoticeSettings } from '../../../gateway/notices/mail-notice.js';
import { hasReader, mayTell } from '../../../gateway/notices/may-tell.js';
import { NOTICE_MAILS, type ExchangeId, type FailedRecipient, type MailFrom } from '../../../gateway/ports.js';

const settings: NoticeSettings = { hostname: 'weir.corp.example', postmaster: 'postmaster@corp.example', language: 'zh', help: { zh: '请联系安全部门。', en: 'Ask security.' } };
const from = (address: string, change: Partial<MailFrom> = {}): MailFrom => ({ address, body: undefined, smtpUtf8: false, requireTls: false, ret: undefined, envid: undefined, size: undefined, ...change });
const to = (address: string, reply?: FailedRecipient['reply'], orcpt?: string): FailedRecipient => ({ recipient: { address, notify: undefined, orcpt }, reply });
const facts = (change: Partial<NoticeFacts> = {}): NoticeFacts => ({
  kind: 'held', id: 'wnotice' as ExchangeId, incident: 'wincident' as ExchangeId, from: from('li@corp.example'), receivedAt: new Date(0), at: new Date(1_000), recipients: [to('a@one.example')], subject: '合同 138****0000', ...change,
});
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('a mail of our own', () => {
  it.each(NOTICE_MAILS)('reads in Chinese, in English and in both where the configuration says so: %s', async (kind) => {
    const read = async (language: NoticeSettings['language']) => await PostalMime.parse(mailNotice({ ...settings, language }, facts({ kind })).bytes);
    const [zh, en, both] = [await read('zh'), await read('en'), await read('auto')];
    expect(zh.text).toContain('请联系安全部门。');
    expect(en.text).toContain('Ask security.');
    expect(both.text).toContain('请联系安全部门。');
    expect(both.text).toContain('Ask security.');
    for (const mail of [zh, en, both]) {
      expect(mail.subject).toContain('wincident');
      expect(mail.text).toContain('wincident');
      expect(mail.text).toContain('a@one.example');
      expect(mail.text).toContain('合同 138****0000');
      expect(mail).toMatchObject({ from: { address: 'postmaster@corp.example' }, to: [{ address: 'li@corp.example' }], messageId: '<wnotice@weir.corp.example>' });
      expect(mail.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-replied');
    }
  });

  it.each(NOTICE_MAILS)('has no long line, no bare line end and no 8-bit byte, whoever wrote what is in it: %s', (kind) => {
    const evil = 'x\r\nBcc: everybody@corp.example\r\n\r\nhello\n\u2028\0';
    const bytes = mailNotice({ ...settings, language: 'auto' }, facts({
      kind, subject: evil, words: evil.repeat(99), from: from(`li"${evil}"@corp.example`, { envid: 'a+0D+0ABcc:+20x' }),
      recipients: [to(`b${evil}@one.example`, { code: 550, enhanced: evil, text: [evil.repeat(40), '拒绝'] }, `rfc822;b+0D+0ABcc:x${evil}`), to(`张三@one.example`), ...Array.from({ length: 3_000 }, (_, n) => to(`r${String(n)}@one.example`))],
    })).bytes;
    const raw = text(bytes);
    expect(raw.replaceAll('\r\n', '')).toMatch(/^[\x20-\x7e]*$/);
    expect(raw).not.toMatch(/^bcc:/im);
    expect(Math.max(...raw.split('\r\n').map(({ length }) => length))).toBeLessThan(998);
    expect(bytes.length).toBeLessThan(2 ** 20);
  });

  it('counts recipients that it does not name, and names the others', async () => {
    const recipients = Array.from({ length: 60 }, (_, n) => to(`r${String(n)}@one.example`));
    const mail = await PostalMime.parse(mailNotice({ ...settings, language: 'en' }, facts({ recipients })).bytes);
    expect(mail.text).toContain('r49@one.example');
    expect(mail.text).not.toContain('r50@one.example');
    expect(mail.text).toContain('… and 10 more');
  });
});

describe('the part of a report that programs read', () => {
  const of = { hostname: 'weir.corp.example', incident: 'wincident', from: from('li@corp.example', { envid: 'QQ+2B1' }), receivedAt: new Date(0), at: new Date(1_000) };

  it('says of each recipient that it failed, why, and how the sender had named it', () => {
    const said = deliveryStatus({ ...of, action: 'failed' }, [to('b@one.example', { code: 550, enhanced: '5.1.1', text: ['no', 'such user'] }, 'rfc822;bob+2Bx@one.example'), to('张@one.example')]);
    expect(said.split('\r\n\r\n').map((group) => group.trim().split('\r\n'))).toEqual([
      ['Reporting-MTA: dns; weir.corp.example', 'Original-Envelope-Id: QQ+1', 'Arrival-Date: Thu, 01 Jan 1970 00:00:00 +0000'],
      ['Original-Recipient: rfc822; bob+x@one.example', 'Final-Recipient: rfc822; b@one.example', 'Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 no such user', 'Last-Attempt-Date: Thu, 01 Jan 1970 00:00:01 +0000'],
      ['Final-Recipient: utf-8; \\x{5F20}@one.example', 'Action: failed', 'Status: 5.7.1', 'Diagnostic-Code: smtp; 550 5.7.1 refused by policy, incident wincident', 'Last-Attempt-Date: Thu, 01 Jan 1970 00:00:01 +0000'],
    ]);
  });

  it.each([[{ code: 451, enhanced: '4.4.1', text: [] }, '5.4.7'], [{ code: 550, enhanced: undefined, text: [] }, '5.0.0'], [{ code: 550, enhanced: '4.1.1', text: [] }, '5.0.0'], [undefined, '5.7.1']] as const)('has a status that is final: %j → %s', (reply, status) => {
    expect(statusOf(reply)).toBe(status);
  });
});

describe('who is told nothing', () => {
  const tells = (address: string, header: string): boolean => mayTell(from(address), Buffer.from(header), settings);

  it.each(['', 'MAILER-DAEMON@elsewhere.example', 'Postmaster@Corp.Example', 'postmaster@weir.corp.example', 'no at', 'a b@corp.example'])('is no reader of anything: %j', (address) => {
    expect(hasReader(from(address), settings)).toBe(false);
    expect(tells(address, '\r\n')).toBe(false);
  });

  it.each([
    'Auto-Submitted: auto-replied', 'AUTO-SUBMITTED: auto-generated; x=y', 'Auto-Submitted:\r\n auto-notified', 'Auto-Submitted: (yes) auto-replied', 'Precedence: bulk', 'precedence: LIST', 'Precedence: junk', 'List-Id: <l.corp.example>', 'X-Auto-Response-Suppress: DR, AutoReply',
  ])('is a program or a list: %s', (field) => {
    expect(tells('li@corp.example', `Subject: x\r\n${field}\r\n\r\nbody`)).toBe(false);
    expect(tells('li@corp.example', `Subject: x\n${field}\n\nbody`)).toBe(false);
    // A mail that could not be delivered is reported all the same.
    expect(hasReader(from('li@corp.example'), settings)).toBe(true);
  });

  it.each(['Auto-Submitted: no', 'Precedence: first-class', 'Subject: Precedence: bulk', 'X: y\r\n\r\nPrecedence: bulk'])('a person is told: %j', (field) => {
    expect(tells('li@corp.example', `${field}\r\n\r\nbody`)).toBe(true);
  });

  it('is not a robot by its name', () => {
    expect(tells('no-reply@corp.example', '\r\n')).toBe(false);
  });
});
