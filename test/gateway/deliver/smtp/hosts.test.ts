/** Which host gives the connection, over what TLS, signed in as whom, and how connections are kept. */
import { describe, expect, it } from '@jest/globals';
import type { MailHop } from '../../../../config/schema.js';
import type { NextHops, SmtpReply } from '../../../../gateway/ports.js';
import { manualClock } from '../../../kit/clock.js';
import { serverCertificates } from '../../../kit/external-postgres-tls.js';
import { freePort } from '../../../kit/free-port.js';
import { heldTimers } from '../../../kit/held-timers.js';
import { PATIENCE_MS, until } from '../../../kit/patience.js';
import type { ScriptedSmtp, ScriptedSmtpOptions } from '../../../kit/scripted-smtp.js';
import { tempFolder } from '../../../kit/temp.js';
import { content, from, hop, hopsTo, MAIL, to } from './fixture.js';
import { closing, server } from './stage.js';

const certificates = serverCertificates(tempFolder('hops'), () => undefined);
const secureServer = (more: ScriptedSmtpOptions = {}, implicit = false): Promise<ScriptedSmtp> => server({ tls: { cert: certificates.serverCert, key: certificates.serverKey, implicit }, ...more });
const a = to('a@x.example');
async function asked(hops: NextHops, more = from()): Promise<SmtpReply> {
  const relay = hops.relay(more);
  const reply = await relay.rcpt(a);
  await relay.end();
  return reply;
}
async function sent(hops: NextHops): Promise<number | string> {
  const relay = hops.relay(from());
  await relay.rcpt(a);
  const result = await relay.send([a], content(MAIL));
  await relay.end();
  return result.kind === 'replied' ? result.reply.code : result.error.code;
}
const trusting = (port: number, tls: MailHop['tls'], more: Partial<MailHop> = {}): MailHop => hop(port, { tls, ca: certificates.ca, ...more });

describe('TLS', () => {
  it.each(['opportunistic', 'required', 'verified'] as const)('%s uses STARTTLS where it is offered', async (tls) => {
    const smtp = await secureServer();
    expect(await sent(closing(hopsTo([trusting(smtp.port, tls)])))).toBe(250);
    expect(smtp.sessions).toMatchObject([{ secure: true }]);
    expect(smtp.commands.filter((one) => one.startsWith('EHLO'))).toHaveLength(2);
  });

  it('implicit begins with it', async () => {
    const smtp = await secureServer({}, true);
    expect(await sent(closing(hopsTo([trusting(smtp.port, 'implicit')])))).toBe(250);
    expect(smtp.commands).not.toContain('STARTTLS');
  });

  it('opportunistic goes without where it is not offered, or its handshake fails, then on a new connection', async () => {
    const plain = await server();
    expect(await sent(closing(hopsTo([hop(plain.port, { tls: 'opportunistic' })])))).toBe(250);
    const broken = await server({ extensions: ['STARTTLS'] });
    const timers = heldTimers();
    let code: number | string | undefined;
    void sent(closing(hopsTo([hop(broken.port, { tls: 'opportunistic' })]))).then((one) => (code = one));
    await until('the mail is sent', () => {
      // The handshake is given up, and nothing behind it.
      if (broken.sessions.length === 1 && broken.commands.includes('STARTTLS')) timers.pass(PATIENCE_MS);
      return code !== undefined;
    });
    expect(code).toBe(250);
    expect(broken.sessions).toHaveLength(2);
    expect(broken.sessions[1]?.commands).not.toContain('STARTTLS');
  });

  it.each(['required', 'verified'] as const)('%s sends no mail without it', async (tls) => {
    const plain = await server();
    expect(await asked(closing(hopsTo([trusting(plain.port, tls)])))).toMatchObject({ code: 451, enhanced: '4.7.5' });
    expect(plain.commands.filter((one) => one.startsWith('MAIL'))).toEqual([]);
  });

  it('verified and implicit want a certificate that is good and of that name; required takes any', async () => {
    const smtp = await secureServer();
    for (const wrong of [{ serverName: 'elsewhere.example' }, { ca: certificates.otherCa }]) {
      expect(await asked(closing(hopsTo([trusting(smtp.port, 'verified', wrong)])))).toMatchObject({ code: 451, enhanced: '4.7.5' });
    }
    expect(await asked(closing(hopsTo([trusting(smtp.port, 'verified', { serverName: 'localhost' })])))).toMatchObject({ code: 250 });
    expect(await asked(closing(hopsTo([trusting(smtp.port, 'required', { ca: certificates.otherCa })])))).toMatchObject({ code: 250 });
    const other = await secureServer({}, true);
    expect(await asked(closing(hopsTo([trusting(other.port, 'implicit', { ca: certificates.otherCa })])))).toMatchObject({ code: 451, enhanced: '4.7.5' });
  });

  it('is not begun, nor done without, where words stand behind the answer to STARTTLS', async () => {
    const smtp = await secureServer({ reply: ({ verb }) => (verb === 'STARTTLS' ? { raw: '220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n' } : undefined) });
    expect(await asked(closing(hopsTo([hop(smtp.port, { tls: 'opportunistic' })])))).toMatchObject({ code: 451, enhanced: '4.4.1' });
    expect(smtp.sessions).toHaveLength(1);
    expect(smtp.commands.filter((one) => /^(MAIL|AUTH)/.test(one))).toEqual([]);
  });

  it('carries a REQUIRETLS mail only where the certificate is good as well', async () => {
    const smtp = await secureServer({ extensions: (session) => (session.secure ? ['REQUIRETLS'] : ['STARTTLS']) });
    const mail = from('s@corp.example', { requireTls: true });
    expect(await asked(closing(hopsTo([trusting(smtp.port, 'required')])), mail)).toMatchObject({ code: 250 });
    expect(smtp.commands).toContain('MAIL FROM:<s@corp.example> REQUIRETLS');
    expect(await asked(closing(hopsTo([trusting(smtp.port, 'required', { ca: certificates.otherCa })])), mail)).toMatchObject({ code: 550, enhanced: '5.7.30' });
  });
});

describe('hosts', () => {
  it('are tried in order, and one that is down comes last until it had time to come back', async () => {
    const clock = manualClock();
    const [port, second] = [await freePort(), await server()];
    const hops = closing(hopsTo([hop([port, second.port], { maxConnections: 5 })], { clock }));
    expect(await sent(hops)).toBe(250);
    const first = await server({ port });
    second.drop();
    expect(await sent(hops)).toBe(250);
    expect([first.mails.length, second.mails.length]).toEqual([0, 2]);
    clock.advance(31_000);
    second.drop();
    expect(await sent(hops)).toBe(250);
    expect(first.mails).toHaveLength(1);
  });

  it.each([['421 4.3.2 busy'], ['554 5.7.1 no service']])('that greet with %s are passed over', async (greeting) => {
    const [first, second] = [await server({ reply: ({ verb }) => (verb === 'GREETING' ? greeting : undefined) }), await server()];
    expect(await sent(closing(hopsTo([hop([first.port, second.port])])))).toBe(250);
    expect(await asked(closing(hopsTo([hop(first.port)])))).toMatchObject({ code: 451, enhanced: '4.4.1' });
  });

  it('are tried at each address of their name', async () => {
    const smtp = await server();
    const named = { ...hop(smtp.port), hosts: [`mx.corp.example:${String(smtp.port)}`] };
    expect(await sent(closing(hopsTo([named], { resolve: () => Promise.resolve(['127.0.0.9', '127.0.0.1']) })))).toBe(250);
    expect(await asked(closing(hopsTo([named], { resolve: () => Promise.reject(new Error('ENOTFOUND')) })))).toMatchObject({ code: 451, enhanced: '4.4.1' });
  });

  it('of the old kind, which know no EHLO, get mail as well', async () => {
    const smtp = await server({ reply: ({ verb }) => (verb === 'EHLO' ? '502 5.5.1 what' : undefined) });
    expect(await sent(closing(hopsTo([hop(smtp.port)])))).toBe(250);
    expect(smtp.commands).toContain('HELO weir.corp.example');
  });
});

describe('signing in', () => {
  const auth = { user: 'weir', secret: { env: 'X' } };
  it.each([['PLAIN', `AUTH PLAIN ${Buffer.from('\0weir\0secret').toString('base64')}`], ['LOGIN', Buffer.from('secret').toString('base64')]])('by %s', async (way, said) => {
    const smtp = await server({ extensions: [`AUTH ${way}`], reply: ({ line, verb }) => (line === 'AUTH LOGIN' || line === Buffer.from('weir').toString('base64') ? '334 go' : line === said || verb === 'AUTH' ? '235 2.7.0 in' : undefined) });
    expect(await sent(closing(hopsTo([hop(smtp.port, { auth })])))).toBe(250);
    expect(smtp.commands).toContain(said);
  });

  it('that fails with the configured account is no fault of the sender', async () => {
    const smtp = await server({ extensions: ['AUTH PLAIN'], reply: ({ verb }) => (verb === 'AUTH' ? '535 5.7.8 no' : undefined) });
    const hops = closing(hopsTo([hop(smtp.port, { auth })]));
    expect(await asked(hops)).toMatchObject({ code: 451, enhanced: '4.7.0' });
    expect(await hops.signIn?.({ user: 'u', password: 'p' })).toMatchObject({ code: 535, enhanced: '5.7.8' });
  });

  it('as the client leads to a connection of his own', async () => {
    const smtp = await server({ extensions: ['AUTH PLAIN'] });
    const hops = closing(hopsTo([hop(smtp.port)]));
    expect(await hops.signIn?.({ user: 'u', password: 'p' })).toMatchObject({ code: 235 });
    for (const own of [{ user: 'u', password: 'p' }, { user: 'u', password: 'other' }, undefined]) {
      const relay = hops.relay(from(), { auth: own });
      expect(await relay.rcpt(a)).toMatchObject({ code: 250 });
      expect(await relay.send([a], content(MAIL))).toMatchObject({ kind: 'replied' });
      await relay.end();
    }
    expect(smtp.sessions).toHaveLength(3);
  });
});

describe('connections', () => {
  it('are kept between mails, and taken back with RSET where a mail was not sent', async () => {
    const smtp = await server();
    const hops = closing(hopsTo([hop(smtp.port, { maxConnections: 1 })]));
    for (let i = 0; i < 3; i += 1) expect(await sent(hops)).toBe(250);
    expect(await asked(hops)).toMatchObject({ code: 250 });
    expect(await sent(hops)).toBe(250);
    expect(smtp.sessions).toHaveLength(1);
    expect(smtp.commands.filter((one) => one === 'RSET')).toHaveLength(1);
  });

  it('that their server has left, silently or with 421, cost no mail', async () => {
    const smtp = await server({ reply: ({ verb, count, session }) => (verb === 'MAIL' && count === 2 && session.number === 2 ? '421 4.4.2 idle too long' : undefined) });
    const hops = closing(hopsTo([hop(smtp.port)]));
    expect(await sent(hops)).toBe(250);
    smtp.drop();
    expect(await sent(hops)).toBe(250);
    expect(await sent(hops)).toBe(250);
    expect(smtp.mails).toHaveLength(3);
    expect(smtp.sessions).toHaveLength(3);
  });

  it('are no more than allowed: the others wait their turn', async () => {
    const smtp = await server();
    const hops = closing(hopsTo([hop(smtp.port, { maxConnections: 2 })]));
    expect(await Promise.all(Array.from({ length: 20 }, () => sent(hops)))).toEqual(Array.from({ length: 20 }, () => 250));
    expect(smtp.sessions.length).toBeLessThanOrEqual(2);
  });

  it('are waited for only so long', async () => {
    const smtp = await server();
    const timers = heldTimers();
    const hops = closing(hopsTo([hop(smtp.port, { maxConnections: 1 })]));
    const holding = hops.relay(from());
    expect(await holding.rcpt(a)).toMatchObject({ code: 250 });
    let told: SmtpReply | undefined;
    void asked(hops).then((reply) => (told = reply));
    await until('the other is told', () => {
      timers.pass(PATIENCE_MS);
      return told !== undefined;
    });
    expect(told).toMatchObject({ code: 451, enhanced: '4.3.2' });
    await holding.end();
  });

  it('on which a server talks out of turn carry no further mail', async () => {
    const smtp = await server({ reply: ({ verb, session }) => (verb === 'END' && session.number === 1 ? { raw: '250 taken\r\n250 and the next one too\r\n' } : undefined) });
    const hops = closing(hopsTo([hop(smtp.port)]));
    expect(await sent(hops)).toBe(250);
    expect(await sent(hops)).toBe(250);
    expect(smtp.sessions).toHaveLength(2);
  });
});
