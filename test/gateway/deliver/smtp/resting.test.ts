/** Clients that let their hop's connection rest: others get it, and nothing of their own is lost. */
import { describe, expect, it } from '@jest/globals';
import { content, from, hop, hopsTo, MAIL, to } from './fixture.js';
import { closing, server } from './stage.js';

const [a, b, c] = [to('a@x.example'), to('b@x.example'), to('c@x.example')];
const clock = { now: () => Date.now() };

describe('a connection whose client goes on with nothing', () => {
  it('is lent to a mail that waits, and the idle mail is begun anew when its client goes on', async () => {
    const smtp = await server();
    const hops = closing(hopsTo([hop(smtp.port, { maxConnections: 1 })], { clock }));
    const [idle, waiting] = [hops.relay(from('idle@corp.example')), hops.relay(from('other@corp.example'))];
    expect(await idle.rcpt(a)).toMatchObject({ code: 250 });
    expect(await waiting.rcpt(b)).toMatchObject({ code: 250 });
    expect(await waiting.send([b], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    await waiting.end();
    expect(await idle.rcpt(c)).toMatchObject({ code: 250 });
    expect(await idle.send([a, c], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 250 }, refused: [] });
    await idle.end();
    expect(smtp.mails.map(({ from: sender, to: all }) => [sender.split(' ')[0], all.length])).toEqual([['FROM:<other@corp.example>', 1], ['FROM:<idle@corp.example>', 2]]);
    expect(smtp.sessions).toHaveLength(1);
  });

  it('is lent to each of many in turn, however often its own mail has been put back', async () => {
    const smtp = await server();
    const hops = closing(hopsTo([hop(smtp.port, { maxConnections: 1, replyTimeout: 400 })], { clock }));
    const idle = hops.relay(from('idle@corp.example'));
    for (let round = 0; round < 7; round += 1) {
      expect(await idle.rcpt(to(`r${String(round)}@x.example`))).toMatchObject({ code: 250 });
      const waiting = hops.relay(from('other@corp.example'));
      expect(await waiting.rcpt(b)).toMatchObject({ code: 250 });
      await waiting.end();
    }
    await idle.end();
  });

  it('is taken from whoever has let his rest longest, and from nobody whose mail is being sent', async () => {
    const held: { go?: () => void } = {};
    const smtp = await server({ reply: ({ verb, session }) => (verb === 'END' && session.number === 1 ? new Promise<undefined>((resolve) => (held.go = () => resolve(undefined))) : undefined) });
    const hops = closing(hopsTo([hop(smtp.port, { maxConnections: 2 })], { clock }));
    const [sending, idle, waiting] = [hops.relay(from('one@corp.example')), hops.relay(from('two@corp.example')), hops.relay(from('three@corp.example'))];
    await sending.rcpt(a);
    const sent = sending.send([a], content(MAIL));
    await idle.rcpt(b);
    expect(await waiting.rcpt(c)).toMatchObject({ code: 250 });
    expect(smtp.sessions.map(({ commands }) => commands.includes('RSET'))).toEqual([false, true]);
    held.go?.();
    expect(await sent).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    for (const one of [sending, idle, waiting]) await one.end();
  });
});
