/** Which route a mail takes. */
import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../../../config/schema.js';
import { smtpRoutes } from '../../../config/routes.js';
import { routeChoice } from '../../../gateway/wiring/smtp-listeners.js';

const routes = smtpRoutes(configSchema.parse({
  version: 1,
  demo: true,
  listen: { smtp: [{ id: 'mail' }, { id: 'submission', port: 5870 }] },
  routes: [
    { id: 'people', channel: 'smtp', match: { listener: ['submission'] }, upstream: 'demo', policy: 'p' },
    { id: 'bounces', channel: 'smtp', match: { listener: ['mail'], sender: 'unknown' }, upstream: 'demo', policy: 'p' },
    { id: 'printers', channel: 'smtp', match: { sender: '*@scan.corp.example', client: ['10.1.0.0/16', '2001:db8::/32'] }, upstream: 'demo', policy: 'p' },
    { id: 'nobody', channel: 'smtp', match: { listener: ['mail'], client: 'unknown' }, upstream: 'demo', policy: 'p' },
    { id: 'rest', channel: 'smtp', match: { listener: ['mail'] }, upstream: 'demo', policy: 'p' },
  ],
  policies: { p: { rules: [] } },
}));

describe('a mail', () => {
  const { routeFor } = routeChoice(routes, 'mail');
  it.each([
    ['a@corp.example', '10.9.9.9', 'rest'],
    ['Copier@Scan.corp.example', '10.1.2.3', 'printers'],
    ['copier@scan.corp.example', '2001:db8::7', 'printers'],
    ['copier@scan.corp.example', '::ffff:10.1.2.3', 'printers'],
    ['copier@scan.corp.example', '10.2.2.3', 'rest'],
    ['', '10.1.2.3', 'bounces'],
    ['a@corp.example', undefined, 'nobody'],
  ])('of %s from %s takes the first route that fits: %s', (sender, client, id) => {
    expect(routeFor({ sender, client })?.id).toBe(id);
  });

  it('takes no route of another listener, and none where none fits', () => {
    expect(routeChoice(routes, 'submission').routes.map(({ id }) => id)).toEqual(['people', 'printers']);
    expect(routeChoice(routes.filter(({ id }) => id === 'printers'), 'mail').routeFor({ sender: 'a@b.example', client: '10.1.2.3' })).toBeUndefined();
  });
});
