/** Mail while other things happen, through the compiled gateway to a real next hop: rules that change in the middle of a message, people who release the same recipient at once. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageAnswer } from '../../gateway/review/message-schemas.js';
import { freePort } from '../kit/free-port.js';
import { mailReceiver, type MailReceiver } from '../kit/mail-receiver.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { smtpTalk, type SmtpTalk } from '../kit/smtp-talk.js';
import { ask } from './client.js';
import { gatewayConfig, startGateway, type Gateway } from './start-gateway.js';

const id = numberSource(734).residentId();
let hop: MailReceiver;
let gateway: Gateway;
let port: number;

const config = (action: 'pass' | 'block' | 'hold'): Record<string, unknown> => ({
  listen: { smtp: [{ id: 'mail', port }] },
  mail: { hostname: 'weir.corp.example', language: 'en' },
  routes: [{ id: 'out', channel: 'smtp', match: { listener: ['mail'] }, upstream: { hops: [{ hosts: [`127.0.0.1:${String(hop.port)}`], tls: 'none' }] }, policy: 'p', notices: { hold: false, reject: false } }],
  policies: { p: { rules: [{ id: 'all', when: { found: {} }, action }] } },
});
async function rules(action: 'pass' | 'block' | 'hold'): Promise<void> {
  const before = gateway.said().length;
  // The ports of the other listeners were chosen at the start.
  writeFileSync(gateway.configFile, JSON.stringify(gatewayConfig(config(action))));
  await eventually('the new rules', () => gateway.said().slice(before), (said) => said.includes('Policies reloaded'));
}
async function toData(talk: SmtpTalk, ...to: readonly string[]): Promise<void> {
  talk.raw(`MAIL FROM:<zhang@corp.example>\r\n${to.map((one) => `RCPT TO:<${one}>\r\n`).join('')}DATA\r\n`);
  for (const code of ['250', ...to.map(() => '250'), '354']) expect((await talk.reply()).at(-1)).toMatch(new RegExp(`^${code}`));
}
const HEADER = 'From: <zhang@corp.example>\r\nTo: <li@bank.example>\r\nSubject: list\r\n\r\n';

beforeAll(async () => {
  hop = await mailReceiver({});
  port = await freePort();
  gateway = await startGateway({ config: config('pass') });
});
afterAll(() => hop.close());

describe('rules that change in the middle of a message', () => {
  it('are those that it is judged by when it has been read; its connection and what was said on it stand', async () => {
    const talk = await smtpTalk(port);
    await talk.reply();
    talk.say('EHLO mua.corp.example');
    await talk.reply();
    await toData(talk, 'li@bank.example');
    talk.raw(`${HEADER}ID ${id.slice(0, 9)}`);
    await rules('block');
    talk.raw(`${id.slice(9)} is all\r\n.\r\n`);
    expect((await talk.reply())[0]).toMatch(/^550[ -]5\.7\.1/);
    expect(hop.received).toHaveLength(0);
    await rules('pass');
    await toData(talk, 'li@bank.example');
    talk.raw(`${HEADER}ID ${id} is all\r\n.\r\n`);
    expect((await talk.reply())[0]).toMatch(/^250/);
    expect(hop.received.map(({ to }) => to)).toEqual([['li@bank.example']]);
    talk.end();
  });
});

describe('one recipient, released by several people at once', () => {
  it('gets the mail once, whoever else is released at the same time gets his, and the others wait', async () => {
    await rules('hold');
    hop.received.length = 0;
    const talk = await smtpTalk(port);
    await talk.reply();
    talk.say('EHLO mua.corp.example');
    await talk.reply();
    await toData(talk, 'li@bank.example', 'wang@bank.example', 'zhao@bank.example');
    talk.raw(`${HEADER}ID ${id} is all\r\n.\r\n`);
    const [said = ''] = await talk.reply();
    const held = /\bw[0-9A-HJKMNP-TV-Z]{26}\b/.exec(said)?.[0] ?? said;
    talk.end();
    const api = (path: string, body?: object) =>
      ask(`${gateway.adminUrl}/api/v1/messages/${path}`, { fields: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const release = async (n: number): Promise<number> => (await api(`${held}/release`, { as: 'original', reason: 'asked for', recipients: [n] })).status;
    const statuses = await Promise.all([release(0), release(0), release(1), release(0)]);
    expect(statuses[2]).toBeLessThan(300);
    // Somebody was first; to the others it is done already, or no longer theirs to do.
    const first = statuses.filter((_status, at) => at !== 2);
    expect(first.some((status) => status < 300)).toBe(true);
    expect(first.every((status) => status < 300 || status === 404 || status === 409)).toBe(true);
    await eventually('two mails at the hop', () => hop.received.length, (count) => count >= 2);
    const rest = JSON.parse((await api(held)).text) as MessageAnswer;
    expect({ state: rest.state, waits: rest.mail?.recipients.filter(({ fate }) => fate === 'held').map(({ address }) => address) }).toEqual({ state: 'held', waits: ['z***@bank.example'] });
    // Another try of either would have begun within this.
    expect((await api(`${held}/release`, { as: 'original', reason: 'the rest', recipients: [2] })).status).toBeLessThan(300);
    await eventually('three mails at the hop', () => hop.received.length, (count) => count >= 3);
    expect(hop.received.map(({ to }) => to.join()).sort()).toEqual(['li@bank.example', 'wang@bank.example', 'zhao@bank.example']);
  });
});
