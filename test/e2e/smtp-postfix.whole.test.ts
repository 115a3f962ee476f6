/** Weir between real mail servers, with the settings that docs/channels.md shows: Postfix before it and behind it, its own reports, its queue while something is away. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { freePort } from '../kit/free-port.js';
import { mailCorpus, type CorpusMail } from '../kit/mail-corpus.js';
import { seenByPython } from '../kit/mail-reading.js';
import { mailReceiver, type MailReceiver, type ReceivedMail } from '../kit/mail-receiver.js';
import { eventually } from '../kit/patience.js';
import { postfix, type Postfix } from '../kit/postfix.js';
import { admin, weir } from './client.js';
import { PROGRAMS } from './smtp-senders.js';
import { startGateway, type Gateway } from './start-gateway.js';

const FROM = 'zhang.san@corp.example';
const TO = 'li.si@partner.example';
const shipped = parse(readFileSync('config/default.yaml', 'utf8')) as { policies: Record<string, unknown> };
const page = readFileSync('docs/channels.md', 'utf8');

/** The lines of the block that begins with `# FILE: NAME`, ports and addresses put in. */
function recipe(file: 'main.cf' | 'master.cf', name: string, put: Readonly<Record<string, string>>): readonly string[] {
  const block = new RegExp(`^\`\`\`ini\\n# ${file.replace('.', '\\.')}: ${name}\\n([^\`]*)^\`\`\``, 'm').exec(page)?.[1];
  if (block === undefined) throw new Error(`docs/channels.md has no block "# ${file}: ${name}"`);
  return Object.entries(put)
    .reduce((text, [from, to]) => {
      if (!text.includes(from)) throw new Error(`the block "# ${file}: ${name}" has no ${from}`);
      return text.replaceAll(from, to);
    }, block.trimEnd())
    .split('\n');
}

const [ports, corpus] = await Promise.all([Promise.all(Array.from({ length: 7 }, () => freePort())), mailCorpus(31)]);
const [smarthost = 0, afterQueue = 0, beforeQueue = 0, backAfter = 0, backBefore = 0, submission = 0, edgePort = 0] = ports;
const letter = (end: CorpusMail['end'], name = ''): CorpusMail => {
  const found = corpus.find((mail) => mail.end === end && mail.name.includes(name) && mail.to === TO);
  if (found === undefined) throw new Error(`no mail ends ${end}`);
  return found;
};
const incidentIn = (text: string): string => /\bw[0-9A-HJKMNP-TV-Z]{26}\b/.exec(text)?.[0] ?? '';

let gateway: Gateway;
/** The world outside, and the mailboxes of corp.example. */
let outside: MailReceiver;
let inbox: MailReceiver;
const servers: Record<'smarthost' | 'edge' | 'after' | 'before', Postfix | undefined> = { smarthost: undefined, edge: undefined, after: undefined, before: undefined };
const server = (name: keyof typeof servers): Postfix => {
  const one = servers[name];
  if (one === undefined) throw new Error(`${name} is not running`);
  return one;
};

beforeAll(async () => {
  [outside, inbox] = await Promise.all([mailReceiver({}), mailReceiver({})]);
  const listener = (id: string, port: number): object => ({ id, port, trustedProxies: ['127.0.0.0/8'] });
  const route = (id: string, port: number): object => ({ id, channel: 'smtp', match: { listener: [id] }, upstream: { hops: [{ hosts: [`127.0.0.1:${String(port)}`], tls: 'none' }] }, policy: 'mail-out' });
  gateway = await startGateway({
    config: {
      domains: { own: ['corp.example'] },
      listen: { smtp: [listener('smarthost', smarthost), listener('after-queue', afterQueue), listener('before-queue', beforeQueue)] },
      mail: { hostname: 'weir.corp.example', language: 'en' },
      routes: [route('smarthost', edgePort), route('after-queue', backAfter), route('before-queue', backBefore)],
      policies: { 'mail-out': shipped.policies['mail-out'] },
    },
  });
  const inside = `transport_maps = inline:{ { corp.example = smtp:[127.0.0.1]:${String(inbox.port)} } }`;
  const out = [`relayhost = [127.0.0.1]:${String(outside.port)}`, 'default_transport = smtp', inside];
  servers.edge = await postfix(out, { port: edgePort });
  servers.smarthost = await postfix(recipe('main.cf', 'smarthost', { '2525': String(smarthost), '10.0.0.5]': `127.0.0.1]:${String(inbox.port)}` }));
  servers.after = await postfix([...out, ...recipe('main.cf', 'after the queue', { '2525': String(afterQueue) })], { master: recipe('master.cf', 'after the queue', { '10026': String(backAfter) }) });
  servers.before = await postfix(out, { master: recipe('master.cf', 'before the queue', { '2525': String(beforeQueue), '10026': String(backBefore), 'submission inet': `127.0.0.1:${String(submission)} inet` }) });
});
afterAll(async () => {
  await Promise.all([...Object.values(servers).map((one) => one?.stop()), outside.close(), inbox.close()]);
});

const hand = (port: number, { raw }: CorpusMail): ReturnType<(typeof PROGRAMS)['nodemailer']> => PROGRAMS.nodemailer(port, { from: FROM, to: [TO], raw });
/** What comes to one of the receivers from now on. */
function coming(receiver: MailReceiver): (count: number) => Promise<readonly ReceivedMail[]> {
  const from = receiver.received.length;
  return (count) => eventually(`${count} more mails`, () => receiver.received.slice(from), (all) => all.length >= count);
}
/** Behind all the fields that servers on the way put in front. */
function letterOf(raw: Buffer): Buffer {
  const front = /^(?:(?:Received|Return-Path):.*\r\n(?:[ \t].*\r\n)*)*/.exec(raw.toString('latin1'))?.[0] ?? '';
  return raw.subarray(front.length);
}

describe.each([
  ['smarthost', (): number => server('smarthost').port],
  ['after', (): number => server('after').port],
] as const)('Postfix hands its mail to Weir: %s', (name, port) => {
  it('and a clean mail goes through all of them unchanged', async () => {
    const come = coming(outside);
    const mail = letter('unchanged', 'UTF-8');
    expect(await hand(port(), mail)).toMatchObject({ accepted: true });
    const [one] = await come(1);
    expect(one).toMatchObject({ from: FROM, to: [TO] });
    expect(letterOf(one?.raw ?? Buffer.alloc(0)).equals(mail.raw)).toBe(true);
    expect(one?.source).toMatch(/^Received: from .*by weir\.corp\.example/ms);
  });

  it('and a number is masked on the way', async () => {
    const come = coming(outside);
    const mail = letter('masked', 'GB18030 in base64');
    await hand(port(), mail);
    const [one] = await come(1);
    const seen = (await seenByPython(one?.raw ?? Buffer.alloc(0))).join('\n');
    expect(mail.shows.every((words) => seen.includes(words))).toBe(true);
    expect(mail.numbers.some((number) => seen.includes(number))).toBe(false);
  });

  it('and Postfix itself tells the sender of a blocked one, with the incident', async () => {
    const [come, go] = [coming(inbox), coming(outside)];
    const mail = letter('blocked');
    expect(await hand(port(), mail)).toMatchObject({ accepted: true });
    const [report] = await come(1);
    expect(report).toMatchObject({ from: '', to: [FROM] });
    const text = report?.source.replaceAll(/\r\n[ \t]+/g, ' ') ?? '';
    expect(text).toMatch(/^Status: 5\.7\.1/m);
    expect(text).toMatch(/^Diagnostic-Code: smtp; 550[ -]5\.7\.1/m);
    expect(incidentIn(text)).not.toBe('');
    expect(await go(0)).toEqual([]);
  });

  it('and one that is held is accepted, arrives nowhere, and once when it is released', async () => {
    const come = coming(outside);
    const mail = letter('held', 'archive');
    await hand(port(), mail);
    const id = incidentIn(await server(name).logged(/status=sent \(250 .*incident w[0-9A-HJKMNP-TV-Z]{26}\b/));
    expect((await admin(gateway, `/api/v1/messages/${id}`)).json()).toMatchObject({ state: 'held' });
    expect(await come(0)).toEqual([]);
    const released = await weir(gateway, 'held', 'release', id, '--as', 'original', '--reason', 'agreed with the sender');
    expect([released.code, released.err]).toEqual([0, '']);
    const all = await come(1);
    expect(all.map(({ from, to }) => ({ from, to }))).toEqual([{ from: FROM, to: [TO] }]);
    expect(letterOf(all[0]?.raw ?? Buffer.alloc(0)).equals(mail.raw)).toBe(true);
  });
});

describe('the next hop', () => {
  it('is away: the mail waits in the queue of the server before Weir, and arrives once when the hop is back', async () => {
    const come = coming(outside);
    await server('edge').kill();
    await hand(server('smarthost').port, letter('unchanged', 'GBK'));
    await server('smarthost').logged(/status=deferred .*said: 451/);
    expect(await come(0)).toEqual([]);
    await server('edge').start();
    server('smarthost').flush();
    expect(await come(1)).toHaveLength(1);
  });
});

describe('before the queue', () => {
  it('a clean mail arrives unchanged, and Weir knows the client that Postfix knows', async () => {
    const come = coming(outside);
    const mail = letter('unchanged', 'Big5');
    expect(await PROGRAMS.swaks(submission, { from: FROM, to: [TO], raw: mail.raw })).toMatchObject({ accepted: true });
    const [one] = await come(1);
    expect(letterOf(one?.raw ?? Buffer.alloc(0)).equals(mail.raw)).toBe(true);
    expect(one?.source.replaceAll(/\r\n[ \t]+/g, ' ')).toMatch(/^Received: from client\.corp\.example [^\r\n]*by weir\.corp\.example/m);
    // It is done with a mail a moment after that has arrived.
    await eventually('an empty queue', () => server('before').queue(), (queued) => queued.length === 0);
  });

  it('the client itself is told that its mail is blocked, and no report is written', async () => {
    const [come, go] = [coming(inbox), coming(outside)];
    const answer = await hand(submission, letter('blocked'));
    expect(answer.accepted).toBe(false);
    expect(answer.said).toMatch(/550[ -]5\.7\.1/);
    expect(incidentIn(answer.said)).not.toBe('');
    expect([await come(0), await go(0), server('before').queue()]).toEqual([[], [], []]);
  });
});
