/** Chinese offices' mail through the compiled gateway, by programs that are not ours, to a real next hop: unchanged, masked, blocked or held, and read there by readers that are not ours. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { freePort } from '../kit/free-port.js';
import { mailCorpus, maskedPhone, type CorpusMail } from '../kit/mail-corpus.js';
import { attachedFile, behindReceived, seenByPostalMime, seenByPython } from '../kit/mail-reading.js';
import { mailReceiver, type MailReceiver, type ReceivedMail } from '../kit/mail-receiver.js';
import { numberSource } from '../kit/numbers.js';
import { eventually } from '../kit/patience.js';
import { askPython, readBack } from '../kit/real-files.js';
import { tempFolder } from '../kit/temp.js';
import { admin, weir } from './client.js';
import { PROGRAMS, sendBySnail, type MailProgram, type SentAnswer } from './smtp-senders.js';
import { startGateway, type Gateway } from './start-gateway.js';

const FROM = 'zhang.san@corp.example';
const corpus = await mailCorpus(2026);
const shipped = parse(readFileSync('config/default.yaml', 'utf8')) as { policies: Record<string, unknown> };

let gateway: Gateway;
let hop: MailReceiver;
let port: number;
beforeAll(async () => {
  hop = await mailReceiver({});
  port = await freePort();
  gateway = await startGateway({
    config: {
      domains: { own: ['corp.example'] },
      listen: { smtp: [{ id: 'mail', port }] },
      mail: { hostname: 'weir.corp.example', language: 'en' },
      routes: [{ id: 'out', channel: 'smtp', match: { listener: ['mail'] }, upstream: { hops: [{ hosts: [`127.0.0.1:${String(hop.port)}`], tls: 'none' }] }, policy: 'mail-out', notices: { hold: false, reject: false } }],
      policies: { 'mail-out': shipped.policies['mail-out'] },
    },
  });
});
afterAll(() => hop.close());

const programs = Object.entries(PROGRAMS);
/** Each mail by another program, in turn. */
const cases = corpus.map((mail, index) => [mail.name, programs[index % programs.length]?.[0] ?? '', mail] as const);
async function sent(name: string, mail: CorpusMail): Promise<{ readonly answer: SentAnswer; readonly arrived: readonly ReceivedMail[] }> {
  const program: MailProgram | undefined = Object.entries(PROGRAMS).find(([one]) => one === name)?.[1];
  if (program === undefined) throw new Error(`no program is called ${name}`);
  const before = hop.received.length;
  const answer = await program(port, { from: FROM, to: [mail.to], raw: mail.raw });
  return { answer, arrived: hop.received.slice(before) };
}
const ending = (end: CorpusMail['end']): typeof cases => cases.filter(([, , mail]) => mail.end === end);
const incidentIn = (text: string): string => /\bw[0-9A-HJKMNP-TV-Z]{26}\b/.exec(text)?.[0] ?? '';

describe('a mail without anything to find', () => {
  it.each(ending('unchanged'))('%s, by %s: arrives byte for byte behind one more Received', async (_, program, mail) => {
    const { answer, arrived } = await sent(program, mail);
    expect(answer).toMatchObject({ accepted: true });
    expect(arrived.map(({ from, to }) => ({ from, to }))).toEqual([{ from: FROM, to: [mail.to] }]);
    const [one] = arrived;
    const { received, rest } = behindReceived(one?.raw ?? Buffer.alloc(0)) ?? { received: '', rest: Buffer.alloc(0) };
    expect(received).toMatch(/^Received: from client\.corp\.example .*by weir\.corp\.example/s);
    expect(rest.equals(mail.raw)).toBe(true);
    const seen = (await seenByPostalMime(rest)).join('\n');
    for (const words of mail.shows) expect(seen).toContain(words);
  });
});

describe('a mail with a few numbers', () => {
  it.each(ending('masked'))('%s, by %s: arrives masked, readable, and without a number anywhere in it', async (_, program, mail) => {
    const { answer, arrived } = await sent(program, mail);
    expect(answer).toMatchObject({ accepted: true });
    expect(arrived).toHaveLength(1);
    const raw = arrived[0]?.raw ?? Buffer.alloc(0);
    const [byPostal, byPython] = [(await seenByPostalMime(raw)).join('\n'), (await seenByPython(raw)).join('\n')];
    for (const words of mail.shows) expect(byPostal).toContain(words);
    for (const words of mail.shows) expect(byPython).toContain(words);
    for (const number of mail.numbers) for (const text of [byPostal, byPython]) expect(text.includes(number)).toBe(false);
    if (mail.raw.includes('DKIM-Signature:')) expect(raw.includes('DKIM-Signature:')).toBe(false);
    if (mail.file === undefined) return;
    const file = await attachedFile(raw, mail.file.kind);
    const read = mail.file.kind === 'docx' ? await readBack(file, 'docx', 'txt:Text (encoded):UTF8') : await askPython(file, 'xlsx', 'import sys, openpyxl\nfor row in openpyxl.load_workbook(sys.argv[1]).active.values: print(*row)');
    for (const words of mail.file.shows) expect(read).toContain(words);
    for (const number of mail.numbers) expect(read.includes(number)).toBe(false);
  });

  it('keeps length and all parts that hold no number, byte for byte', async () => {
    for (const [, program, mail] of ending('masked').filter(([, , { file, raw }]) => file === undefined && !raw.includes('DKIM-Signature:') && !raw.includes('.zip'))) {
      const { arrived } = await sent(program, mail);
      expect(behindReceived(arrived[0]?.raw ?? Buffer.alloc(0))?.rest.length).toBe(mail.raw.length);
    }
  });
});

describe('a mail that is a list of people', () => {
  it.each(ending('blocked').flatMap(([name, , mail]) => programs.map(([program]) => [name, program, mail] as const)))('%s: %s is told 550 with the incident and what to do, and nothing arrives', async (_, program, mail) => {
    const { answer, arrived } = await sent(program, mail);
    expect(answer.accepted).toBe(false);
    expect(answer.said).toMatch(/550[ -]5\.7\.1/);
    expect(incidentIn(answer.said)).not.toBe('');
    expect(answer.said).toContain('security team');
    for (const number of mail.numbers) expect(answer.said.includes(number)).toBe(false);
    expect(arrived).toEqual([]);
  });
});

describe('a mail that a person has to look at', () => {
  it.each(ending('held'))('%s, by %s: is accepted with its incident, arrives nowhere, and once when it is released', async (_, program, mail) => {
    const { answer, arrived } = await sent(program, mail);
    expect(answer.accepted).toBe(true);
    expect(arrived).toEqual([]);
    const list = (await admin(gateway, '/api/v1/messages?state=held&channel=smtp&limit=200')).json()['messages'] as { readonly id: string }[];
    // msmtp and swaks print the server's words, nodemailer hands them over.
    const id = incidentIn(answer.said);
    expect(list.map((one) => one.id)).toContain(id);
    const before = hop.received.length;
    const released = await weir(gateway, 'held', 'release', id, '--as', 'original', '--reason', 'agreed with the sender');
    expect([released.code, released.err]).toEqual([0, '']);
    await eventually('the release', async () => (await admin(gateway, `/api/v1/messages/${id}`)).json()['state'], (state) => state === 'released');
    const now = hop.received.slice(before);
    expect(now.map(({ from, to }) => ({ from, to }))).toEqual([{ from: FROM, to: [mail.to] }]);
    expect(behindReceived(now[0]?.raw ?? Buffer.alloc(0))?.rest.equals(mail.raw)).toBe(true);
  });
});

describe('s-nail', () => {
  const numbers = numberSource(77);
  it('sends a text and a file of its own making: both arrive masked', async () => {
    const [phone, other] = [numbers.phone(), numbers.phone()];
    const file = join(tempFolder('snail'), '名单.txt');
    writeFileSync(file, `李四 ${other}\n`);
    const before = hop.received.length;
    const answer = await sendBySnail(port, { from: FROM, to: 'li.si@partner.example', subject: '客户', text: `电话 ${phone}\n`, file });
    expect(answer).toMatchObject({ accepted: true });
    const raw = hop.received[before]?.raw ?? Buffer.alloc(0);
    const seen = (await seenByPython(raw)).join('\n');
    expect([maskedPhone(phone), maskedPhone(other)].map((words) => seen.includes(words))).toEqual([true, true]);
    expect([phone, other].map((number) => seen.includes(number))).toEqual([false, false]);
  });
});

describe('the books', () => {
  it('name no number of any of these mails', async () => {
    const secrets = corpus.flatMap(({ numbers }) => numbers);
    const said = `${gateway.logged()}${gateway.said()}${(await admin(gateway, '/metrics')).text}${(await admin(gateway, '/api/v1/messages?limit=200')).text}`;
    expect(secrets.filter((number) => said.includes(number))).toEqual([]);
  });
});
