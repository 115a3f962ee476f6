/** What a person sees at the start: where everything is, what routes do, and what to type first. */
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { configSchema, type Config } from '../../../config/schema.js';
import { luhn, mod11Two } from '../../../detectors/checksum.js';
import { builtInDetectors } from '../../../detectors/registry.js';
import { findAllWith } from '../../../detectors/scan/find.js';
import { banner, type BannerFacts } from '../../../gateway/wiring/banner.js';

const route = (id: string, over: object = {}): object => ({ id, match: { path: `/${id}/` }, upstream: 'demo', policy: 'p', ...over });
const config = (over: object = {}): Config =>
  configSchema.parse({ version: 1, demo: true, routes: ['upload', 'mail', 'share'].map((id) => route(id)), policies: { p: { rules: [] } }, ...over });
const facts = (over: Partial<BannerFacts> = {}): BannerFacts => ({
  version: '1.2.3', config: config(), configFile: '/etc/weir.yaml', dataDir: resolve('data'), dataUrl: 'http://127.0.0.1:8080', adminUrl: 'http://127.0.0.1:8081',
  tokenPath: '/data/admin-token', databaseKind: 'embedded', notes: [], ...over,
});

describe('the banner', () => {
  it('names version, addresses, token, data, configuration and every route', () => {
    const text = banner(facts({ config: config({ routes: [route('mail'), route('files', { upstream: { url: 'https://files.example/' }, monitor: true }), route('raw', { scan: false, policy: undefined })] }) }));
    for (const one of ['1.2.3', 'http://127.0.0.1:8080', 'http://127.0.0.1:8081', '/data/admin-token', resolve('data'), 'embedded PostgreSQL', '/etc/weir.yaml']) expect(text).toContain(one);
    expect(text).toMatch(/\/mail\/ +→ demo sink +\(policy p\)/);
    expect(text).toMatch(/\/files\/ +→ https:\/\/files\.example\/ +\(policy p, monitor\)/);
    expect(text).toMatch(/\/raw\/ +→ demo sink +\(unscanned\)/);
  });

  it('names each mail route', () => {
    const mail = (id: string, upstream: unknown): object => ({ id, channel: 'smtp', match: { listener: [id] }, upstream, policy: 'p' });
    const listen = { smtp: [{ id: 'out' }, { id: 'partners', port: 2526 }] };
    const text = banner(facts({ config: config({ listen, routes: [mail('out', 'demo'), mail('partners', { hops: [{ hosts: ['mx.audit.example:25'] }] })] }) }));
    expect(text).toMatch(/out +→ demo sink +\(mail, policy p\)/);
    expect(text).toMatch(/partners +→ mx\.audit\.example:25 +\(mail, policy p\)/);
  });

  it('shows a mask, a block and a hold to try, only where the demonstration stands', () => {
    const text = banner(facts());
    expect(text.split('\n').filter((line) => line.includes('curl')).map((line) => line.trim().split(':')[0])).toEqual(['mask', 'block', 'hold']);
    const real = banner(facts({ config: config({ demo: false, routes: [route('mail', { upstream: { url: 'https://mail.example/' } })] }) }));
    expect([real.includes('curl'), real.includes('Demo')]).toEqual([false, false]);
  });

  it('uses sample numbers that are found, three of them distinct IDs in the line that blocks', () => {
    const block = banner(facts()).split('\n').find((line) => line.includes('block:')) ?? '';
    const found = findAllWith(block, builtInDetectors).filter(({ detector }) => detector === 'cn.resident-id').map(({ start, end }) => block.slice(start, end));
    expect(new Set(found).size).toBe(3);
    expect(found.every((one) => mod11Two(one) && !luhn(one.slice(0, 17) + 'X'))).toBe(true);
  });

  it('shows the first administrator’s link while there is one, and nothing of it afterwards', () => {
    const link = `http://127.0.0.1:8081/#/invitation/${'x'.repeat(43)}`;
    expect(banner(facts({ firstRunLink: link }))).toContain(`  ${link}\n`);
    expect(banner(facts())).not.toContain('invitation');
  });

  it('has commands that can be typed as they stand, elsewhere too', () => {
    expect(banner(facts())).toContain('npx weir held list\n');
    const other = banner(facts({ dataDir: "/srv/it's data", adminUrl: 'https://admin.example:9443' }));
    expect(other).toContain("WEIR_DATA='/srv/it'\\''s data' npx weir held list --url https://admin.example:9443");
  });

  it('warns of demonstration and monitor mode, and of whatever else it is told', () => {
    const text = banner(facts({ config: config({ monitor: true }), notes: ['The review key lies beside the data.'] }));
    expect(text.split('\n').filter((line) => line.startsWith('! '))).toHaveLength(3);
  });

  it('says where mail comes in, and how to send one to the demonstration', () => {
    const smtp = { id: 'smtp', channel: 'smtp', upstream: 'demo', policy: 'p' };
    const mailPorts = [{ id: 'secure', host: '::1', port: 4465, tls: 'implicit' as const }, { id: 'mail', host: '127.0.0.1', port: 2525, tls: 'optional' as const }];
    const text = banner(facts({ config: config({ listen: { smtp: [{ id: 'mail' }] }, routes: [route('mail'), smtp] }), mailPorts }));
    expect(text).toContain('mail        smtps://[::1]:4465   (listener secure)\n  mail        smtp://127.0.0.1:2525   (listener mail)');
    expect(text).toContain('swaks --server 127.0.0.1:2525 ');
    expect(banner(facts())).not.toContain('swaks');
  });
});
