/** The same doubtful requests and answers without anything but the channel and its upstreams, in this process: quick enough to be asked after each change. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { httpUpstream } from '../../gateway/deliver/http/upstream.js';
import { wireUpstream } from '../../gateway/deliver/http/wire-upstream.js';
import { closeChannels, parsedConfig, parsedRoutes, testChannel } from '../gateway/channels/http/kit.js';
import { echoUpstream, type EchoUpstream } from './echo-upstream.js';
import { hostileUpstream, type HostileUpstream } from './hostile-upstream.js';
import { answerBreaches, type AnswerWay } from './judge-answer.js';
import { breaches, bytewise, whole, type Way } from './judge.js';
import { ANSWERS } from './vectors/answers.js';
import { VECTORS } from './vectors/all.js';

/** Of those that are sent byte by byte. */
const CUT_EVERY = 7;
const AT_ONCE = 4;

describe.each([['node', httpUpstream], ['fast', wireUpstream]] as const)('requests through the channel with the front %s', (front, make) => {
  let echo: EchoUpstream;
  let way: Way;
  beforeAll(async () => {
    echo = await echoUpstream();
    const input = { id: 'r', match: { path: '/r' }, upstream: { url: echo.url } };
    const [route] = parsedRoutes(input);
    if (route === undefined) throw new TypeError('there is a route');
    const { port } = await testChannel({
      routes: [input],
      options: { listen: { ...parsedConfig().listen.data, port: 0, frontend: front }, upstreams: new Map([['r', make(route)]]) },
    });
    way = { front, route: '/r', port, arrived: () => echo.arrived };
  });
  afterAll(async () => {
    await closeChannels();
    await echo.close();
  });

  it.each(Object.entries(VECTORS))('%s: one in is one out, or it is refused, whole and in pieces', async (_name, vectors) => {
    const waiting = [...vectors.map((vector) => ({ vector, cut: whole })), ...vectors.filter((_, at) => at % CUT_EVERY === 0).map((vector) => ({ vector, cut: bytewise }))];
    const found: string[] = [];
    const lane = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) found.push(...(await breaches(next.vector, way, next.cut)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    expect(found).toEqual([]);
  });

  it('gives the upstream nothing that it has to refuse', () => {
    expect(echo.refused).toEqual([]);
  });
});

describe.each([['node', httpUpstream], ['fast', wireUpstream]] as const)('answers through the upstream of the front %s', (front, make) => {
  let upstream: HostileUpstream;
  let way: AnswerWay;
  beforeAll(async () => {
    upstream = await hostileUpstream();
    const input = { id: 'r', match: { path: '/r' }, upstream: { url: upstream.url } };
    const [route] = parsedRoutes(input);
    if (route === undefined) throw new TypeError('there is a route');
    const { port } = await testChannel({
      routes: [input],
      options: { listen: { ...parsedConfig().listen.data, port: 0, frontend: front }, upstreams: new Map([['r', make(route)]]) },
    });
    way = { front, route: '/r', port, upstream };
  });
  afterAll(async () => {
    await closeChannels();
    await upstream.close();
  });

  it('a client gets its own answer or an error, and the next exchange its own', async () => {
    const found: string[] = [];
    for (const answer of ANSWERS) found.push(...(await answerBreaches(way, answer)));
    expect(found).toEqual([]);
  });
});
