import { get as httpGet } from 'node:http';
import { afterEach, describe, it, expect } from '@jest/globals';
import type { MetricsListen } from '../../../config/metrics-schema.js';
import { exposed } from '../../../gateway/record/exposition.js';
import { metricsListener } from '../../../gateway/wiring/metrics-listener.js';
import type { Health } from '../../../gateway/ports.js';

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});
const families = [{ name: 'weir_x_total', help: 'X.', type: 'counter', aggregator: 'sum', values: [{ value: 1, labels: {} }] }];
async function listening(changes: Partial<MetricsListen> = {}, health: readonly Health[] = []) {
  const listener = await metricsListener({ listen: { host: '127.0.0.1', port: 0, allow: [], ...changes }, text: async (accept) => exposed(families, accept), health });
  open.push(() => listener.close());
  return (path: string, init?: RequestInit) => fetch(`${listener.url}${path}`, init);
}

describe('the metrics listener', () => {
  it('answers a scrape in the form that was asked for', async () => {
    const get = await listening();
    const plain = await get('/metrics');
    expect(plain.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
    expect(await plain.text()).toContain('# TYPE weir_x_total counter');
    const openMetrics = await get('/metrics', { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
    expect(openMetrics.headers.get('content-type')).toMatch(/^application\/openmetrics-text; version=1.0.0/);
    expect(await openMetrics.text()).toMatch(/# EOF\n$/);
  });

  it('says that it is alive, and ready only when every component is', async () => {
    let ok = true;
    const get = await listening({}, [{ component: 'database', check: async () => ({ ok, neededFor: 'all', detail: 'x' }) }]);
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    ok = false;
    expect((await get('/readyz?for=hold')).status).toBe(503);
    expect((await get('/readyz?for=tea')).status).toBe(400);
  });

  it('has nothing else, and takes nothing', async () => {
    const get = await listening();
    expect((await get('/api/v1/messages')).status).toBe(404);
    expect((await get('/metrics', { method: 'POST', body: 'x' })).status).toBe(405);
    expect((await get('/metrics', { method: 'HEAD' })).status).toBe(200);
  });

  it('shows metrics to no page whose name was made to point at this machine', async () => {
    const get = await listening();
    const { port } = new URL((await get('/healthz')).url);
    const asked = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        httpGet({ host: '127.0.0.1', port, path: '/metrics', headers: { host } }, (answer) => resolve(answer.resume().statusCode)).on('error', reject);
      });
    expect([await asked('evil.example'), await asked(`localhost:${port}`), await asked(`127.0.0.1:${port}`)]).toEqual([421, 200, 200]);
  });

  it('answers scrapes of this machine when other networks are named', async () => {
    const get = await listening({ allow: ['10.0.8.0/24'] });
    expect((await get('/metrics')).status).toBe(200);
  });
});
