/** A thousand ways to have two servers read one connection differently, through the compiled gateway to nginx and to Node: one request in is one request out, or it is refused. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../e2e/start-gateway.js';
import { until } from '../kit/patience.js';
import { echoUpstream, type EchoUpstream } from './echo-upstream.js';
import { FRONTS } from './fronts.js';
import { breaches, bytewise, whole, type Cut, type Way } from './judge.js';
import { nginxUpstream, type NginxUpstream } from './nginx-upstream.js';
import { VECTORS } from './vectors/all.js';
import type { Vector } from './vectors/vector.js';

/** Connections that vectors are sent on at once: they share the pools, so that one could poison another. */
const AT_ONCE = 6;
/** Cutting never matters; each of these is sent byte by byte. */
const CUT_EVERY = 5;

let node: EchoUpstream;
let nginx: NginxUpstream;
beforeAll(async () => {
  [node, nginx] = await Promise.all([echoUpstream(), nginxUpstream()]);
});
afterAll(async () => {
  await Promise.all([node.close(), nginx.close()]);
});

async function all(vectors: readonly Vector[], ways: readonly Way[], cut: Cut): Promise<readonly string[]> {
  const waiting = vectors.flatMap((vector) => ways.map((way) => ({ vector, way })));
  const found: string[] = [];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) found.push(...(await breaches(next.vector, next.way, cut)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return found;
}

describe.each(FRONTS)('through the front %s', (frontend) => {
  let gateway: Gateway;
  let ways: readonly Way[];
  beforeAll(async () => {
    const route = (id: string, url: string, change: object = {}): object => ({ id, match: { path: `/${id}` }, upstream: { url }, policy: 'pass', ...change });
    gateway = await startGateway({
      config: {
        listen: { data: { frontend } },
        routes: [route('node', node.url), route('nginx', nginx.url), route('both', node.url, { direction: ['request', 'response'] }), route('unscanned', node.url, { scan: false, policy: undefined })],
        policies: { pass: { rules: [] } },
      },
    });
    const way = (id: string, to: EchoUpstream): Way => ({ front: frontend, route: `/${id}`, port: gateway.dataPort, arrived: () => to.arrived });
    ways = [way('node', node), way('nginx', nginx.behind), way('both', node), way('unscanned', node)];
  });
  afterAll(async () => {
    await gateway.stop();
  });

  it.each(Object.entries(VECTORS))('%s: one in is one out, or it is refused', async (_name, vectors) => {
    expect(await all(vectors, ways, whole)).toEqual([]);
  });

  it.each(Object.entries(VECTORS))('%s: the same in pieces', async (_name, vectors) => {
    expect(await all(vectors.filter((_, at) => at % CUT_EVERY === 0), ways.slice(0, 2), bytewise)).toEqual([]);
  });

  it('gives upstreams nothing that they have to refuse, and nginx saw what was behind it', async () => {
    // Several are under way at a time, and nginx writes of one once it has answered it.
    const seen = (): readonly string[] => nginx.seen().filter(({ status }) => status === 200).map(({ target }) => target).sort();
    const behind = nginx.behind.arrived.filter(({ complete }) => complete).map(({ target }) => target).sort();
    await until('the last line of nginx', () => seen().length >= behind.length);
    expect(seen()).toEqual(behind);
    expect(node.refused).toEqual([]);
    expect(nginx.behind.refused).toEqual([]);
    expect(nginx.complaints()).toEqual([]);
  });

  it('is alive, and said nothing of a fault of its own', () => {
    expect(gateway.logged()).not.toMatch(/turn-failed|"internal"|uncaught/i);
  });
});
