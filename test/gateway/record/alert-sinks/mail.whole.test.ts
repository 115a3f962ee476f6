/** Alerts by mail, against a real SMTP server. */
import { inspect } from 'node:util';
import { afterEach, beforeAll, describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import type { SinkConfig } from '../../../../config/alerts-schema.js';
import { SinkFailed, type AlertMessage } from '../../../../gateway/ports.js';
import { admitted } from '../../../../gateway/record/alert-sinks/admitted.js';
import { sinkFrom } from '../../../../gateway/record/alert-sinks/sink-from.js';
import { serverCertificates, type TestCertificates } from '../../../kit/external-postgres-tls.js';
import { freePort } from '../../../kit/free-port.js';
import { mailReceiver, type MailReceiver, type MailReceiverOptions } from '../../../kit/mail-receiver.js';
import { PATIENCE_MS } from '../../../kit/patience.js';
import { tempFolder } from '../../../kit/temp.js';
import { anyMessage, CONSOLE, message } from './messages.js';
import { folded, readHtml } from './readers.js';

const PASSWORD = 'a mailbox password of this test';
const folder = tempFolder('mail');
let certificates: TestCertificates;
beforeAll(() => {
  certificates = serverCertificates(folder, () => undefined);
});
const open: MailReceiver[] = [];
afterEach(async () => {
  for (const receiver of open.splice(0)) await receiver.close();
});
async function receiver(options: MailReceiverOptions): Promise<MailReceiver> {
  const made = await mailReceiver(options);
  open.push(made);
  return made;
}
type MailConfig = Extract<SinkConfig, { kind: 'mail' }>;
async function send(to: MailReceiver, changes: Partial<MailConfig> = {}, told: AlertMessage = message(), password = PASSWORD, timeoutMs = PATIENCE_MS): Promise<void> {
  const config: MailConfig = {
    id: 'duty', kind: 'mail', host: '127.0.0.1', port: to.port, tls: 'starttls', ca: certificates.ca, user: 'weir', password: { env: 'MAIL' },
    from: 'weir@corp.example', to: ['duty@corp.example', 'dlp@corp.example'], perMinute: 20, ...changes,
  };
  await (await sinkFrom(config, () => password, { timeoutMs })).send(told);
}
async function failure(sending: Promise<void>): Promise<SinkFailed> {
  const thrown: unknown = await sending.then(() => undefined, (error: unknown) => error);
  if (!(thrown instanceof SinkFailed)) throw new TypeError(`no SinkFailed but ${inspect(thrown)}`);
  expect(inspect(thrown, { depth: 9, showHidden: true })).not.toMatch(/mailbox password|canary|corp\.example|refused by/);
  return thrown;
}

/** Headers unfolded, and the parts' text decoded; enough of MIME for a mail that nodemailer made. */
function readMail(source: string): { readonly headers: readonly (readonly [string, string])[]; readonly text: string; readonly html: string } {
  const [head = '', ...rest] = source.split('\r\n\r\n');
  const headers = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n').map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  const boundary = /boundary="([^"]+)"/.exec(head.replace(/\r\n[ \t]+/g, ' '))?.[1] ?? '';
  const parts = rest.join('\r\n\r\n').split(`--${boundary}`).slice(1, -1).map((part) => {
    const at = part.indexOf('\r\n\r\n');
    const fields = part.slice(0, at).toLowerCase();
    const body = part.slice(at + 4).replace(/\r\n$/, '');
    const bytes = fields.includes('base64') ? Buffer.from(body, 'base64') : fields.includes('quoted-printable') ? Buffer.from(body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1') : Buffer.from(body, 'utf8');
    return { html: fields.includes('text/html'), text: bytes.toString('utf8') };
  });
  return { headers, text: parts.find(({ html }) => !html)?.text ?? '', html: parts.find(({ html }) => html)?.text ?? '' };
}
/** RFC 2047. */
const unencoded = (value: string): string =>
  value.replace(/\?=\s+=\?/g, '?==?').replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, way: string, text: string) =>
    (way.toUpperCase() === 'B' ? Buffer.from(text, 'base64') : Buffer.from(text.replaceAll('_', ' ').replace(/=([0-9A-F]{2})/g, (__, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1')).toString('utf8'));

describe('alerts by mail', () => {
  it('go over STARTTLS, signed in, to all recipients at once, as text and simple HTML with the link', async () => {
    const server = await receiver({ certificates, password: PASSWORD });
    await send(server);
    const [mail] = server.received;
    expect(mail).toMatchObject({ from: 'weir@corp.example', to: ['duty@corp.example', 'dlp@corp.example'], user: 'weir', secure: true });
    const { headers, text, html } = readMail(mail?.source ?? '');
    const header = Object.fromEntries(headers);
    expect(unencoded(header.subject ?? '')).toBe('文件外发被留存');
    expect(header).toMatchObject({ 'auto-submitted': 'auto-generated', date: 'Sun, 22 Nov 2026 06:57:30 +0000' });
    expect(text).toContain('- [高] 路由 share：居民身份证 2 个（110***********1234） ×6');
    expect(readHtml(html).links.map(({ url }) => url)).toContain(CONSOLE);
  });

  it('are the same mail on a retry, and another one for another delivery', async () => {
    const server = await receiver({ certificates, password: PASSWORD });
    await send(server);
    await send(server);
    await send(server, {}, message({ deliveryId: 'al-8' }));
    const ids = server.received.map(({ source }) => Object.fromEntries(readMail(source).headers)['message-id']);
    expect(ids[0]).toMatch(/^<al-7\.[a-z0-9]+\.[a-z0-9]+@corp\.example>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('go over TLS from the first byte where that is asked', async () => {
    const server = await receiver({ certificates, implicitTls: true, password: PASSWORD });
    await send(server, { tls: 'implicit' });
    expect(server.received[0]?.secure).toBe(true);
  });

  it('do not go to a server whose certificate another authority signed, or that is named otherwise, or that offers no TLS', async () => {
    const server = await receiver({ certificates, password: PASSWORD });
    expect((await failure(send(server, { ca: certificates.otherCa }))).kind).toBe('again');
    expect((await failure(send(server, { serverName: 'mail.elsewhere.example' }))).kind).toBe('again');
    const bare = await receiver({ password: PASSWORD, options: { allowInsecureAuth: true } });
    await failure(send(bare));
    expect([...server.received, ...bare.received]).toEqual([]);
  });

  it('do not go to a server that never asks for the password it is to be given', async () => {
    const server = await receiver({ certificates, options: { disabledCommands: ['AUTH'] } });
    expect(await failure(send(server))).toMatchObject({ kind: 'never' });
    expect(server.received).toEqual([]);
  });

  it.each([
    ['a wrong password', {}, 'not the password', 'SMTP_535', 'never'],
    ['a sign-in that is not possible just now', { refuse: { signIn: 454 } }, PASSWORD, 'SMTP_454', 'again'],
    ['a message refused for good', { refuse: { message: 554 } }, PASSWORD, 'SMTP_554', 'never'],
    ['a message refused for now', { refuse: { message: 451 } }, PASSWORD, 'SMTP_451', 'again'],
    ['no recipient known', { refuse: { recipient: { 'duty@corp.example': 550, 'dlp@corp.example': 550 } } }, PASSWORD, 'SMTP_550', 'never'],
    ['one recipient unknown', { refuse: { recipient: { 'dlp@corp.example': 550 } } }, PASSWORD, 'SMTP_RECIPIENT_REFUSED', 'never'],
    ['one recipient greylisted', { refuse: { recipient: { 'dlp@corp.example': 450 } } }, PASSWORD, 'SMTP_RECIPIENT_REFUSED', 'again'],
  ] as const)('say %s by its code, and whether trying again helps', async (_, options, password, code, kind) => {
    const server = await receiver({ certificates, password: PASSWORD, ...options });
    expect(await failure(send(server, {}, message(), password))).toMatchObject({ code, kind });
  });

  it('are tried again when nobody listens or nobody greets', async () => {
    const mute = await receiver({ certificates, options: { onConnect: () => undefined } });
    expect(await failure(send(mute, { port: await freePort() }))).toMatchObject({ code: 'ECONNREFUSED', kind: 'again' });
    expect(await failure(send(mute, {}, message(), PASSWORD, 100))).toMatchObject({ code: 'ETIMEDOUT', kind: 'again' });
  });

  it('go without TLS to a server on this machine alone, and need user and password together', async () => {
    const bare = await receiver({});
    const base = { id: 'duty', kind: 'mail', host: '127.0.0.1', port: bare.port, tls: 'none', from: 'weir@corp.example', to: ['duty@corp.example'], perMinute: 20 } as const;
    await (await sinkFrom({ ...base, to: [...base.to] }, () => '')).send(message());
    expect(bare.received[0]).toMatchObject({ secure: false, user: undefined });
    await expect(sinkFrom({ ...base, to: [...base.to], host: 'mail.corp.example' }, () => '')).rejects.toThrow('only to a mail server on this machine');
    await expect(sinkFrom({ ...base, to: [...base.to], user: 'weir' }, () => '')).rejects.toThrow('needs user and password, or neither');
  });

  it('have no header, recipient or markup that a text has brought along, whatever it is', async () => {
    const server = await receiver({ certificates, password: PASSWORD });
    const names = ['from', 'to', 'subject', 'message-id', 'date', 'mime-version', 'content-type', 'auto-submitted', 'x-auto-response-suppress', 'x-priority', 'x-msmail-priority', 'importance'];
    await fc.assert(fc.asyncProperty(anyMessage, async (any) => {
      await send(server, {}, any);
      const mail = server.received.pop();
      const { headers, text, html } = readMail(mail?.source ?? '');
      expect(mail?.to).toEqual(['duty@corp.example', 'dlp@corp.example']);
      expect(headers.map(([name]) => name).filter((name) => !names.includes(name))).toEqual([]);
      const clean = admitted(any);
      expect(folded(unencoded(Object.fromEntries(headers).subject ?? ''))).toContain(folded(clean.title));
      expect(folded(text)).toContain(folded(clean.title));
      expect(readHtml(html).active).toEqual([]);
    }), { numRuns: 25, seed: 20_261_122 });
  });
});
