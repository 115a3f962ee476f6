import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { JobFilter, JobRow, JobsLedger } from '../../../gateway/ports.js';
import { jobsOperations } from '../../../gateway/review/jobs-operations.js';
import { numberSource } from '../../kit/numbers.js';
import { stand, TOKEN } from '../review/stand.js';
import { weir } from './run-weir.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const AT = new Date('2026-03-01T08:00:00Z');
const row = (n: number, more: Partial<JobRow>): JobRow => ({
  n, kind: 'release', state: 'dead', incident: `w${n}`, route: 'share', ref: undefined, why: undefined, attempts: 12, code: 'ECONNREFUSED', createdAt: AT, dueAt: AT, carriedAt: undefined, closedAt: AT, ...more,
});

/** An admin listener over three jobs. */
async function gateway(): Promise<{ readonly env: NodeJS.ProcessEnv; readonly asked: JobFilter[]; readonly retried: { readonly n: number; readonly reason: string }[]; readonly woken: () => number }> {
  const rows = [row(3, {}), row(2, { kind: 'alert', state: 'waiting', incident: undefined, ref: '77', route: undefined, code: 'evil\u001b[2J' }), row(1, { state: 'done', code: undefined })];
  const asked: JobFilter[] = [];
  const retried: { readonly n: number; readonly reason: string }[] = [];
  let woken = 0;
  const jobs: JobsLedger = {
    async list(filter) {
      asked.push(filter);
      const found = rows.filter(({ state, kind }) => (filter.state === undefined || state === filter.state || (filter.state === 'open' && state === 'waiting')) && (filter.kind === undefined || kind === filter.kind));
      return { jobs: found.slice(0, filter.limit), next: found.length > filter.limit ? found[filter.limit - 1]?.n : undefined };
    },
    queues: async () => [],
    async retry(n, { reason }) {
      const found = rows.find((one) => one.n === n);
      if (found === undefined) return { kind: 'not-found' };
      if (found.state !== 'dead') return { kind: 'wrong-state', state: found.state };
      retried.push({ n, reason });
      return { kind: 'done', n };
    },
    holders: async () => [],
  };
  const { app } = stand({
    operations: jobsOperations({
      jobs,
      rescan: { order: async () => ({ revision: 'r', messages: 0 }), last: async () => undefined },
      carrier: () => ({ kind: 'none', reachable: true, here: [], reviewKey: false }),
      onJob: () => void (woken += 1),
    }),
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { env: { WEIR_TOKEN: TOKEN, WEIR_ADMIN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }, asked, retried, woken: () => woken };
}

describe('weir jobs', () => {
  it('lists all of them, or those of a state and kind, in both languages and for programs', async () => {
    const { env, asked } = await gateway();
    const all = await weir(['jobs', 'list'], env);
    expect(all).toMatchObject({ code: 0, err: '' });
    expect(all.out.trim().split('\n').map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      ['number', 'kind', 'state', 'message'],
      ['3', 'release', 'dead', 'w3'],
      ['2', 'alert', 'waiting', '77'],
      ['1', 'release', 'done', 'w1'],
    ]);
    expect(all.out).not.toContain('\u001b');
    const dead = await weir(['jobs', 'list', '--state', 'dead', '--kind', 'release'], { ...env, LANG: 'zh_CN.UTF-8' });
    expect(dead.out).toMatch(/^编号[^\n]+\n3 {2,}放行 {2,}已放弃 {2,}w3[^\n]*\n$/);
    const json = await weir(['jobs', 'list', '--state', 'open', '--json'], env);
    expect((JSON.parse(json.out) as { jobs: unknown[] }).jobs).toEqual([expect.objectContaining({ n: 2, kind: 'alert', state: 'waiting', ref: '77' })]);
    expect(asked.map(({ state, kind }) => [state, kind])).toEqual([[undefined, undefined], ['dead', 'release'], ['open', undefined]]);
    expect(await weir(['jobs', 'list', '--state', 'moot'], env)).toEqual({ code: 0, out: 'No jobs.\n', err: '' });
  });

  it('says when there are more, and how to go on', async () => {
    const { env, asked } = await gateway();
    expect((await weir(['jobs', 'list', '--limit', '1'], env)).out).toContain('--after 3\n');
    await weir(['jobs', 'list', '--after', '3', '--incident', 'w1'], env);
    expect(asked.at(-1)).toMatchObject({ after: 3, incident: 'w1' });
  });

  it('tries a dead job again, with the reason', async () => {
    const { env, retried, woken } = await gateway();
    expect(await weir(['jobs', 'retry', '3', '--reason', 'the far side is back'], env)).toEqual({ code: 0, out: 'Job 3 is tried again.\n', err: '' });
    expect(JSON.parse((await weir(['jobs', 'retry', '3', '--reason', 'once more', '--json'], env)).out)).toEqual({ n: 3, state: 'ready' });
    expect(retried).toEqual([{ n: 3, reason: 'the far side is back' }, { n: 3, reason: 'once more' }]);
    expect(woken()).toBe(2);
  });

  it('exits 1 for a job that is not there or not dead, and 2 for what is wrong', async () => {
    const { env, retried } = await gateway();
    expect((await weir(['jobs', 'retry', '9', '--reason', 'x'], env)).code).toBe(1);
    expect((await weir(['jobs', 'retry', '1', '--reason', 'x'], env)).code).toBe(1);
    for (const args of [['retry', '3'], ['retry', '0', '--reason', 'x'], ['retry', '3/../4', '--reason', 'x'], ['list', '--state', 'lost'], ['list', '--kind', 'mail'], ['list', '--limit', '201']]) {
      expect([args, (await weir(['jobs', ...args], env)).code]).toEqual([args, 2]);
    }
    const phone = numberSource(5).phone();
    const refused = await weir(['jobs', 'retry', '3', '--reason', `call ${phone}`], env);
    expect(refused.code).toBe(2);
    expect(refused.out + refused.err).not.toContain(phone);
    expect((await weir(['jobs', 'list'], { ...env, WEIR_TOKEN: 'wrong' })).code).toBe(2);
    expect(retried).toEqual([]);
  });
});
