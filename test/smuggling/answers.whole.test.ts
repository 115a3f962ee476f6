/** Answers that try to reach somebody else, through the compiled gateway: a client gets its own answer or an error, and the next exchange never reads a byte of it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway, type Gateway } from '../e2e/start-gateway.js';
import { FRONTS } from './fronts.js';
import { hostileUpstream, type HostileUpstream } from './hostile-upstream.js';
import { answerBreaches } from './judge-answer.js';
import { ANSWERS } from './vectors/answers.js';

/** Each route has a pool of its own, so that every canary meets the connection before it. */
const ROUTES = ['request', 'both', 'unscanned'];

let upstream: HostileUpstream;
beforeAll(async () => {
  upstream = await hostileUpstream();
});
afterAll(async () => {
  await upstream.close();
});

describe.each(FRONTS)('through the front %s', (frontend) => {
  let gateway: Gateway;
  beforeAll(async () => {
    const route = (id: string, change: object): object => ({ id, match: { path: `/${id}` }, upstream: { url: upstream.url, responseTimeout: '5s' }, ...change });
    gateway = await startGateway({
      config: {
        listen: { data: { frontend } },
        routes: [route('request', { policy: 'pass' }), route('both', { policy: 'pass', direction: ['request', 'response'] }), route('unscanned', { scan: false })],
        policies: { pass: { rules: [] } },
      },
    });
  });
  afterAll(async () => {
    await gateway.stop();
  });

  it.each(ROUTES)('on the route %s a client gets its own answer or an error, and the next exchange its own', async (route) => {
    const found: string[] = [];
    for (const answer of ANSWERS) found.push(...(await answerBreaches({ front: frontend, route: `/${route}`, port: gateway.dataPort, upstream }, answer)));
    expect(found).toEqual([]);
  });

  it('is alive, and said nothing of a fault of its own', () => {
    expect(gateway.logged()).not.toMatch(/turn-failed|"internal"|uncaught/i);
  });
});
