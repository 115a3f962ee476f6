/** Configuration of mail: what is left out is safe, and nothing that is written makes an open relay. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isOpen } from '../../config/checks/open-relay.js';
import { checkContent, reportLines, type LoadResult } from '../../config/load.js';
import { httpRoutes, smtpRoutes } from '../../config/routes.js';
import type { Config } from '../../config/schema.js';

const load = (text: string): LoadResult => checkContent('/c.yaml', new TextEncoder().encode(text), { WEIR_RELAY_PASSWORD: 's' });
const config = (text: string): Config => {
  const result = load(text);
  if (!result.ok) throw new Error(reportLines(result).join('\n'));
  return result.config;
};
const warnings = (text: string): string[] => {
  const result = load(text);
  return result.ok ? result.warnings.map(({ path, problem }) => `${path}: ${problem}`) : reportLines(result).map((line) => `refused: ${line}`);
};
const withListener = (listener: string, more = ''): string => `version: 1
listen: { smtp: [{ ${listener} }] }
routes: [{ id: out, channel: smtp, upstream: { hops: [{ hosts: ["mx1.corp.example:25"], tls: verified }] }, policy: p }]
policies: { p: { rules: [{ id: r, action: hold }] } }
${more}`;

describe('a listener for mail', () => {
  it('takes mail from this machine alone, speaks of itself and waits as long as senders do, where nothing else is said', () => {
    const { listen, mail, routes, domains } = config(withListener(''));
    expect(listen.smtp).toEqual([
      {
        id: 'smtp', host: '127.0.0.1', port: 2525, tls: { mode: 'none' }, clients: ['127.0.0.0/8', '::1/128'], auth: 'none', authRequired: false, trustedProxies: [], proxyProtocol: false,
        maxConnections: 200, perClient: { connections: 20, messagesPerMinute: 600 }, maxRecipients: 10_000, idleTimeout: 300_000, commandTimeout: 60_000, dataTimeout: 300_000,
      },
    ]);
    expect(mail).toMatchObject({ language: 'zh', deadline: 240_000, dkim: [], incidentHeader: false });
    expect(mail.hostname).toContain('.');
    expect(mail.postmaster).toBe(`postmaster@${mail.hostname}`);
    expect(domains).toEqual({ own: [], partners: [], zone: 'Asia/Shanghai' });
    expect(smtpRoutes({ routes })).toMatchObject([{ match: {}, maxBody: 50 * 2 ** 20, notices: { hold: false, reject: true }, upstream: { hops: [{ tls: 'verified', maxConnections: 20 }] } }]);
    expect(httpRoutes({ routes })).toEqual([]);
  });

  it('says so where nobody from the network could use it, where mail would be refused for want of a route, and where it would cross the network in clear', () => {
    expect(warnings(withListener('host: 0.0.0.0'))).toEqual(['listen.smtp[0].clients: is left out, so only this machine may send mail, though the listener is open to the network']);
    expect(warnings(withListener('').replace('channel: smtp', 'channel: smtp, match: { sender: "*@corp.example" }'))).toEqual(['listen.smtp[0]: mail that no route of listener "smtp" matches is refused']);
    expect(warnings(withListener('').replace('tls: verified', 'tls: none'))).toEqual(['routes[0].upstream.hops[0].tls: mail crosses the network in clear']);
    expect(warnings(withListener('').replace('tls: verified', 'tls: required, ca: /etc/hostname'))).toEqual(['routes[0].upstream.hops[0].ca: has no effect: with "tls: required" no certificate is checked']);
  });

  it('speaks of the demonstration only where that is where its mail goes', () => {
    const open = withListener('host: 10.1.2.10, clients: [10.1.2.3]', 'demo: true');
    expect(warnings(open)).toEqual([]);
    expect(warnings(open.replace('upstream: { hops: [{ hosts: ["mx1.corp.example:25"], tls: verified }] }', 'upstream: demo'))).toEqual(['listen.smtp[0].host: the demo takes mail from this machine only']);
  });

  it('warns of a password that goes to whoever answers', () => {
    const signed = (tls: string): string[] => warnings(withListener('').replace('tls: verified', `tls: ${tls}, auth: { user: weir, secret: { env: WEIR_RELAY_PASSWORD } }`));
    expect(signed('required')).toEqual(['routes[0].upstream.hops[0].auth: the password goes to whoever answers: with "tls: required" no certificate is checked']);
    expect([signed('verified'), signed('implicit')]).toEqual([[], []]);
  });

  it('may be open to everybody who signs in', () => {
    expect(load(withListener('clients: [0.0.0.0/0, "::/0"], authRequired: true, auth: next-hop')).ok).toBe(true);
    expect(load(withListener('clients: [0.0.0.0/0, "::/0"], authRequired: true')).ok).toBe(false);
  });
});

describe('the world', () => {
  it.each([
    [['0.0.0.0/0']], [['::/0']], [['0.0.0.0/1', '128.0.0.0/1']], [['::ffff:0:0/96']], [['::ffff:0.0.0.0/97', '::ffff:128.0.0.0/97']], [['2000::/3']], [['8.0.0.0/7']],
    [['10.0.0.0/8', '11.0.0.0/8', '13.0.0.0/24']], [['0.0.0.0/3']], [['2001:db8::/31']],
    [['64:ff9b::/96']], [['64:ff9b::/97', '64:ff9b::8000:0/97']], [['64:ff9b::/64']], [['64:ff9b::b00:0/104', '13.0.0.0/8']], [['::ffff:0:0:0/96']], [['64:ff9b:1::/96']], [['2001::/64']], [['2001::/32']], [['64:ff9b:1:fffe::/64']],
  ])('is let in by %j', (clients) => expect(isOpen(clients)).toBe(true));

  it.each([[['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8']], [['11.0.0.0/8']], [['fc00::/7', '::1']], [['2001:db8::/32']], [['203.0.113.7']], [['64:ff9b::10.0.0.0/104', '64:ff9b::192.168.0.0/112']], [['64:ff9b::b00:0/104', '11.0.0.0/8']], [['2002:cb00:7107::/48']], [['64:ff9b::203.0.113.7']], [['64:ff9b:1::cb00:7100/120']], [['10.0.0.0/7', '10.0.0.0/8', '11.1.0.0/16']], [[]]])(
    'is not let in by %j', (clients) => expect(isOpen(clients)).toBe(false),
  );

  it('is let in or not whatever the order, and never less by naming more', () => {
    const range = fc.tuple(fc.tuple(fc.nat(255), fc.nat(255)), fc.integer({ min: 0, max: 16 })).map(([[a, b], prefix]) => `${a}.${b}.0.0/${prefix}`);
    fc.assert(
      fc.property(fc.array(range, { maxLength: 6 }), range, (list, more) => {
        expect(isOpen([...list].reverse())).toBe(isOpen(list));
        if (isOpen(list)) expect(isOpen([more, ...list])).toBe(true);
      }),
      { seed: 20_261_122 },
    );
  });
});
