/** A held mail as its receiver would get it: header, texts and attachments, with no number in sight and nothing fetched. */
import { describe, expect, it } from '@jest/globals';
import type { MailView, SealedMail } from '../../../gateway/ports.js';
import { canaries, leaks } from '../../laws/canaries.js';
import { encodeGb18030 } from '../../kit/gb18030.js';
import { sealed, type SealedTest } from './sealed.js';

const word = (text: string): string => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
const wordGb = (text: string): string => `=?GB18030?B?${Buffer.from(encodeGb18030(text)).toString('base64')}?=`;
const lines = (text: string): string => (Buffer.from(text).toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
const envelope = (from: string, ...to: string[]): SealedMail => ({
  from: { address: from, body: undefined, smtpUtf8: false, requireTls: false, ret: undefined, envid: undefined, size: undefined },
  recipients: to.map((address) => ({ address, notify: undefined, orcpt: undefined })),
  client: { address: '192.0.2.7', helo: 'pc.corp.example', user: undefined, tls: undefined, protocol: 'ESMTP' },
  listener: 'mail',
  received: 'Received: from pc.corp.example\r\n',
});
const mailOf = (header: readonly string[], body: string): Buffer => Buffer.from([...header, 'MIME-Version: 1.0', body].join('\r\n'));
const view = async (one: SealedTest): Promise<MailView> => {
  const answer = await one.preview.mail(one.stored);
  if (answer === undefined) throw new Error('not shown as a mail');
  return answer;
};
const textOf = (segments: readonly { readonly text: string }[]): string => segments.map(({ text }) => text).join('');
const field = ({ fields }: MailView, name: string): string => fields.filter((one) => one.name === name).map(({ segments, people }) => people?.map((one) => `${textOf(one.name)} <${textOf(one.address)}>`).join(', ') ?? textOf(segments)).join('\n');
const plain = async (one: SealedTest, part: string, offset = 0): Promise<string> => {
  const answer = await one.preview.content(one.stored, { part, offset, plain: true });
  return answer !== undefined && 'segments' in answer.view ? textOf(answer.view.segments) : '';
};

const number = canaries(707);
const id = { subject: number.id('subject'), text: number.id('text'), html: number.id('html'), name: number.id('name'), file: number.id('file'), inner: number.id('inner') };
const office = mailOf(
  [`From: ${wordGb('张三')} <zhang@corp.example>`, 'To: "Li, Si" <li@bank.example>', 'Reply-To: desk@elsewhere.example', `Subject: ${word(`名单 ${id.subject}`)}`],
  ['Content-Type: multipart/mixed; boundary=b', '',
    '--b', 'Content-Type: multipart/alternative; boundary=c', '',
    '--c', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', '', lines(`您好，身份证 ${id.text} 谢谢`),
    '--c', 'Content-Type: text/html; charset=utf-8', '', `<style>p{color:red}</style><p>您好&nbsp;<b>${id.html}</b></p><img src="http://tracker.example/x.png" alt="logo"><a href="https://files.example/a">here</a>`, '--c--',
    '--b', `Content-Type: text/csv; name="${word(`客户 ${id.name}.csv`)}"`, 'Content-Disposition: attachment', '', `a,b\r\n1,${id.file}`,
    '--b', 'Content-Type: message/rfc822', '', 'From: a@b.example', 'Subject: fw', 'Content-Type: text/plain', '', `hello ${id.inner}`,
    '--b', 'Content-Type: image/png', 'Content-ID: <one>', 'Content-Transfer-Encoding: base64', '', 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    '--b--', ''].join('\r\n'),
);

describe('the view of a held mail', () => {
  const one = sealed(office, 'message/rfc822');

  it('shows the header decoded, people by name and address, and points at what was found in it', async () => {
    const shown = await view(one);
    expect(field(shown, 'from')).toBe('张三 <zhang@corp.example>');
    expect(field(shown, 'to')).toBe('Li, Si <li@bank.example>');
    expect(field(shown, 'subject')).toBe(`名单 ${id.subject.slice(0, 1)}${'*'.repeat(16)}${id.subject.slice(-1)}`);
    const subject = shown.fields.find(({ name }) => name === 'subject');
    expect(subject?.segments.filter(({ masked }) => masked === true)).toEqual([{ text: expect.any(String), masked: true, finding: expect.any(Number) }]);
  });

  it('tells its texts from what is attached, and what lies in an attached mail from its own', async () => {
    const { texts, attachments } = await view(one);
    expect(texts.map(({ mediaType, findings }) => ({ mediaType, findings }))).toEqual([{ mediaType: 'text/plain', findings: 1 }, { mediaType: 'text/html', findings: 1 }]);
    expect(attachments.map(({ depth, mediaType, findings, inline, holds }) => ({ depth, mediaType, findings, inline, holds }))).toEqual([
      { depth: 0, mediaType: 'text/csv', findings: 1, inline: undefined, holds: undefined },
      { depth: 0, mediaType: 'message/rfc822', findings: 1, inline: undefined, holds: true },
      { depth: 1, mediaType: undefined, findings: 0, inline: undefined, holds: undefined },
      { depth: 1, mediaType: 'text/plain', findings: 1, inline: undefined, holds: undefined },
      { depth: 0, mediaType: 'image/png', findings: 0, inline: true, holds: undefined },
    ]);
    expect(attachments.map(({ reasons }) => reasons)).toEqual([[], [], [], [], ['unsupported']]);
  });

  it('shows HTML as its text, with what pictures are called and where links go, and fetches neither', async () => {
    const html = (await view(one)).texts[1]?.path ?? '';
    expect(await plain(one, html)).toBe(`您好\u00a0${id.html.slice(0, 1)}${'*'.repeat(16)}${id.html.slice(-1)}\n ‹logo›here ‹https://files.example/a›`);
  });

  it('holds no number in any of its answers', async () => {
    const sinks = [{ name: 'mail', bytes: Buffer.from(JSON.stringify(await view(one))) }];
    for (const { path } of [...(await view(one)).texts, ...(await view(one)).attachments]) sinks.push({ name: path, bytes: Buffer.from(await plain(one, path)) });
    expect(leaks(number.all, sinks)).toEqual([]);
  });

  it('is made of mails alone', async () => {
    const other = sealed(Buffer.from('hello'), 'text/plain');
    expect(await other.preview.mail(other.stored)).toBeUndefined();
  });
});

describe('its warnings', () => {
  const warnings = async (mail: SealedMail | undefined, ...header: string[]): Promise<readonly string[]> => (await view(sealed(mailOf(header, '\r\nhello\r\n'), 'message/rfc822', mail === undefined ? {} : { mail }))).warnings;

  it('name a sender that differs between envelope and header, by address and by domain', async () => {
    expect(await warnings(envelope('a@corp.example', 'x@y.example'), 'From: A@Corp.example', 'To: x@y.example')).toEqual([]);
    expect(await warnings(envelope('a@corp.example', 'x@y.example'), 'From: b@corp.example', 'To: x@y.example')).toEqual(['from-address']);
    expect(await warnings(envelope('a@corp.example', 'x@y.example'), 'From: a@other.example', 'To: x@y.example')).toEqual(['from-domain']);
    expect(await warnings(envelope('', 'x@y.example'), 'From: a@other.example', 'To: x@y.example')).toEqual(['no-envelope-sender']);
  });

  it('name several senders or none, replies that go elsewhere, and a name that shows another address', async () => {
    expect(await warnings(undefined, 'From: a@corp.example, b@corp.example')).toEqual(['several-from']);
    expect(await warnings(undefined, 'To: x@y.example')).toEqual(['no-from']);
    expect(await warnings(undefined, 'From: a@corp.example', 'Reply-To: a@free.example')).toEqual(['reply-elsewhere']);
    expect(await warnings(undefined, 'From: "boss@corp.example" <x@free.example>')).toEqual(['disguised-name']);
    expect(await warnings(undefined, 'From: a@corp.example', 'From: b@free.example')).toEqual(['several-from', 'ambiguous-header']);
  });

  it('name recipients that no field of the header shows', async () => {
    expect(await warnings(envelope('a@corp.example', 'x@y.example', 'hidden@z.example'), 'From: a@corp.example', 'To: x@y.example')).toEqual(['blind-recipients']);
  });
});

describe('the envelope of a held mail', () => {
  it('stands in the head as it was said, with no number in sight', async () => {
    const secret = canaries(708).id('local');
    const one = sealed(mailOf(['From: a@corp.example'], '\r\nhello\r\n'), undefined, { mail: envelope('a@corp.example', `${secret}@z.example`) });
    const answer = await one.preview.content(one.stored, { part: 'head', offset: 0 });
    const rows = answer !== undefined && 'rows' in answer.view ? answer.view.rows.map((cells) => cells.map(textOf)) : [];
    expect(rows.slice(0, 1)).toEqual([['mail from', '<a@corp.example>']]);
    expect(rows.map(([name]) => name)).toEqual(['mail from', 'rcpt to', 'client', 'protocol', 'listener']);
    expect(JSON.stringify(answer)).not.toContain(secret);
  });
});
