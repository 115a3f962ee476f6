/** The pool in front of the processes that open files: fair, bounded, and closed where it cannot keep a promise. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { rewrapped } from '../../../../gateway/body/rewrap.js';
import { rewriter } from '../../../../gateway/body/rewriter.js';
import { childHost } from '../../../../gateway/decode/extract/child-host.js';
import type { FromChild, ToChild } from '../../../../gateway/decode/extract/child-protocol.js';
import type { ExtractChild } from '../../../../gateway/decode/extract/child-slot.js';
import { childSpools } from '../../../../gateway/decode/extract/child-spool.js';
import { EXTRACT_LIMITS } from '../../../../gateway/decode/extract/limits.js';
import { extractPool, type ExtractPool, type PoolOptions } from '../../../../gateway/decode/extract/pool.js';
import { extractorFor } from '../../../../gateway/decode/extract/registry.js';
import { childPart, leaf, memoryOverflow, told } from '../../../kit/containers.js';
import { numberSource } from '../../../kit/numbers.js';
import { until } from '../../../kit/patience.js';
import { collected, memorySource, once, testZip } from '../../../kit/zip.js';

const phone = numberSource(62).phone();
const zip = testZip([{ name: 'a.txt', data: Buffer.from(`电话 ${phone}\n`) }]);

/** A process in this process: what it is told and what it says are copied, as they would be. */
interface Fake extends ExtractChild {
  says(message: unknown): void;
  ends(why: 'memory' | 'other'): void;
  readonly heard: ToChild[];
  killed: boolean;
}
function fake(answers: (message: ToChild, child: Fake) => void): Fake {
  let listener: (message: unknown) => void = () => undefined;
  let onEnd: (why: 'memory' | 'other') => void = () => undefined;
  const child: Fake = {
    heard: [], killed: false,
    send(message) {
      child.heard.push(message);
      setImmediate(() => {
        if (!child.killed) answers(structuredClone(message), child);
      });
    },
    onMessage: (given) => void (listener = given),
    onEnd: (given) => void (onEnd = given),
    kill: () => void (child.killed = true),
    memory: () => undefined,
    says: (message) => listener(structuredClone(message)),
    ends: (why) => onEnd(why),
  };
  return child;
}
function real(): Fake {
  const host = childHost({ send: (message: FromChild) => child.says(message), build: () => ({ leaf, rewriter, rewrapped, extractorFor }), codeOf: () => 'thrown' });
  const child = fake((message) => host(message));
  return child;
}
/** Says that it is ready, and then nothing. */
const silent = (): Fake =>
  fake((message, child) => {
    if (message.kind === 'begin') child.says({ kind: 'ready' });
  });

let pool: ExtractPool | undefined;
afterEach(() => pool?.close());
function started(spawn: () => Fake, options: Partial<PoolOptions> = {}): ExtractPool {
  return (pool = extractPool({
    spawn,
    settings: { detectors: {}, fingerprintKey: Buffer.from('test key'), limits: EXTRACT_LIMITS, keeps: 64 * 2 ** 10 },
    children: 1, waiting: 2, timeMs: 20_000, memory: 2 ** 30,
    spools: { create: () => childSpools({ memory: 2 ** 30, overflow: memoryOverflow }).create() },
    onFailure: () => undefined,
    ...options,
  }));
}
interface Seen {
  readonly reasons: readonly string[];
  readonly found: number;
  readonly masked: Buffer | 'refused' | undefined;
}
async function opened(own: ExtractPool, bytes: Uint8Array = zip, signal?: AbortSignal): Promise<Seen> {
  const { sink, findings, unscannable } = told();
  const part = await own.open(childPart('zip'), memorySource(bytes), sink, signal);
  const pieces = await part.rewrite?.(() => true).catch(() => 'refused' as const);
  const masked = pieces === undefined || pieces === 'refused' ? pieces : await collected(pieces);
  await part.close();
  return { masked, found: findings.length, reasons: unscannable.map(({ reason, detail }) => `${reason} ${detail}`) };
}

describe('the pool', () => {
  it('opens file after file in one process, and writes them masked', async () => {
    const children: Fake[] = [];
    const own = started(() => {
      const child = real();
      children.push(child);
      return child;
    });
    const seen = await Promise.all([opened(own), opened(own)]);
    for (const one of seen) {
      expect({ found: one.found, reasons: one.reasons }).toEqual({ found: 1, reasons: [] });
      expect((await opened(own, one.masked as Buffer)).found).toBe(0);
    }
    expect(children.length).toBe(1);
  });

  it('writes a file once for one wish, and again for another', async () => {
    const child = real();
    const { sink } = told();
    const part = await started(() => child).open(childPart('zip'), memorySource(zip), sink);
    const writes = (): number => child.heard.filter(({ kind }) => kind === 'rewrite').length;
    expect(await part.rewrite?.(() => false)).toBeUndefined();
    expect(writes()).toBe(0);
    const whole = async (): Promise<Buffer> => collected((await part.rewrite?.(() => true)) ?? once(Buffer.alloc(0)));
    const first = await whole();
    const second = await whole();
    expect(first.length).toBeGreaterThan(0);
    expect(first.equals(second)).toBe(true);
    expect(writes()).toBe(1);
    await part.close();
  });

  it('keeps what a process has no memory for', async () => {
    const inner = testZip([{ name: 'a.txt', data: Buffer.concat([Buffer.alloc(300_000, 'abc '), Buffer.from(`\n电话 ${phone}\n`)]), method: 0 }]);
    const own = started(real);
    const first = await opened(own, testZip([{ name: 'b.zip', data: inner, method: 0 }]));
    expect(first.found).toBe(1);
    expect((await opened(own, first.masked as Buffer)).found).toBe(0);
  });

  it('takes no more to wait than it may, and none that nobody waits for', async () => {
    const own = started(silent, { timeMs: 300, waiting: 3 });
    const leave = new AbortController();
    const running = opened(own);
    const waiting = opened(own, zip, leave.signal);
    const last = opened(own);
    expect((await opened(own)).reasons).toEqual(['timeout queue']);
    leave.abort();
    expect((await waiting).reasons).toEqual(['timeout queue']);
    expect((await running).reasons).toEqual(['timeout time']);
    expect((await last).reasons).toEqual(['timeout time']);
  });

  it('lets nobody wait for the many files of another, and keeps room for them', async () => {
    const order: string[] = [];
    const own = started(
      () =>
        fake((message, child) => {
          if (message.kind === 'begin') child.says({ kind: 'ready' });
          else if (message.kind === 'read') {
            order.push(message.child.part);
            child.says({ kind: 'done' });
          }
        }),
      { waiting: 6 },
    );
    const from = async (asker: string, part: string): Promise<readonly string[]> => {
      const { sink, unscannable } = told();
      await own.open(childPart('zip', { part }), memorySource(zip), sink, undefined, asker);
      return unscannable.map(({ reason, detail }) => `${reason} ${detail}`);
    };
    const all = await Promise.all([from('a', 'a1'), from('a', 'a2'), from('a', 'a3'), from('a', 'a4'), from('b', 'b1')]);
    expect(order).toEqual(['a1', 'b1', 'a2', 'a3']);
    expect(all).toEqual([[], [], [], ['timeout queue'], []]);
  });

  it('ends the process of a file that nobody waits for any more', async () => {
    const child = silent();
    const leave = new AbortController();
    const running = opened(started(() => child), zip, leave.signal);
    await until('it is being opened', () => child.heard.some(({ kind }) => kind === 'read'));
    leave.abort();
    expect((await running).reasons).toEqual(['timeout time']);
    expect(child.killed).toBe(true);
  });

  it('lets nothing of a file leave as masked whose process ended after it had found something', async () => {
    const one = { detector: 'cn.phone', part: 'body/0.txt', start: 0, end: 11, confidence: 0.9, reasons: [], fingerprint: '0123456789abcdef', preview: '138****0000', tags: [], maskable: true };
    const own = started(() =>
      fake((message, child) => {
        if (message.kind === 'begin') child.says({ kind: 'ready' });
        else if (message.kind === 'read') {
          child.says({ kind: 'told', told: [{ kind: 'found', one }] });
          child.ends('memory');
        }
      }),
    );
    expect(await opened(own)).toEqual({ found: 1, masked: 'refused', reasons: ['too-large memory'] });
  });

  it('refuses a masked file that does not come to its end, or is empty', async () => {
    const wanted = (how: (child: Fake) => void): ExtractPool => {
      const host = real();
      return started(() =>
        fake((message, child) => {
          host.says = (said) => child.says(said);
          if (message.kind === 'rewrite') how(child);
          else host.send(message);
        }),
      );
    };
    expect((await opened(wanted((child) => child.says({ kind: 'failed', reason: 'malformed', code: 'x' })))).masked).toBe('refused');
    expect((await opened(wanted((child) => child.says({ kind: 'done' })))).masked).toBe('refused');
    expect((await opened(wanted((child) => child.ends('other')))).masked).toBe('refused');
  });

  it('fails what waits when it is closed', async () => {
    const own = started(silent);
    const waiting = [opened(own), opened(own)];
    await own.close();
    expect((await Promise.all(waiting)).map(({ reasons }) => reasons)).toEqual([['failed closed'], ['failed closed']]);
    expect((await opened(own)).reasons).toEqual(['failed closed']);
  });

  it('fails a file when no process can be started, without starting one after the other', async () => {
    let starts = 0;
    const own = started(() => {
      starts++;
      const child = fake(() => child.ends('other'));
      return child;
    });
    expect((await opened(own)).reasons).toEqual(['failed start']);
    expect(starts).toBe(1);
  });
});
