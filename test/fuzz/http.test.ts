/** Requests and answers damaged at random, through the channel with both fronts: connections end, the next exchange is well, and the upstream gets nothing that it must refuse. */
import { afterAll, describe, expect, it } from '@jest/globals';
import { httpUpstream } from '../../gateway/deliver/http/upstream.js';
import { wireUpstream } from '../../gateway/deliver/http/wire-upstream.js';
import { closeChannels, parsedConfig, parsedRoutes, testChannel } from '../gateway/channels/http/kit.js';
import { echoUpstream } from '../smuggling/echo-upstream.js';
import { hostileUpstream } from '../smuggling/hostile-upstream.js';
import { answerBreaches } from '../smuggling/judge-answer.js';
import { survives } from '../smuggling/judge.js';
import { VECTORS } from '../smuggling/vectors/all.js';
import { ANSWERS } from '../smuggling/vectors/answers.js';
import { mutated } from './mutate.js';

/** WEIR_FUZZ_RUNS asks for more; a seed shows its fault again. */
const RUNS = Number(process.env['WEIR_FUZZ_RUNS'] ?? 150);
const FRONTS = [['node', httpUpstream], ['fast', wireUpstream]] as const;

async function channelTo(url: string, [frontend, make]: (typeof FRONTS)[number]): Promise<number> {
  const input = { id: 'r', match: { path: '/r' }, upstream: { url } };
  const upstreams = new Map(parsedRoutes(input).map((route) => ['r', make(route)]));
  const { port } = await testChannel({ routes: [input], options: { listen: { ...parsedConfig().listen.data, port: 0, frontend }, upstreams } });
  return port;
}

afterAll(closeChannels);

describe.each(FRONTS)('damaged at random, with the front %s', (...given) => {
  it('requests harm nobody', async () => {
    const sound = Object.values(VECTORS).flat().filter(({ law }) => law !== 'refused').map((vector) => Buffer.from(vector.bytes({ path: '/r/x', host: 'here.example' }), 'latin1')).filter(({ length }) => length < 20_000);
    const echo = await echoUpstream();
    const way = { front: given[0], route: '/r', port: await channelTo(echo.url, given), arrived: () => echo.arrived };
    const found: string[] = [];
    for (let seed = 1; seed <= RUNS; seed++) {
      const bytes = mutated(sound[seed % sound.length] ?? Buffer.alloc(0), seed, sound);
      found.push(...(await survives(bytes, way)).map((what) => `${String(seed)}: ${what}`));
    }
    expect(found).toEqual([]);
    expect(echo.refused).toEqual([]);
    await echo.close();
  });

  it('answers harm nobody but whom they are for', async () => {
    const sound = ANSWERS.flatMap(({ pieces }) => pieces).map((piece) => Buffer.from(piece, 'latin1')).filter(({ length }) => length < 20_000);
    const upstream = await hostileUpstream();
    const way = { front: given[0], route: '/r', port: await channelTo(upstream.url, given), upstream };
    const found: string[] = [];
    for (let seed = 1; seed <= RUNS; seed++) {
      const bytes = mutated(sound[seed % sound.length] ?? Buffer.alloc(0), seed, sound).toString('latin1').replaceAll('POISON', 'poison');
      const breaches = await answerBreaches(way, { name: String(seed), law: 'either', pieces: [bytes], closes: true });
      found.push(...breaches);
    }
    expect(found).toEqual([]);
    await upstream.close();
  });
});
