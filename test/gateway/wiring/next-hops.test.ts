/** Next hops by route: real ones, the demonstration's, and configurations that could never deliver. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { configSchema, type Config } from '../../../config/schema.js';
import { nextHopsOf, outgoingOf } from '../../../gateway/wiring/next-hops.js';
import { manualClock } from '../../kit/clock.js';
import { tempFolder } from '../../kit/temp.js';
import { quietLog } from '../deliver/smtp/fixture.js';

const clock = manualClock();
const config = (routes: readonly object[], mail: object = {}): Config => configSchema.parse({ version: 1, demo: true, routes, policies: { p: { rules: [] } }, mail });
const smtp = (upstream: unknown, id = 'mail'): object => ({ id, channel: 'smtp', upstream, policy: 'p' });
const around = { demoUrl: 'http://127.0.0.1:1', env: { PASSWORD: 'p' }, clock, log: quietLog };
const to = { address: 'a@corp.example', notify: undefined, orcpt: undefined };
const from = { address: '', body: undefined, smtpUtf8: false, requireTls: false, ret: undefined, envid: undefined, size: undefined };

describe('next hops', () => {
  it('exist for each route of mail and for no other', async () => {
    const hops = nextHopsOf(config([smtp('demo', 'shown'), smtp({ hops: [{ hosts: ['mx.corp.example:25'], auth: { user: 'weir', secret: { env: 'PASSWORD' } } }] }), { id: 'web', match: {}, upstream: 'demo', policy: 'p' }]), around);
    expect([...hops.byRoute.keys()]).toEqual(['shown', 'mail']);
    expect([...hops.byRoute.values()].map((one) => one.relay(from).hopOf(to))).toEqual(['demo', 'mx.corp.example:25']);
    await hops.close();
  });

  it('are refused at the start without a demonstration, without a password that is named, or with an authority that is not there', () => {
    expect(() => nextHopsOf(config([smtp('demo')]), { ...around, demoUrl: undefined })).toThrow('demo: true');
    expect(() => nextHopsOf(config([smtp({ hops: [{ hosts: ['mx:25'], auth: { user: 'weir', secret: { env: 'ABSENT' } } }] })]), around)).toThrow('ABSENT');
    expect(() => nextHopsOf(config([smtp({ hops: [{ hosts: ['mx:25'], ca: '/nowhere.pem' }] })]), around)).toThrow('Route "mail"');
  });
});

describe('what mail leaves as', () => {
  it('has the keys of the configuration, which are looked at once at the start', () => {
    const file = join(tempFolder('dkim'), 'key.pem');
    writeFileSync(file, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const dkim = [{ domain: 'corp.example', selector: 'weir', key: file }];
    expect(outgoingOf(config([smtp('demo')], { dkim }), clock)).toBeInstanceOf(Function);
    writeFileSync(file, 'none');
    expect(() => outgoingOf(config([smtp('demo')], { dkim }), clock)).toThrow();
  });
});
