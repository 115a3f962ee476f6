/** A mail on its way: what the hop is told, what it says, and what becomes of a transaction that does not go as planned. */
import { describe, expect, it } from '@jest/globals';
import { WeirError } from '../../../../gateway/errors.js';
import type { MailSent } from '../../../../gateway/ports.js';
import { freePort } from '../../../kit/free-port.js';
import { heldTimers } from '../../../kit/held-timers.js';
import { PATIENCE_MS, until } from '../../../kit/patience.js';
import { content, from, hop, hopsTo, MAIL, to } from './fixture.js';
import { closing, server } from './stage.js';

const ALL = ['PIPELINING', 'SIZE 1000000', '8BITMIME', 'SMTPUTF8', 'DSN'];
const [a, b, c] = [to('a@x.example'), to('b@x.example'), to('c@x.example')];

describe('the replies of a next hop', () => {
  it('reach the caller recipient by recipient, and only those accepted are sent to', async () => {
    const smtp = await server({ reply: ({ verb, line }) => (verb === 'RCPT' && line.includes('<b@') ? '550-5.1.1 nobody of\n550 5.1.1 that name' : verb === 'RCPT' && line.includes('<c@') ? '452 4.2.2 full' : undefined) });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    expect(smtp.sessions).toHaveLength(0);
    expect(await relay.rcpt(a)).toEqual({ code: 250, enhanced: '2.1.5', text: ['recipient ok'] });
    expect(await relay.rcpt(b)).toEqual({ code: 550, enhanced: '5.1.1', text: ['nobody of', 'that name'] });
    expect(await relay.rcpt(c)).toMatchObject({ code: 452, enhanced: '4.2.2' });
    expect(await relay.send([a], content(MAIL))).toEqual({ kind: 'replied', reply: { code: 250, enhanced: '2.0.0', text: ['taken'] }, refused: [] });
    await relay.end();
    expect(smtp.mails).toMatchObject([{ from: 'FROM:<sender@corp.example>', to: ['TO:<a@x.example>'] }]);
    expect(smtp.mails[0]?.data.toString()).toBe(MAIL);
    expect(smtp.sessions[0]?.commands.filter((one) => one.startsWith('MAIL'))).toHaveLength(1);
  });

  it('to MAIL stands for every recipient, and is asked for once', async () => {
    const smtp = await server({ reply: ({ verb }) => (verb === 'MAIL' ? '550 5.7.1 not you' : verb === 'RCPT' ? '503 5.5.1 MAIL first' : undefined) });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    for (const one of [a, b]) expect(await relay.rcpt(one)).toMatchObject({ code: 550, enhanced: '5.7.1' });
    await relay.end();
    expect(smtp.commands.filter((one) => one.startsWith('MAIL'))).toHaveLength(1);
  });

  it.each(['451 4.7.1 later', '554 5.7.1 spam'])('%s at the end of the mail is the answer', async (reply) => {
    const smtp = await server({ reply: ({ verb }) => (verb === 'END' ? reply : undefined) });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    await relay.rcpt(a);
    expect(await relay.send([a], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: Number(reply.slice(0, 3)) } });
    expect(smtp.mails).toHaveLength(0);
    await relay.end();
  });

  it('421 to a recipient is 451 for the client, whose connection is not over', async () => {
    const smtp = await server({ reply: ({ verb }) => (verb === 'RCPT' ? '421 4.3.2 going down' : undefined) });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    expect(await relay.rcpt(a)).toMatchObject({ code: 451 });
    await relay.end();
  });

  it('are ours where nobody listens: 451 4.4.1, asked for once and not for each recipient', async () => {
    const relay = closing(hopsTo([hop(await freePort())])).relay(from());
    for (const one of [a, b]) expect(await relay.rcpt(one)).toMatchObject({ code: 451, enhanced: '4.4.1' });
    expect(await relay.send([a], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 451 }, refused: [{ recipient: a }] });
    await relay.end();
  });

  it('are ours where no hop is set: 451 4.3.5', async () => {
    const relay = closing(hopsTo([hop(1, { to: ['other.example'] })])).relay(from());
    expect(relay.hopOf(a)).toBe('none');
    expect(await relay.rcpt(a)).toMatchObject({ code: 451, enhanced: '4.3.5' });
  });
});

describe('what a hop is told', () => {
  const full = from('sender@corp.example', { body: '8bitmime', smtpUtf8: true, ret: 'HDRS', envid: 'QQ314159', size: 500 });
  const dsn = to('a@x.example', { notify: ['SUCCESS', 'DELAY'], orcpt: 'rfc822;a+2Bb@x.example' });

  it('is every parameter that it offers', async () => {
    const smtp = await server({ extensions: ALL });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(full);
    await relay.rcpt(dsn);
    await relay.end();
    expect(smtp.commands).toContain('MAIL FROM:<sender@corp.example> SIZE=500 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159');
    expect(smtp.commands).toContain('RCPT TO:<a@x.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@x.example');
  });

  it('is nothing that it does not offer', async () => {
    const smtp = await server({ extensions: [] });
    const relay = closing(hopsTo([hop(smtp.port)])).relay({ ...full, smtpUtf8: false });
    expect(await relay.rcpt(dsn)).toMatchObject({ code: 250 });
    expect(smtp.commands.slice(1)).toEqual(['MAIL FROM:<sender@corp.example>', 'RCPT TO:<a@x.example>']);
    expect(await relay.send([dsn], content('Subject: x\r\n\r\n号码\r\n'))).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    await relay.end();
  });

  it('can be refused here: 8-bit content where a route is strict', async () => {
    const smtp = await server({ extensions: [] });
    const relay = closing(hopsTo([hop(smtp.port)], { strict8bit: true })).relay(from('a@corp.example', { body: '8bitmime' }));
    expect(await relay.rcpt(a)).toMatchObject({ code: 554, enhanced: '5.6.3' });
  });

  it('holds an address in other scripts only where it takes them; a mail that needs them only in its envelope goes without', async () => {
    const smtp = await server({ extensions: ['PIPELINING'] });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from('sender@corp.example', { smtpUtf8: true }));
    expect(await relay.rcpt(to('张三@例子.example'))).toMatchObject({ code: 553, enhanced: '5.6.7' });
    expect(await relay.rcpt(a)).toMatchObject({ code: 250 });
    expect(await relay.send([a], content('Subject: 表\r\n\r\nx\r\n'))).toMatchObject({ kind: 'replied', reply: { code: 553, enhanced: '5.6.7' } });
    expect(await relay.rcpt(a)).toMatchObject({ code: 250 });
    expect(await relay.send([a], content('Subject: x\r\n\r\n表\r\n'))).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    await relay.end();
    const modern = await server({ extensions: ALL });
    const other = closing(hopsTo([hop(modern.port)])).relay(from('李四@例子.example', { smtpUtf8: true }));
    expect(await other.rcpt(to('张三@例子.example'))).toMatchObject({ code: 250 });
    expect(modern.commands).toContain('RCPT TO:<张三@例子.example>');
    await other.end();
  });

  it('is no REQUIRETLS mail without TLS', async () => {
    const smtp = await server({ extensions: [...ALL, 'REQUIRETLS'] });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from('a@corp.example', { requireTls: true }));
    expect(await relay.rcpt(a)).toMatchObject({ code: 550, enhanced: '5.7.30' });
  });

  it.each(['a@x.example\r\nRSET', 'a@x.example>\nDATA', 'a b@x.example', '<a@x.example>', 'a@', '@x.example', 'a@x.ex\u0000ample', `${'a'.repeat(2000)}@x.example`, '"a\r\n"@x.example'])('is no command hidden in the address %j', async (address) => {
    const smtp = await server();
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    expect(await relay.rcpt(to(address))).toMatchObject({ code: 501 });
    const other = closing(hopsTo([hop(smtp.port)])).relay(from(address));
    expect(await other.rcpt(a)).toMatchObject({ code: 501 });
    await relay.end();
    expect(smtp.commands.filter((one) => !/^(EHLO|MAIL FROM:<sender@corp\.example>)/.test(one))).toEqual([]);
  });

  it.each(['"a >b"@x.example', 'postmaster', "o'hara+x=y/z@x.example", 'a@[IPv6:::1]'])('is the address %s', async (address) => {
    const smtp = await server();
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    expect(await relay.rcpt(to(address))).toMatchObject({ code: 250 });
    await relay.end();
  });
});

describe('a transaction', () => {
  it('is begun anew for each group of its recipients', async () => {
    const smtp = await server();
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    for (const one of [a, b, c]) await relay.rcpt(one);
    expect(await relay.send([c], content(MAIL))).toMatchObject({ reply: { code: 250 }, refused: [] });
    expect(await relay.send([a, b], content(MAIL.replace('one', 'two')))).toMatchObject({ reply: { code: 250 }, refused: [] });
    await relay.end();
    expect(smtp.mails.map((mail) => mail.to)).toEqual([['TO:<c@x.example>'], ['TO:<a@x.example>', 'TO:<b@x.example>']]);
    expect(smtp.sessions).toHaveLength(1);
  });

  it('that is begun anew names those who are refused then, and is no mail when all are', async () => {
    let times = 0;
    const smtp = await server({ reply: ({ verb, line }) => (verb === 'RCPT' && line.includes('<b@') && (times += 1) > 1 ? '450 4.2.1 slower' : undefined) });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    for (const one of [a, b, c]) await relay.rcpt(one);
    expect(await relay.send([a, b], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 250 }, refused: [{ recipient: b, reply: { code: 450 } }] });
    expect(await relay.send([b], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 450 }, refused: [{ recipient: b }] });
    expect(smtp.mails.map((mail) => mail.to)).toEqual([['TO:<a@x.example>']]);
    await relay.end();
  });

  it('whose connection is gone by the time of the verdict is begun anew before anything was sent', async () => {
    const smtp = await server();
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    await relay.rcpt(a);
    smtp.drop();
    expect(await relay.send([a], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    expect(smtp.mails).toHaveLength(1);
    await relay.end();
  });

  it('that is told 421 at DATA goes on elsewhere', async () => {
    const smtp = await server({ reply: ({ verb, session }) => (verb === 'DATA' && session.number === 1 ? '421 4.4.2 timeout' : undefined) });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    await relay.rcpt(a);
    expect(await relay.send([a], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    await relay.end();
  });

  it('carries ten thousand recipients in a few writes', async () => {
    const smtp = await server();
    const many = Array.from({ length: 10_000 }, (_, index) => to(`r${String(index)}@x.example`));
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    expect(await relay.send(many, content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 250 }, refused: [] });
    expect(smtp.mails[0]?.to).toHaveLength(10_000);
    await relay.end();
  });

  it('leads to each hop by the domain of its recipients', async () => {
    const [own, rest] = [await server(), await server()];
    const hops = closing(hopsTo([hop(rest.port), hop(own.port, { to: ['corp.example', '*.corp.example'] })]));
    const relay = hops.relay(from());
    const inside = to('x@Mail.CORP.example');
    expect(relay.hopOf(inside)).toBe(`127.0.0.1:${String(own.port)}`);
    for (const one of [a, inside]) await relay.rcpt(one);
    await relay.send([inside], content(MAIL));
    await relay.send([a], content(MAIL));
    await relay.end();
    expect([own.mails[0]?.to, rest.mails[0]?.to]).toEqual([['TO:<x@Mail.CORP.example>'], ['TO:<a@x.example>']]);
    await expect(hops.relay(from()).send([a, inside], content(MAIL))).rejects.toBeInstanceOf(WeirError);
  });
});

describe('a connection that breaks', () => {
  it.each([
    ['before the data was asked for', 'DATA', false],
    ['in the middle', 'BODY', false],
    ['after the last byte', 'END', true],
  ] as const)('%s leaves the mail %s with complete: %s', async (_when, verb, complete) => {
    const smtp = await server({ reply: (step) => (step.verb === verb ? { close: true } : undefined) });
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    const large = `${'x'.repeat(70)}\r\n`.repeat(verb === 'BODY' ? 400_000 : 1);
    await relay.rcpt(a);
    expect(await relay.send([a], content(large, 65_536))).toMatchObject({ kind: 'broken', complete });
    await relay.end();
  });

  it('never ends a mail whose bytes fail, or which must not go on', async () => {
    const smtp = await server();
    const hops = closing(hopsTo([hop(smtp.port)]));
    for (const bad of [
      { length: undefined, async *stream() { yield Buffer.from(MAIL); throw new WeirError('scan-failed'); } },
      content('Subject: x\r\n\r\nbare\n.\r\nRSET\r\n'),
      content('Subject: x\r\n\r\nbare\r.\r\n'),
    ]) {
      const relay = hops.relay(from());
      await relay.rcpt(a);
      expect(await relay.send([a], bad)).toMatchObject({ kind: 'broken', complete: false });
      await relay.end();
    }
    const relay = hops.relay(from());
    await relay.rcpt(a);
    expect(await relay.send([a], content(MAIL), { beforeEnd: () => Promise.reject(new WeirError('hold-unavailable')) })).toMatchObject({ kind: 'broken', complete: false, error: { code: 'hold-unavailable' } });
    const stopped = new AbortController();
    stopped.abort();
    expect(await relay.send([b], content(MAIL), { signal: stopped.signal })).toMatchObject({ kind: 'broken', complete: false });
    await relay.end();
    expect(smtp.mails).toHaveLength(0);
    expect(smtp.commands).not.toContain('(data)');
  });

  it('is one that answers nothing in its time', async () => {
    const smtp = await server({ reply: ({ verb }) => (verb === 'END' ? { silent: true } : undefined) });
    const timers = heldTimers();
    const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
    await relay.rcpt(a);
    let sent: MailSent | undefined;
    void relay.send([a], content(MAIL)).then((how) => (sent = how));
    await until('the mail is given up', () => {
      // Not before all of it is there.
      if (smtp.commands.includes('(data)')) timers.pass(PATIENCE_MS);
      return sent !== undefined;
    });
    expect(sent).toMatchObject({ kind: 'broken', complete: true, error: { code: 'upstream-timeout' } });
    await relay.end();
  });

  it('is believed when it refuses in the middle of the mail, and not when it accepts there', async () => {
    for (const [code, expected] of [['552 5.3.4 too large', { kind: 'replied', reply: { code: 552 } }], ['250 2.0.0 taken', { kind: 'broken', complete: false, error: { code: 'upstream-invalid' } }]] as const) {
      const smtp = await server({ reply: ({ verb, count }) => (verb === 'BODY' && count === 1 ? code : undefined) });
      const relay = closing(hopsTo([hop(smtp.port)])).relay(from());
      await relay.rcpt(a);
      expect(await relay.send([a], content(`${'x'.repeat(70)}\r\n`.repeat(200_000), 65_536))).toMatchObject(expected);
      await relay.end();
    }
  });
});
