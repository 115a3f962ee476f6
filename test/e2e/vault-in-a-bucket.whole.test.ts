/** A whole gateway whose vault is a bucket: what is held lies there and nowhere else; a hold that cannot be kept is refused and leaves nothing. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endGateways, gatewayFolder, startGateway, writeConfig, type Gateway } from '../kit/gateway.js';
import { numberSource } from '../kit/numbers.js';
import { until } from '../kit/patience.js';
import { S3_KEYS, testS3, type TestS3 } from '../kit/s3.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { ask, type Answer } from './client.js';

const numbers = numberSource(515);
const dataDir = gatewayFolder('bucket');
let s3: TestS3;
let upstream: RecordingUpstream;
let configFile: string;
let gateway: Gateway;

const PACE = { everyMs: { dispatch: 200, reconcile: 300 } };
const start = (folder: string, file: string): Promise<Gateway> => startGateway({ configFile: file, dataDir: folder, env: S3_KEYS, pace: PACE });

beforeAll(async () => {
  s3 = await testS3();
  upstream = await recordingUpstream();
  configFile = writeConfig(gatewayFolder('config'), `
version: 1
listen: { data: { port: 0 }, admin: { port: 0 } }
vault: { ${s3.config('weir')} }
routes: [{ id: hold, match: {}, upstream: { url: "${upstream.url}" }, policy: p }]
policies: { p: { rules: [{ id: ids, when: { found: { of: [cn.resident-id] } }, action: hold }] } }
`);
  gateway = await start(dataDir, configFile);
});
afterAll(async () => {
  await endGateways();
  await Promise.all([upstream.close(), s3.close()]);
});

interface Row {
  readonly id: string;
  readonly state: string;
}
const send = (body: string): Promise<Answer> => ask(`${gateway.dataUrl}/x`, { fields: { 'content-type': 'text/plain' }, body });
async function messages(): Promise<readonly Row[]> {
  const { text } = await gateway.api('GET', '/messages?limit=50');
  return (JSON.parse(text) as { readonly messages: readonly Row[] }).messages;
}

describe('a gateway whose vault is a bucket', () => {
  it('holds into the bucket, releases from it, and destroys there', async () => {
    const body = `身份证 ${numbers.residentId()}\n${'lorem ipsum '.repeat(1_000)}`;
    const answer = await send(body);
    expect(answer.status).toBe(202);
    const id = String(answer.fields['weir-incident']);
    expect(await s3.keys()).toEqual([`weir/${id}.body`, `weir/${id}.key`, 'weir/weir-vault.json']);
    expect(existsSync(join(dataDir, 'vault'))).toBe(false);
    expect((await gateway.api('POST', `/messages/${id}/release`, { as: 'original', reason: 'checked by phone' })).status).toBeLessThan(300);
    await until('the arrival', () => upstream.requests.some((one) => one.complete && one.body.includes('lorem ipsum')));
    await until('its destruction', async () => (await s3.keys()).length === 1);
  });

  it.each([['refuses to write', { status: 500, code: 'InternalError' }], ['slows down', { status: 503, code: 'SlowDown' }], ['denies access', { status: 403, code: 'AccessDenied' }], ['cuts every connection', 'before']] as const)(
    'answers 503 when the bucket %s, and leaves neither object nor message',
    async (_name, fault) => {
      const before = (await messages()).length;
      s3.fault = ({ method }) => (method === 'PUT' ? fault : undefined);
      const answer = await send(`身份证 ${numbers.residentId()}`);
      s3.fault = () => undefined;
      expect([answer.status, answer.json()['type']]).toEqual([503, expect.stringContaining('hold-unavailable')]);
      expect(await s3.keys()).toEqual(['weir/weir-vault.json']);
      expect((await messages()).length).toBe(before);
      expect(gateway.said()).not.toContain('made to fail');
    },
  );

  it('refuses another data folder, with a ledger of its own, on the same bucket: in one sentence', async () => {
    expect((await send(`身份证 ${numbers.residentId()}`)).status).toBe(202);
    const kept = await s3.keys();
    const said = await start(gatewayFolder('stranger'), configFile).then(() => 'it started', (thrown: unknown) => String(thrown));
    expect(said).toContain('This vault belongs to another ledger');
    expect(await s3.keys()).toEqual(kept);
  });

  it('starts again on its own', async () => {
    await gateway.stop();
    gateway = await start(dataDir, configFile);
    expect((await messages()).filter(({ state }) => state === 'held')).toHaveLength(1);
    expect(readdirSync(dataDir)).not.toContain('vault');
  });

  it('does not start when the bucket keeps versions that it may not destroy', async () => {
    await gateway.stop();
    s3.versioning = 'Enabled';
    s3.fault = ({ method, query }) => (method === 'DELETE' && query.has('versionId') ? { status: 403, code: 'AccessDenied' } : undefined);
    const said = await start(dataDir, configFile).then(() => 'it started', (thrown: unknown) => String(thrown));
    expect(said).toContain('s3:DeleteObjectVersion');
  });
});
