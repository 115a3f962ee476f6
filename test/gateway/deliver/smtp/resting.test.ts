/** Clients that let their hop's connection rest: others get it, and nothing of their own is lost. */
import { describe, expect, it } from '@jest/globals';
import type { MailRecipient, MailRelay, NextHops, SmtpReply } from '../../../../gateway/ports.js';
import { manualClock } from '../../../kit/clock.js';
import { heldTimers } from '../../../kit/held-timers.js';
import type { ScriptedSmtp, ScriptedSmtpOptions } from '../../../kit/scripted-smtp.js';
import { content, from, hop, hopsTo, MAIL, to } from './fixture.js';
import { closing, server } from './stage.js';

const [a, b, c] = [to('a@x.example'), to('b@x.example'), to('c@x.example')];
/** So long a client may let its connection rest while others wait for it. */
const REST_MS = 5_000;

interface Stand {
  readonly smtp: ScriptedSmtp;
  readonly hops: NextHops;
  /** Asked while every connection rests, which none may do for longer. */
  readonly asks: (relay: MailRelay, recipient: MailRecipient) => Promise<SmtpReply>;
}
async function stand(maxConnections: number, options: ScriptedSmtpOptions = {}): Promise<Stand> {
  const timers = heldTimers();
  const clock = manualClock();
  const smtp = await server(options);
  const hops = closing(hopsTo([hop(smtp.port, { maxConnections })], { clock }));
  return {
    smtp, hops,
    async asks(relay, recipient) {
      const asked = relay.rcpt(recipient);
      // It waits in the line by then.
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(REST_MS);
      timers.pass(REST_MS);
      return asked;
    },
  };
}

describe('a connection whose client goes on with nothing', () => {
  it('is lent to a mail that waits, and the idle mail is begun anew when its client goes on', async () => {
    const { smtp, hops, asks } = await stand(1);
    const [idle, waiting] = [hops.relay(from('idle@corp.example')), hops.relay(from('other@corp.example'))];
    expect(await idle.rcpt(a)).toMatchObject({ code: 250 });
    expect(await asks(waiting, b)).toMatchObject({ code: 250 });
    expect(await waiting.send([b], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    await waiting.end();
    expect(await idle.rcpt(c)).toMatchObject({ code: 250 });
    expect(await idle.send([a, c], content(MAIL))).toMatchObject({ kind: 'replied', reply: { code: 250 }, refused: [] });
    await idle.end();
    expect(smtp.mails.map(({ from: sender, to: all }) => [sender.split(' ')[0], all.length])).toEqual([['FROM:<other@corp.example>', 1], ['FROM:<idle@corp.example>', 2]]);
    expect(smtp.sessions).toHaveLength(1);
  });

  it('is lent to each of many in turn, however often its own mail has been put back', async () => {
    const { hops, asks } = await stand(1);
    const idle = hops.relay(from('idle@corp.example'));
    for (let round = 0; round < 7; round += 1) {
      expect(await idle.rcpt(to(`r${String(round)}@x.example`))).toMatchObject({ code: 250 });
      const waiting = hops.relay(from('other@corp.example'));
      expect(await asks(waiting, b)).toMatchObject({ code: 250 });
      await waiting.end();
    }
    await idle.end();
  });

  it('is taken from whoever has let his rest longest, and from nobody whose mail is being sent', async () => {
    const held: { go?: () => void } = {};
    const { smtp, hops, asks } = await stand(2, { reply: ({ verb, session }) => (verb === 'END' && session.number === 1 ? new Promise<undefined>((resolve) => (held.go = () => resolve(undefined))) : undefined) });
    const [sending, idle, waiting] = [hops.relay(from('one@corp.example')), hops.relay(from('two@corp.example')), hops.relay(from('three@corp.example'))];
    await sending.rcpt(a);
    const sent = sending.send([a], content(MAIL));
    await idle.rcpt(b);
    expect(await asks(waiting, c)).toMatchObject({ code: 250 });
    expect(smtp.sessions.map(({ commands }) => commands.includes('RSET'))).toEqual([false, true]);
    held.go?.();
    expect(await sent).toMatchObject({ kind: 'replied', reply: { code: 250 } });
    for (const one of [sending, idle, waiting]) await one.end();
  });
});
