import { afterEach, describe, expect, it } from '@jest/globals';
import { checkContent } from '../../../config/load.js';
import type { Log } from '../../../gateway/ports.js';
import type { MetricFamily } from '../../../gateway/record/exposition.js';
import { gatewayProcesses } from '../../../gateway/wiring/gateway-processes.js';
import type { GatewayChild } from '../../../gateway/wiring/gateway-slot.js';
import type { Traffic } from '../../../gateway/wiring/traffic.js';
import { manualClock } from '../../kit/clock.js';
import { until } from '../../kit/patience.js';

const loaded = checkContent('/c.yaml', Buffer.from('version: 1\nroutes: [{ id: a, match: { path: /a }, upstream: { url: "https://a.example" }, policy: p }]\npolicies: { p: { rules: [] } }\n'), {});
if (!loaded.ok) throw new Error('the configuration of this test is wrong');
const { config } = loaded;
const NOTHING: Log = { error: () => undefined, warn: () => undefined, info: () => undefined, debug: () => undefined };

/** Answers as a process does, as the test has it. */
class FakeChild implements GatewayChild {
  readonly asked: string[] = [];
  revision = '';
  ready = '';
  exchanges = 0;
  refuses: string | undefined;
  isGone = false;
  #hear: (message: unknown) => void = () => undefined;
  readonly #exits: (() => void)[] = [];

  constructor(refuses?: string) {
    this.refuses = refuses;
    setImmediate(() => this.#hear({ kind: 'here' }));
  }
  send(message: object): void {
    const { n, what, value } = message as { readonly n: number; readonly what: string; readonly value: unknown };
    this.asked.push(what);
    setImmediate(() => {
      if (this.isGone) return;
      if (what === this.refuses) this.#hear({ kind: 'failed', n, code: 'EADDRINUSE', sentence: undefined });
      else this.#hear({ kind: 'answer', n, value: this.#answer(what, value) });
    });
  }
  #answer(what: string, value: unknown): unknown {
    if (what === 'open') this.revision = (value as { readonly policies: readonly { readonly revision: string }[] }).policies.at(-1)?.revision ?? '';
    if (what === 'prepare') this.ready = (value as { readonly revision: string }).revision;
    if (what === 'commit') this.revision = this.ready;
    if (what === 'metrics' || what === 'drain') return [counter(this.exchanges)];
    return what === 'listen' ? 8080 : what === 'health' ? [{ component: 'spool', ok: true, neededFor: 'hold', detail: 'room' }] : undefined;
  }
  onMessage(listener: (message: unknown) => void): void {
    this.#hear = listener;
  }
  onExit(listener: () => void): void {
    this.#exits.push(listener);
  }
  kill(): void {
    if (this.isGone) return;
    this.isGone = true;
    for (const exit of this.#exits) exit();
  }
  leave(): void {
    this.kill();
  }
  tell(message: object): void {
    this.#hear(message);
  }
}

const counter = (value: number): MetricFamily => ({ name: 'weir_exchanges_total', help: 'h', type: 'counter', aggregator: 'sum', values: [{ value, labels: {} }] });
let traffic: Traffic | undefined;
afterEach(async () => {
  await traffic?.drain();
  traffic = undefined;
});

let noRoom = 0;
function started(of = 2, refuses: (index: number) => string | undefined = () => undefined) {
  const children: FakeChild[] = [];
  const held: string[] = [];
  const clock = manualClock();
  traffic = gatewayProcesses({
    plan: { of, config, dataDir: '/data', env: {}, connection: undefined, demoUrl: undefined, policies: [{ settings: config, revision: 'one' }] },
    clock, log: NOTHING,
    onHeld: (id) => held.push(id),
    fork: () => {
      if (noRoom > 0) {
        noRoom--;
        throw new Error('spawn ENOMEM');
      }
      const child = new FakeChild(refuses(children.length));
      children.push(child);
      return child;
    },
  });
  return { traffic, children, held, clock };
}
const whole = async (from: Traffic): Promise<string> => {
  const health = from.health.find(({ component }) => component === 'processes');
  const answer = await health?.check();
  return `${String(answer?.ok)}: ${answer?.detail ?? ''}`;
};
/** Two of them again, one of which is the one that follows. */
const carry = (from: Traffic, follower: () => FakeChild | undefined): Promise<void> =>
  until('the one that follows carries traffic', async () => follower()?.asked.includes('listen') === true && (await whole(from)).includes(' 2 of 2 '));
const sum = async (from: Traffic): Promise<number> => (await from.metrics()).flat().flatMap(({ values }) => values).reduce((all, { value }) => all + value, 0);

describe('processes that carry traffic', () => {
  it('are opened, then listen; all of them or the start has failed and none is left', async () => {
    const { traffic: two, children } = started();
    expect(await two.listen()).toBe(8080);
    expect(children.map(({ asked }) => asked)).toEqual([['open', 'listen'], ['open', 'listen']]);
    const failing = started(2, (index) => (index === 1 ? 'listen' : undefined));
    await expect(failing.traffic.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(failing.children.map(({ isGone }) => isGone)).toEqual([true, true]);
  });

  it('switch to a changed policy together', async () => {
    const { traffic: two, children } = started();
    await two.listen();
    await two.apply(config, 'two');
    expect(children.map(({ revision }) => revision)).toEqual(['two', 'two']);
  });

  it('all stay with the policy they have when one cannot take the new one', async () => {
    const { traffic: two, children } = started();
    await two.listen();
    if (children[1] !== undefined) children[1].refuses = 'prepare';
    await expect(two.apply(config, 'two')).rejects.toMatchObject({ code: 'POLICY_NOT_READY' });
    expect(children.map(({ revision }) => revision)).toEqual(['one', 'one']);
  });

  it('one that was ready and does not switch is ended, and what follows it runs the new policy', async () => {
    const { traffic: two, children } = started();
    await two.listen();
    if (children[0] !== undefined) children[0].refuses = 'commit';
    await two.apply(config, 'two');
    expect(children[0]?.isGone).toBe(true);
    await carry(two, () => children[2]);
    expect([children[1]?.revision, children[2]?.revision]).toEqual(['two', 'two']);
  });

  it('one that ends is followed by another, and what it had counted stays counted', async () => {
    const { traffic: two, children } = started();
    await two.listen();
    for (const [index, child] of children.entries()) child.exchanges = 10 + index;
    expect(await sum(two)).toBe(21);
    children[0]?.kill();
    expect(await whole(two)).toBe('true: 1 of 2 carry traffic');
    expect(await sum(two)).toBe(21);
    await carry(two, () => children[2]);
    expect(children[2]?.revision).toBe('one');
    if (children[2] !== undefined) children[2].exchanges = 5;
    expect(await sum(two)).toBe(26);
  });

  it('one that stays away, or ends again and again, makes the node say that it is not well', async () => {
    const { traffic: two, children, clock } = started(2, (index) => (index === 2 ? 'open' : undefined));
    await two.listen();
    children[0]?.kill();
    clock.advance(11_000);
    expect(await whole(two)).toBe('false: 1 of 2 carry traffic; p1 is down');
    // The first that follows cannot open; the next can.
    await carry(two, () => children[3]);
    children[3]?.kill();
    expect(await whole(two)).toBe('false: 1 of 2 carry traffic; p1 ended 3 times');
    clock.advance(5 * 60_000);
    await carry(two, () => children[4]);
    expect(await whole(two)).toBe('true: 2 of 2 carry traffic');
  });

  it('one for which the system has no room now is tried again', async () => {
    const { traffic: two, children } = started();
    await two.listen();
    noRoom = 1;
    children[0]?.kill();
    await carry(two, () => children[2]);
    expect(noRoom).toBe(0);
  });

  it('tell the first process of what they held', async () => {
    const { traffic: two, children, held } = started();
    await two.listen();
    children[1]?.tell({ kind: 'held', id: 'w1' });
    children[1]?.tell({ kind: 'something else' });
    expect(held).toEqual(['w1']);
  });

  it('hear at once of what was approved, and bring what they counted into the ledger when asked', async () => {
    const { traffic: two, children } = started();
    await two.listen();
    await two.refreshRelief();
    await two.flush();
    expect(children.map(({ asked }) => asked.slice(2))).toEqual([['relief', 'flush'], ['relief', 'flush']]);
  });

  it('drain and leave, and nobody follows', async () => {
    const { traffic: two, children } = started();
    await two.listen();
    await two.drain();
    expect(children.map(({ asked, isGone }) => [asked.at(-1), isGone])).toEqual([['drain', true], ['drain', true]]);
    expect(await whole(two)).toMatch(/^false: 0 of 2/);
  });
});
