/** Mail through the compiled gateway: two processes behind one port that the banner names, figures of both, and an end that loses nothing. */
import { describe, expect, it } from '@jest/globals';
import { ask, metric } from '../../e2e/client.js';
import { startGateway } from '../../e2e/start-gateway.js';
import { until } from '../../kit/patience.js';
import { smtpTalk, type SmtpTalk } from '../../kit/smtp-talk.js';

const config = {
  demo: true,
  processes: 2,
  listen: { smtp: [{ id: 'mail', port: 0 }] },
  mail: { hostname: 'weir.corp.example', language: 'en' },
  routes: [{ id: 'smtp', channel: 'smtp', match: { listener: ['mail'] }, upstream: 'demo', policy: 'p' }],
  policies: { p: { rules: [] } },
};
const MAIL = 'From: a@corp.example\r\nTo: b@partner.example\r\nSubject: hello\r\n\r\nbody\r\n';

async function toData(talk: SmtpTalk): Promise<void> {
  await talk.reply();
  talk.raw('EHLO mua.corp.example\r\nMAIL FROM:<a@corp.example>\r\nRCPT TO:<b@partner.example>\r\nDATA\r\n');
  for (const code of ['250', '250', '250', '354']) expect((await talk.reply()).at(-1)).toMatch(new RegExp(`^${code}`));
}

describe('mail through two processes', () => {
  it('comes in at one port, is counted once for each, and what is in hand at a stop is answered first', async () => {
    const gateway = await startGateway({ config });
    const port = Number(/^ {2}mail +smtp:\/\/127\.0\.0\.1:(\d+)/m.exec(gateway.said())?.[1]);
    const talks = await Promise.all(Array.from({ length: 6 }, () => smtpTalk(port)));
    await Promise.all(talks.map(async (talk) => {
      await toData(talk);
      talk.raw(`${MAIL}.\r\n`);
      expect((await talk.reply())[0]).toMatch(/^250 2\.0\.0 Ok: w/);
    }));
    expect((await ask(`${gateway.adminUrl}/readyz`)).json()).toMatchObject({ ready: true, components: expect.arrayContaining([expect.objectContaining({ component: 'smtp', detail: '1 of 1 listeners' })]) as unknown });
    const counted = async (name: string, labels: Readonly<Record<string, string>>): Promise<boolean> => (await metric(gateway, name, { route: 'smtp', ...labels })) === 6;
    await until('all six are counted', () => counted('weir_exchanges_total', { channel: 'smtp', action: 'pass' }));
    await until('the recipients of all six are counted', () => counted('weir_mail_recipients_total', { fate: 'delivered' }));
    expect(await metric(gateway, 'weir_smtp_connections', { listener: 'mail' })).toBe(6);

    const [busy, idle] = [await smtpTalk(port), await smtpTalk(port)];
    await toData(busy);
    busy.raw(MAIL);
    await idle.reply();
    const ended = gateway.stop();
    expect((await idle.reply())[0]).toMatch(/^421 4\.3\.2/);
    busy.raw('.\r\n');
    expect((await busy.reply())[0]).toMatch(/^250 2\.0\.0 Ok: w/);
    expect((await busy.reply())[0]).toMatch(/^421 4\.3\.2/);
    for (const talk of [...talks, busy, idle]) talk.end();
    expect(await ended).toBe(0);
  });
});
