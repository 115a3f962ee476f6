/** The listener as a whole: back-pressure, slow clients, limits, its deadline and its end. */
import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WeirError } from '../../../../gateway/errors.js';
import { manualClock } from '../../../kit/clock.js';
import { until } from '../../../kit/patience.js';
import { smtpListener, VERDICT, whole, type SmtpListenerOptions, type TestListener } from '../../../kit/smtp-listener.js';
import { smtpTalk, type SmtpTalk } from '../../../kit/smtp-talk.js';
import { tempFolder } from '../../../kit/temp.js';

const open: { listener: TestListener; talks: SmtpTalk[] }[] = [];
afterEach(async () => {
  for (const { listener, talks } of open.splice(0)) {
    for (const talk of talks) talk.destroy();
    await listener.channel.drain(200);
  }
});

async function listening(options: SmtpListenerOptions = {}): Promise<{ readonly listener: TestListener; readonly connect: (tls?: boolean) => Promise<SmtpTalk> }> {
  const listener = await smtpListener(options);
  const talks: SmtpTalk[] = [];
  open.push({ listener, talks });
  return {
    listener,
    connect: async (tls = false) => {
      const talk = await smtpTalk(listener.port, { tls });
      talks.push(talk);
      return talk;
    },
  };
}
async function toData(talk: SmtpTalk): Promise<void> {
  await talk.reply();
  talk.say('EHLO mua.corp.example');
  await talk.reply();
  talk.raw('MAIL FROM:<a@corp.example>\r\nRCPT TO:<b@partner.example>\r\nDATA\r\n');
  for (const code of ['250', '250', '354']) expect((await talk.reply())[0]).toMatch(new RegExp(`^${code}`));
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const gate = (): { opened: Promise<void>; open: () => void } => {
  let release = (): void => undefined;
  const opened = new Promise<void>((resolve) => (release = resolve));
  return { opened, open: () => release() };
};

describe('a message under way', () => {
  it('waits in the client while the pipeline does not read: memory stays flat with 50 MB', async () => {
    const MIB = 1 << 20;
    const wait = gate();
    let read = 0;
    const { connect } = await listening({
      maxBody: 64 * MIB,
      read: async (mail) => {
        let sum = 0;
        for await (const chunk of mail.chunks) {
          sum += chunk.length;
          read = sum;
          if (sum > MIB) await wait.opened;
        }
        return Buffer.from(String(sum));
      },
    });
    const talk = await connect();
    await toData(talk);
    const line = Buffer.from(`${'a'.repeat(76)}\r\n`);
    const block = Buffer.concat(Array.from({ length: 840 }, () => line));
    const socket = talk.socket();
    let sent = 0;
    let isFull = false;
    for (; sent < 50 * MIB && !isFull; sent += block.length) {
      if (socket.write(block)) continue;
      isFull = await Promise.race([new Promise<false>((resolve) => socket.once('drain', () => resolve(false))), until('the first MiB has been read', () => read > MIB).then(async () => { for (let turns = 0; turns < 200; turns += 1) await turn(); return socket.writableNeedDrain; })]);
    }
    // What the system's own buffers take on loopback is a few MiB; the rest waits.
    expect(isFull).toBe(true);
    expect(sent).toBeLessThan(20 * MIB);
    const stuck = read;
    await turn();
    expect(read).toBe(stuck);
    wait.open();
    for (; sent < 50 * MIB; sent += block.length) if (!socket.write(block)) await new Promise((resolve) => socket.once('drain', resolve));
    talk.raw('.\r\n');
    expect((await talk.reply())[0]).toMatch(/^250/);
    expect(read).toBe(sent);
  });

  it('is read to its end when the pipeline stops early, and answered then', async () => {
    const { connect } = await listening({ read: async (mail) => { for await (const chunk of mail.chunks) if (chunk.length > 0) throw new WeirError('spool-full'); return Buffer.alloc(0); } });
    const talk = await connect();
    await toData(talk);
    for (let count = 0; count < 100; count += 1) talk.raw(`${'b'.repeat(998)}\r\n`);
    await turn();
    talk.raw('.\r\nNOOP\r\n');
    expect((await talk.reply())[0]).toMatch(/^452 4\.3\.1/);
    expect((await talk.reply())[0]).toMatch(/^250/);
  });

  it('is not waited for when it goes far beyond the allowed size', async () => {
    const { listener, connect } = await listening({ maxBody: 1000, timing: { checkEveryMs: 5 } });
    const talk = await connect();
    await toData(talk);
    const block = Buffer.alloc(1 << 20, 'c');
    for (let count = 0; count < 3; count += 1) talk.raw(block);
    expect((await talk.reply())[0]).toMatch(/^552 5\.3\.4/);
    await talk.closed();
    await until('the mail has ended, and its client is told nothing', () => listener.arrived.length === 1 && listener.arrived[0]?.told === undefined);
  });

  it('is carried to its end when the client has gone behind its last byte', async () => {
    const wait = gate();
    const { listener, connect } = await listening({ end: async () => { await wait.opened; return { kind: 'accepted', incident: undefined, verdict: VERDICT }; } });
    const talk = await connect();
    await toData(talk);
    talk.raw('body\r\n.\r\n');
    await until('the mail has come whole', () => listener.arrived[0]?.body.length === 6);
    talk.destroy();
    await turn();
    expect(listener.arrived[0]?.mail.signal.aborted).toBe(false);
    wait.open();
    await until('the mail has ended', () => listener.arrived[0]?.told !== 'open');
    expect(listener.arrived[0]?.error).toBeUndefined();
    expect(listener.relays[0]?.ended).toBe(1);
  });

  it('ends with 451 when the deadline has passed since its last byte', async () => {
    const { listener, connect } = await listening({
      mail: { deadline: 30 },
      end: (mail) => new Promise((resolve) => mail.signal.addEventListener('abort', () => resolve({ kind: 'failed', error: mail.signal.reason as WeirError }))),
    });
    const talk = await connect();
    await toData(talk);
    talk.raw('body\r\n.\r\n');
    expect((await talk.reply())[0]).toMatch(/^451 4\.7\.1/);
    expect(listener.errors).toEqual(['mail-deadline']);
  });
});

describe('a client that takes its time', () => {
  it('may not drip a command', async () => {
    const clock = manualClock();
    const { connect } = await listening({ clock, listen: { commandTimeout: 1000 }, timing: { checkEveryMs: 5 } });
    const talk = await connect();
    await talk.reply();
    talk.raw('EHL');
    let said: readonly string[] | undefined;
    void talk.reply().then((lines) => (said = lines), () => (said = []));
    // Time goes on whenever the listener has read what came.
    await until('the command is given up', () => {
      clock.advance(600);
      return said !== undefined;
    });
    expect(said).toEqual(['421 4.4.2 Command takes too long']);
    await talk.closed();
  });

  it('may not drip a message', async () => {
    // Each look counts as 30 s of waiting.
    const { listener, connect } = await listening({ timing: { checkEveryMs: 30_000 } });
    const talk = await connect();
    await toData(talk);
    talk.raw('a');
    for (const one of listener.channel.looks()) for (let look = 0; look < 3; look += 1) one(30_000);
    expect((await talk.reply())[0]).toMatch(/^421 4\.4\.2/);
    await until('the mail has ended, and its client is told nothing', () => listener.arrived.length === 1 && listener.arrived[0]?.told === undefined);
    expect(listener.arrived[0]?.error).toBe('body-timeout');
  });

  it('is not idle for ever', async () => {
    const { connect } = await listening({ listen: { idleTimeout: 20 } });
    const talk = await connect();
    await talk.reply();
    expect((await talk.reply())[0]).toMatch(/^421 4\.4\.2/);
    await talk.closed();
  });

  it('is not idle while it waits for us', async () => {
    const { connect } = await listening({
      listen: { idleTimeout: 200 },
      rcpt: async () => {
        // Who comes meanwhile and says nothing is sent away: as long as that has this one waited for us.
        const idle = await connect();
        for (const code of ['220', '421']) expect((await idle.reply())[0]).toMatch(new RegExp(`^${code}`));
        return { code: 250, enhanced: '2.1.5', text: ['late'] };
      },
    });
    const talk = await connect();
    // Before the greeting is heard: a machine that is busy at this moment must not make the client an idle one.
    talk.raw('EHLO mua.corp.example\r\nMAIL FROM:<a@corp.example>\r\nRCPT TO:<b@partner.example>\r\n');
    await talk.reply();
    await talk.reply();
    await talk.reply();
    expect(await talk.reply()).toEqual(['250 2.1.5 late']);
  });
});

describe('limits', () => {
  it('connections of one client, and of all, have an end; places are given back', async () => {
    const { listener, connect } = await listening({ listen: { maxConnections: 3, perClient: { connections: 2, messagesPerMinute: 10 } } });
    const [one, two] = [await connect(), await connect()];
    await one.reply();
    await two.reply();
    const three = await connect();
    expect(await three.reply()).toEqual(['421 4.7.0 Too many connections from your address, try again later']);
    await three.closed();
    one.say('QUIT');
    await one.reply();
    one.end();
    await until('the place is free', () => listener.channel.connections() === 1);
    const four = await connect();
    expect((await four.reply())[0]).toMatch(/^220/);
  });

  it('a PROXY header of a trusted peer names the client, and one without is turned away', async () => {
    const { connect } = await listening({ listen: { trustedProxies: ['127.0.0.1'], proxyProtocol: true, clients: ['192.0.2.0/24'] } });
    const named = await connect();
    named.raw('PROXY TCP4 192.0.2.9 127.0.0.1 5555 25\r\n');
    expect((await named.reply())[0]).toMatch(/^220/);
    const stranger = await connect();
    stranger.raw('PROXY TCP4 203.0.113.9 127.0.0.1 5555 25\r\n');
    expect((await stranger.reply())[0]).toMatch(/^554 5\.7\.1/);
    const silent = await connect();
    silent.raw('EHLO mua.corp.example\r\n');
    await silent.closed();
  });
});

describe('the end of a listener', () => {
  it('sends idle clients away, lets a mail in hand finish, and takes no more', async () => {
    const wait = gate();
    const { listener, connect } = await listening({ end: async () => { await wait.opened; return { kind: 'accepted', incident: undefined, verdict: VERDICT }; } });
    const [idle, busy] = [await connect(), await connect()];
    await idle.reply();
    await toData(busy);
    busy.raw('body\r\n.\r\n');
    await until('the mail has come whole', () => listener.arrived[0]?.body.length === 6);
    const drained = listener.channel.drain(5000);
    expect((await idle.reply())[0]).toMatch(/^421 4\.3\.2/);
    await expect(smtpTalk(listener.port)).rejects.toThrow();
    wait.open();
    expect((await busy.reply())[0]).toMatch(/^250/);
    expect((await busy.reply())[0]).toMatch(/^421 4\.3\.2/);
    idle.end();
    busy.end();
    await drained;
  });

  it('ends what does not end by itself', async () => {
    const { listener, connect } = await listening({
      end: (mail) => new Promise((resolve) => mail.signal.addEventListener('abort', () => resolve({ kind: 'failed', error: mail.signal.reason as WeirError }))),
    });
    const talk = await connect();
    await toData(talk);
    talk.raw('body\r\n.\r\n');
    await until('the mail has come whole', () => listener.arrived[0]?.body.length === 6);
    const drained = listener.channel.drain(20);
    expect((await talk.reply())[0]).toMatch(/^421 4\.3\.2/);
    talk.end();
    await drained;
  });
});

describe('certificates', () => {
  it('are read again when their files change, and TLS 1.1 is refused', async () => {
    const folder = tempFolder('smtp-tls');
    const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
    const make = (name: string): void => openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${name}.example`);
    make('one');
    make('two');
    const at = (name: string): string => join(folder, name);
    copyFileSync(at('one.pem'), at('cert.pem'));
    copyFileSync(at('one.key'), at('cert.key'));
    const { listener, connect } = await listening({ listen: { tls: { mode: 'implicit', cert: at('cert.pem'), key: at('cert.key') } }, timing: { certificateCheckMs: 5 } });
    const nameOf = (talk: SmtpTalk): string => {
      const socket = talk.socket();
      return socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : '';
    };
    expect(nameOf(await connect(true))).toBe('one.example');
    // Again and again: a change before the files were looked at for the first time is none.
    await until('the new certificate is read', () => {
      for (const kind of ['key', 'pem']) copyFileSync(at(`two.${kind}`), at(`cert.${kind}`));
      return listener.logged.some((line) => line.startsWith('smtp.certificate-reloaded'));
    });
    expect(nameOf(await connect(true))).toBe('two.example');
  });
});

it('the whole of a message is what the pipeline reads', async () => {
  const { listener, connect } = await listening({ read: whole });
  const talk = await connect();
  await toData(talk);
  talk.raw('a\r\n..\r\n.\r\n');
  await talk.reply();
  expect(listener.arrived[0]?.body.toString()).toBe('a\r\n.\r\n');
});
