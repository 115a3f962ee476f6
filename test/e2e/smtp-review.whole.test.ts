/** A mail that came by SMTP and waits: what people are shown of it, and its release to one of its recipients, through the compiled gateway to a real next hop. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTransport } from 'nodemailer';
import type { ContentAnswer } from '../../gateway/review/content-schemas.js';
import type { DecisionAnswer } from '../../gateway/review/decision-schemas.js';
import type { MailAnswer } from '../../gateway/review/mail-schemas.js';
import type { MessageAnswer } from '../../gateway/review/message-schemas.js';
import { freePort } from '../kit/free-port.js';
import { mailReceiver, type MailReceiver } from '../kit/mail-receiver.js';
import { eventually } from '../kit/patience.js';
import { canaries, leaks, type Sink } from '../laws/canaries.js';
import { ask } from './client.js';
import { startGateway, type Gateway } from './start-gateway.js';

const number = canaries(733);
const id = { subject: number.id('subject'), text: number.id('text'), html: number.id('html'), file: number.id('file') };
const sinks: Sink[] = [];
let hop: MailReceiver;
let gateway: Gateway;
let held: string;

async function api<T>(path: string, body?: object): Promise<T> {
  const answer = await ask(`${gateway.adminUrl}/api/v1${path}`, { fields: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  sinks.push({ name: path, bytes: answer.body });
  expect({ path, status: answer.status, ...(answer.status < 300 ? {} : { text: answer.text }) }).toEqual({ path, status: expect.any(Number) });
  expect(answer.status).toBeLessThan(300);
  return JSON.parse(answer.text) as T;
}
const message = (of = held): Promise<MessageAnswer> => api(`/messages/${of}`);
const fates = ({ mail }: MessageAnswer): readonly string[] => (mail?.recipients ?? []).map(({ address, fate, outside }) => `${address} ${fate}${outside === true ? ' outside' : ''}`);

/** The next hop may be told to take no mail for a while: what is on its way can be looked at for so long. */
let take = (): void => undefined;
let taken = Promise.resolve();
function takeNone(): void {
  taken = new Promise((resolve) => (take = resolve));
}

beforeAll(async () => {
  hop = await mailReceiver({ options: { onMailFrom: (_address, _session, done) => void taken.then(() => done()) } });
  const port = await freePort();
  gateway = await startGateway({
    config: {
      domains: { own: ['corp.example'] },
      listen: { smtp: [{ id: 'mail', port }] },
      mail: { hostname: 'weir.corp.example' },
      routes: [{ id: 'out', channel: 'smtp', match: { listener: ['mail'] }, upstream: { hops: [{ hosts: [`127.0.0.1:${String(hop.port)}`], tls: 'none' }] }, policy: 'hold-all', notices: { hold: false, reject: false } }],
      policies: { 'hold-all': { rules: [{ id: 'all', when: { found: {} }, action: 'hold' }] } },
    },
  });
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true });
  const sent = await transport.sendMail({
    envelope: { from: 'zhang@corp.example', to: ['li@bank.example', 'wang@corp.example', 'zhao@bank.example'] },
    from: '张三 <zhang@other.example>', to: 'li@bank.example, wang@corp.example', subject: `名单 ${id.subject}`,
    text: `身份证 ${id.text} 谢谢`, html: `<p>身份证 <b>${id.html}</b></p><img src="http://tracker.example/x.png" alt="标志">`,
    attachments: [{ filename: '工资表.csv', content: `姓名,身份证号\n张三,${id.file}\n` }],
  });
  held = /\bw[0-9A-HJKMNP-TV-Z]{26}\b/.exec(sent.response)?.[0] ?? sent.response;
});
afterAll(() => {
  take();
  return hop.close();
});

describe('a held mail that came by SMTP', () => {
  it('is shown with its envelope, its recipients and a warning about its sender', async () => {
    const answer = await message();
    expect(answer).toMatchObject({ state: 'held', channel: 'smtp', mail: { from: 'z***@corp.example' } });
    expect(fates(answer)).toEqual(['l***@bank.example held outside', 'w***@corp.example held', 'z***@bank.example held outside']);
    const mail: MailAnswer = await api(`/messages/${held}/mail`);
    expect(mail.warnings).toEqual(['from-domain', 'blind-recipients']);
    expect(mail.texts.map(({ mediaType }) => mediaType)).toEqual(['text/plain', 'text/html']);
    expect(mail.attachments.map(({ name, findings }) => ({ name, findings }))).toEqual([{ name: '工资表.csv', findings: 1 }]);
    const html: ContentAnswer = await api(`/messages/${held}/content?part=${encodeURIComponent(mail.texts[1]?.path ?? '')}&as=text`);
    expect('segments' in html.view ? html.view.segments.map(({ text }) => text).join('') : '').toBe(`身份证 ${id.html.slice(0, 1)}${'*'.repeat(16)}${id.html.slice(-1)}\n ‹标志›`);
  });

  it('is released to one recipient alone, and waits for the others', async () => {
    const n = (await message()).mail?.recipients.find(({ address }) => address.startsWith('w'))?.n ?? -1;
    takeNone();
    const { id: made }: DecisionAnswer = await api(`/messages/${held}/release`, { as: 'original', reason: 'own house', recipients: [n] });
    expect(made).not.toBe(held);
    // What was split off is read from its own copy of the seal, as long as there is one.
    const mail: MailAnswer = await api(`/messages/${made}/mail`);
    expect(mail.warnings).toEqual(['from-domain']);
    take();
    await eventually('the release', async () => (await message(made)).state, (state) => state === 'released');
    expect(hop.received.map(({ from, to }) => ({ from, to }))).toEqual([{ from: 'zhang@corp.example', to: ['wang@corp.example'] }]);
    expect(fates(await message(made))).toEqual(['w***@corp.example delivered']);
    const rest = await message();
    expect({ state: rest.state, fates: fates(rest) }).toEqual({ state: 'held', fates: ['l***@bank.example held outside', 'z***@bank.example held outside'] });
    expect(rest.timeline.map(({ act }) => act)).toContain('message.split');
  });

  it('is released masked to those who are left, and nothing that people were shown holds a number', async () => {
    await api(`/messages/${held}/release`, { as: 'masked', reason: 'masked is enough' });
    await eventually('the release', async () => (await message()).state, (state) => state === 'released');
    expect(hop.received.map(({ to }) => to)).toEqual([['wang@corp.example'], ['li@bank.example', 'zhao@bank.example']]);
    expect(leaks(number.all, [...sinks, { name: 'masked', bytes: hop.received[1]?.raw ?? Buffer.alloc(0) }])).toEqual([]);
    expect(leaks(number.all, [{ name: 'log', bytes: Buffer.from(gateway.logged()) }])).toEqual([]);
  });
});
