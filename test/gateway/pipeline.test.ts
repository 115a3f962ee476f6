/** One exchange through the pipeline on ports in memory: what leaves, when, and what is on record before it does. */
import { describe, expect, it } from '@jest/globals';
import type { Detector } from '../../detectors/contract.js';
import { LedgerFailure, WeirError } from '../../gateway/errors.js';
import { tally } from '../../gateway/detect/tally.js';
import { inspectorFactory } from '../../gateway/decode/inspector.js';
import { leafFactory } from '../../gateway/detect/leaf.js';
import { detectorSet } from '../../detectors/scan/scan-units.js';
import { pipeline } from '../../gateway/pipeline.js';
import type { Action, ExchangeId, Field, InspectorFactory, Mode, Outbound } from '../../gateway/ports.js';
import { builtIns } from '../kit/engine.js';
import type { take} from './pipeline-kit.js';
import { exchangeOf, run, stand, type Sent, type Stand } from './pipeline-kit.js';

const TEXT = ['call 138', '00138000 or not, ', 'and that is all that there is to say about it, thank you very much indeed, dear friends'];
const WHOLE = TEXT.join('');
const MASKED = WHOLE.replace('13800138000', '138****8000');
const whole = async ({ body }: Outbound): Promise<number> => {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
};
const before = (on: Stand, first: string, second: string): boolean => {
  const at = (what: string): number => on.events.findIndex((event) => event.startsWith(what));
  return at(first) >= 0 && at(second) > at(first);
};

describe('each mode with each verdict', () => {
  it.each([
    ['watch', 'pass', 'forwarded', WHOLE, 'pass'],
    ['stream', 'pass', 'forwarded', MASKED, 'pass'],
    ['stream', 'mask', 'forwarded', MASKED, 'mask'],
    ['hold', 'pass', 'forwarded', WHOLE, 'pass'],
    ['hold', 'mask', 'forwarded', MASKED, 'mask'],
    ['hold', 'block', 'blocked', undefined, 'block'],
    ['hold', 'hold', 'held', undefined, 'hold'],
  ] as const)('%s and %s ends %s', async (mode, action, kind, body, recorded) => {
    for (const length of [undefined, 'right'] as const) {
      const on = stand({ mode, action });
      const source = exchangeOf({ chunks: TEXT, ...(length === undefined ? {} : { length }) });
      const ended = await run(on, source);
      expect(ended.kind).toBe(kind);
      if (ended.kind === 'forwarded') expect([ended.sent.complete, ended.sent.body]).toEqual([true, body]);
      else expect(on.events.some((event) => event.startsWith('sent'))).toBe(false);
      ended.close(200);
      ended.close(500);
      expect(on.outcomes.map(({ mode: m, action: a, bytes, status, findingCounts, error }) => ({ m, a, bytes, status, findingCounts, error }))).toEqual([
        { m: mode, a: recorded, bytes: WHOLE.length, status: 200, findingCounts: { 'cn.phone': 1 }, error: undefined },
      ]);
      expect([source.closed(), on.open()]).toEqual([true, 0]);
    }
  });

  it('tells the far side what it may know before the first byte', async () => {
    const given = async (mode: Mode, action: Action): Promise<unknown> => {
      const ended = await run(stand({ mode, action }), exchangeOf({ chunks: TEXT, length: 'right' }));
      if (ended.kind !== 'forwarded') throw new TypeError(ended.kind);
      const { change, length, verdict } = ended.sent.outbound;
      return [change, length, verdict?.action];
    };
    expect(await given('watch', 'pass')).toEqual(['none', WHOLE.length, undefined]);
    expect(await given('stream', 'mask')).toEqual(['same-length', WHOLE.length, undefined]);
    expect(await given('hold', 'pass')).toEqual(['none', WHOLE.length, 'pass']);
    expect(await given('hold', 'mask')).toEqual(['same-length', WHOLE.length, 'mask']);
  });
});

describe('what is on record', () => {
  it.each([['stream', 'mask'], ['hold', 'mask']] as const)('of %s stands before the last byte has left, and before the end', async (mode, action) => {
    for (const length of [undefined, 'right'] as const) {
      const on = stand({ mode, action });
      await run(on, exchangeOf({ chunks: [WHOLE, ' bye'], ...(length === undefined ? {} : { length }) }));
      expect(before(on, 'audit verdict.mask', 'complete')).toBe(true);
      if (length === 'right') expect(on.events.indexOf('audit verdict.mask')).toBeLessThan(on.events.findLastIndex((event) => event.startsWith('sent')));
      expect(on.audit).toHaveLength(1);
    }
  });

  it('of a block stands before the answer, with an alert', async () => {
    const on = stand({ mode: 'hold', action: 'block' });
    await run(on, exchangeOf({ chunks: TEXT }));
    expect(on.events).toEqual(['audit verdict.block', 'alert block']);
    expect(on.audit[0]).toMatchObject({ actor: 'gateway', subject: 'w0000000000AAAAAAAAAAAAAAAA', data: { mode: 'hold', findings: { 'cn.phone': 1 } } });
  });

  it('of a clean pass is nothing, and of unread bytes something', async () => {
    const clean = stand({ mode: 'hold', action: 'pass' });
    await run(clean, exchangeOf({ chunks: TEXT }));
    const unread = stand({ mode: 'watch', action: 'pass' });
    await run(unread, exchangeOf({ chunks: ['PK\u0003\u0004', 'zip'] }));
    expect([clean.audit.length, unread.audit.map(({ act }) => act)]).toEqual([0, ['verdict.pass']]);
    expect(before(unread, 'audit verdict.pass', 'complete')).toBe(true);
  });

  it('never holds the value', async () => {
    const on = stand({ mode: 'hold', action: 'hold' });
    const ended = await run(on, exchangeOf({ chunks: TEXT, target: '/mail?p=13800138000', texts: [{ name: 'query', kind: 'query', text: 'p=13800138000' }] }));
    ended.close(202);
    expect(JSON.stringify([on.audit, on.outcomes, on.held, on.events], (_key, value: unknown) => (value instanceof Set ? [...value] : value))).not.toContain('13800138000');
    expect(on.sealed[0]?.head.maskedTarget).toBe('/mail?p=138____8000');
  });

  it('names what monitored rules would have done', async () => {
    const on = stand({ mode: 'hold', action: 'mask', monitored: [{ rule: 'later', action: 'block' }] });
    const ended = await run(on, exchangeOf({ chunks: TEXT }));
    ended.close(200);
    expect([on.audit[0]?.data.monitored, on.outcomes[0]?.monitored]).toEqual([[{ rule: 'later', action: 'block' }], [{ rule: 'later', action: 'block' }]]);
  });

  it('that cannot be written lets no complete body out', async () => {
    for (const mode of ['stream', 'hold'] as const) {
      const on = stand({ mode, action: 'mask' }, { audit: { append: () => Promise.reject(new Error('disk')) } });
      const ended = await run(on, exchangeOf({ chunks: TEXT, length: 'right' }));
      if (ended.kind === 'forwarded') expect([ended.sent.complete, ended.sent.body === MASKED]).toEqual([false, false]);
      else expect(ended.kind).toBe('failed');
      ended.close(undefined);
      expect([on.outcomes.length, on.outcomes[0]?.error, on.open()]).toEqual([1, 'internal', 0]);
    }
  });
});

describe('a hold', () => {
  it('is sealed, then in the ledger, then answered; the vault has the bytes as they came and their masks', async () => {
    const on = stand({ mode: 'hold', action: 'hold' });
    const ended = await run(on, exchangeOf({ chunks: TEXT }));
    expect(ended.kind === 'held' && ended.incident).toBe('w0000000000AAAAAAAAAAAAAAAA');
    expect(on.events).toEqual(['sealed', 'ledger']);
    expect(on.sealed[0]?.body).toBe(WHOLE);
    expect(on.sealed[0]?.edits).toBeGreaterThan(0);
    expect(on.held[0]).toMatchObject({ bytes: WHOLE.length, findingCounts: { 'cn.phone': 1 }, rule: 'rule-hold', suite: 'age-v1' });
  });

  it.each([
    ['unavailable', true],
    ['refused', true],
    ['in-doubt', false],
  ] as const)('fails closed when the ledger is %s (sealed file shredded: %s)', async (kind, shredded) => {
    const on = stand({ mode: 'hold', action: 'hold' });
    const ports = { ...on.ports, ledger: { ...on.ports.ledger, hold: () => Promise.reject(new LedgerFailure(kind, undefined)) } };
    const ended = await run({ ...on, ports }, exchangeOf({ chunks: TEXT }));
    expect(ended.kind === 'failed' && ended.error.code).toBe('hold-unavailable');
    expect(on.events.includes('shredded')).toBe(shredded);
    expect([on.events.includes('alert failure'), on.open()]).toEqual([true, 0]);
  });

  it('fails closed when it cannot even be looked up, and says so when the vault is full', async () => {
    const base = stand({ mode: 'hold', action: 'hold' });
    const noLedger = { ...base, ports: { ...base.ports, ledger: { ...base.ports.ledger, permit: () => Promise.reject(new LedgerFailure('unavailable', undefined)) } } };
    const full = { ...base, ports: { ...base.ports, vault: { ...base.ports.vault, seal: () => Promise.reject(new WeirError('vault-full')) } } };
    const first = await run(noLedger, exchangeOf({ chunks: TEXT }));
    const second = await run(full, exchangeOf({ chunks: TEXT }));
    expect([first.kind === 'failed' && first.error.code, second.kind === 'failed' && second.error.code]).toEqual(['hold-unavailable', 'vault-full']);
    expect(base.held).toEqual([]);
  });

  it('joins the incident under which the same is held already', async () => {
    const on = stand({ mode: 'hold', action: 'hold' });
    const ports = { ...on.ports, ledger: { ...on.ports.ledger, join: () => Promise.resolve('w-older' as ExchangeId) } };
    const ended = await run({ ...on, ports }, exchangeOf({ chunks: TEXT }));
    expect(ended.kind === 'held' && ended.incident).toBe('w-older');
    expect([on.sealed, on.held, on.open()]).toEqual([[], [], 0]);
    expect(on.audit.map(({ act, subject, data }) => [act, subject, data.incident])).toEqual([['verdict.hold', 'w0000000000AAAAAAAAAAAAAAAA', 'w-older']]);
  });

  it('with a permit passes as it is, once it is on record', async () => {
    const on = stand({ mode: 'hold', action: 'hold' });
    const ports = { ...on.ports, ledger: { ...on.ports.ledger, permit: () => Promise.resolve({ back: () => Promise.resolve() }) } };
    const ended = await run({ ...on, ports }, exchangeOf({ chunks: TEXT }));
    expect(ended.kind === 'forwarded' && [ended.sent.body, ended.sent.complete, ended.verdict().action, ended.verdict().rule]).toEqual([WHOLE, true, 'pass', 'permit']);
    expect(on.events[0]).toBe('audit permit.spent');
    expect(on.sealed).toEqual([]);
  });

  it.each([
    ['its body could not be handed over', async () => Promise.reject(new WeirError('upstream-reset')), 1],
    ['nobody could be reached', async (outbound: Outbound) => whole(outbound).then(() => Promise.reject(new WeirError('upstream-unreachable'))), 1],
    ['no answer came to all of it', async (outbound: Outbound) => whole(outbound).then(() => Promise.reject(new WeirError('upstream-timeout'))), 0],
    ['it was refused', async (outbound: Outbound) => whole(outbound).then(() => outbound.replied?.(422)), 1],
    ['its server failed with all of it', async (outbound: Outbound) => whole(outbound).then(() => outbound.replied?.(500)), 0],
    ['its server failed before all of it was there', async (outbound: Outbound) => outbound.replied?.(503), 1],
    ['it was taken', async (outbound: Outbound) => whole(outbound).then(() => outbound.replied?.(201)), 0],
  ] as const)('where %s, a permit comes back only if nothing can have arrived', async (_what, forward, times) => {
    const on = stand({ mode: 'hold', action: 'hold' });
    const back: string[] = [];
    const ports = { ...on.ports, ledger: { ...on.ports.ledger, permit: () => Promise.resolve({ back: async () => void back.push('back') }) } };
    await pipeline(ports).run(exchangeOf({ chunks: TEXT }).exchange, forward);
    expect(back).toHaveLength(times);
  });

  it('has one fingerprint for the same message, and others for another body or target', async () => {
    const on = stand({ mode: 'hold', action: 'hold' });
    for (const given of [{ chunks: TEXT }, { chunks: [WHOLE] }, { chunks: [`${WHOLE}!`] }, { chunks: TEXT, target: '/other' }]) await run(on, exchangeOf(given));
    const prints = on.held.map(({ bodyFingerprint }) => bodyFingerprint);
    expect([prints[0] === prints[1], new Set(prints).size]).toEqual([true, 3]);
  });

  it('never joins the same bytes for another site or another place within a file, and still joins a retry', async () => {
    const on = stand({ mode: 'hold', action: 'hold' });
    const one: readonly Field[] = [['Host', 'a.example'], ['Content-Range', 'bytes 0-9/20']];
    const retry: readonly Field[] = [['host', 'a.example'], ['content-range', 'bytes 0-9/20'], ['Date', 'later']];
    const elsewhere: readonly Field[] = [['Host', 'b.example'], ['Content-Range', 'bytes 0-9/20']];
    const behind: readonly Field[] = [['Host', 'a.example'], ['Content-Range', 'bytes 10-19/20']];
    for (const fields of [one, retry, elsewhere, behind]) await run(on, exchangeOf({ chunks: TEXT, fields }));
    const prints = on.held.map(({ bodyFingerprint }) => bodyFingerprint);
    expect([prints[0] === prints[1], new Set(prints).size]).toEqual([true, 3]);
  });

  it('never joins, and never lets pass by another\'s permit, the same bytes under other scanned fields', async () => {
    const on = stand({ mode: 'hold', action: 'hold' });
    for (const text of ['first note', 'first note', '13800138000']) await run(on, exchangeOf({ chunks: TEXT, texts: [{ name: 'x-note', kind: 'field', text }] }));
    for (const prints of [on.held.map((one) => one.bodyFingerprint), on.held.map((one) => one.permitFingerprint)]) expect([prints[0] === prints[1], new Set(prints).size]).toEqual([true, 2]);
  });
});

describe('what breaks off', () => {
  const client = new WeirError('client-aborted');

  it.each(['watch', 'stream'] as const)('in %s never completes the body', async (mode) => {
    const on = stand({ mode, action: mode === 'watch' ? 'pass' : 'mask' });
    const ended = await run(on, exchangeOf({ chunks: [WHOLE, `${'x'.repeat(5000)} `], failure: client, length: 99_999 }));
    expect(ended.kind === 'forwarded' && ended.sent.complete).toBe(false);
    ended.close(undefined);
    expect(on.outcomes).toHaveLength(1);
    expect(on.outcomes[0]).toMatchObject({ error: 'client-aborted', bytes: WHOLE.length + 5001, findingCounts: { 'cn.phone': 1 } });
  });

  it('in hold lets nothing out', async () => {
    const on = stand({ mode: 'hold', action: 'pass' });
    const ended = await run(on, exchangeOf({ chunks: [`${WHOLE}${'x'.repeat(5000)}`], failure: client }));
    expect(ended.kind === 'failed' && ended.error.code).toBe('client-aborted');
    expect([on.events.filter((event) => event !== 'alert failure'), on.open()]).toEqual([[], 0]);
  });

  it('because of unread bytes midway aborts, is a block on record, and nothing behind it leaves', async () => {
    const on = stand({ mode: 'stream', action: 'mask' });
    const ended = await run(on, exchangeOf({ chunks: ['fine. '.repeat(1000), 'bad\0bytes', ' and more'] }));
    expect(ended.kind === 'forwarded' && [ended.sent.complete, ended.sent.body.includes('bad')]).toEqual([false, false]);
    ended.close(undefined);
    expect([on.audit.map(({ act }) => act), on.outcomes[0]?.action, on.outcomes[0]?.error]).toEqual([['verdict.abort'], 'block', 'unscannable']);
  });

  it('because of what the end shows never completes the body, with and without a declared length', async () => {
    for (const length of [undefined, 'right'] as const) {
      const on = stand({ mode: 'stream', action: ({ classes }) => (classes.length > 0 ? 'block' : 'pass'), masks: () => false });
      const ended = await run(on, exchangeOf({ chunks: [WHOLE], ...(length === undefined ? {} : { length }) }));
      // Without a length the far side knows no end until it is told one.
      expect(ended.kind === 'forwarded' ? ended.sent.complete : ended.kind).toBe(length === undefined ? false : 'failed');
      ended.close(undefined);
      expect([on.outcomes[0]?.action, on.outcomes[0]?.receipt?.unscanned]).toEqual(['block', 0]);
    }
  });

  it('because the destination fails closes everything', async () => {
    for (const mode of ['stream', 'hold'] as const) {
      const on = stand({ mode, action: 'mask' });
      const source = exchangeOf({ chunks: TEXT });
      const ended = await run(on, source, () => Promise.reject(new WeirError('upstream-reset')));
      expect(ended.kind === 'failed' && ended.error.code).toBe('upstream-reset');
      expect([source.closed(), on.open()]).toEqual([true, 0]);
    }
  });
});

describe('a destination that stops reading', () => {
  const stopAfter = (on: Stand, count: number) => async (outbound: Parameters<typeof take>[1]): Promise<Sent> => {
    const body = outbound.body[Symbol.asyncIterator]();
    let read = '';
    for (let i = 0; i < count; i++) {
      const next = await body.next();
      if (next.done !== true) read += Buffer.from(next.value).toString();
    }
    await body.return?.();
    expect(await body.next()).toEqual({ done: true, value: undefined });
    on.events.push('stopped');
    return { body: read, complete: false, outbound };
  };

  it.each([['watch', 0], ['watch', 1], ['stream', 0], ['stream', 1], ['hold', 0], ['hold', 1]] as const)('in %s after %i chunks frees spools and source', async (mode, count) => {
    const on = stand({ mode, action: mode === 'watch' ? 'pass' : 'mask' });
    const source = exchangeOf({ chunks: [`${'x '.repeat(3000)}${WHOLE}`, 'x'.repeat(5000), 'y'] });
    const ended = await run(on, source, stopAfter(on, count));
    ended.close(200);
    expect([ended.kind, source.closed(), on.open(), on.outcomes.length]).toEqual(['forwarded', true, 0, 1]);
    expect(on.outcomes[0]?.findingCounts).toEqual({ 'cn.phone': 1 });
  });
});

describe('an endless stream', () => {
  const given = { chunks: ['data: 13800138000\n\n', 'data: bye\n\n'], type: 'text/event-stream' };

  it('is refused where everything must be held', async () => {
    const on = stand({ mode: 'hold', action: 'hold' });
    const source = exchangeOf(given);
    const ended = await run(on, source);
    expect(ended.kind === 'failed' && ended.error.code).toBe('stream-refused');
    expect([on.events, source.closed()]).toEqual([[], true]);
  });

  it('flows where the route says so, and is aborted by what would be held', async () => {
    const calm = stand({ mode: 'hold', action: 'pass' });
    const passed = await run(calm, exchangeOf({ ...given, streamWithAbort: true }));
    const strict = stand({ mode: 'hold', action: ({ classes }) => (classes.length > 0 ? 'hold' : 'pass'), masks: () => false });
    const stopped = await run(strict, exchangeOf({ chunks: ['calm\n'.repeat(1000), ...given.chunks, 'x'.repeat(200)], type: given.type, streamWithAbort: true }));
    expect(passed.kind === 'forwarded' && passed.sent.complete).toBe(true);
    expect(stopped.kind === 'forwarded' && [stopped.sent.complete, stopped.sent.body.includes('13800138000')]).toEqual([false, false]);
  });
});

describe('the query', () => {
  const given = { chunks: ['nothing'], target: '/mail?p=13800138000&q=1', texts: [{ name: 'query', kind: 'query', text: 'p=13800138000&q=1' } as const] };

  it.each(['stream', 'hold'] as const)('is masked in the target in %s', async (mode) => {
    const ended = await run(stand({ mode, action: 'mask' }), exchangeOf(given));
    expect(ended.kind === 'forwarded' && [ended.sent.outbound.target, ended.sent.body]).toEqual(['/mail?p=138____8000&q=1', 'nothing']);
  });

  it.each([['watch', 'pass'], ['hold', 'pass']] as const)('is left alone in %s that ends in %s', async (mode, action) => {
    const ended = await run(stand({ mode, action, masks: () => false }), exchangeOf(given));
    expect(ended.kind === 'forwarded' && ended.sent.outbound.target).toBe('/mail?p=13800138000&q=1');
  });
});

describe('a detector that throws', () => {
  const broken = (after: number): InspectorFactory => {
    let asked = 0;
    const detectors = builtIns.map((one): Detector =>
      one.kind === 'number' ? { ...one, verify: (candidate) => (asked++ >= after ? (() => { throw new Error('broken'); })() : one.verify(candidate)) } : one,
    );
    return inspectorFactory({ leaf: leafFactory({ set: detectorSet(detectors), least: 11, keepOf: () => ({ first: 3, last: 4 }) }, Buffer.from('k')), tally, detectors: 'test', onFailure: () => undefined });
  };

  it('in hold is evidence for policy, never skipped', async () => {
    const on = stand({ mode: 'hold', action: ({ unscannable }) => (unscannable.some(({ reason }) => reason === 'failed') ? 'block' : 'pass') }, { inspectors: broken(0) });
    const ended = await run(on, exchangeOf({ chunks: TEXT }));
    expect(ended.kind).toBe('blocked');
    ended.close(403);
    expect(on.outcomes[0]?.receipt).toMatchObject({ scanned: 0, unscanned: WHOLE.length });
  });

  it('in stream aborts', async () => {
    const on = stand({ mode: 'stream', action: 'mask' }, { inspectors: broken(0) });
    const ended = await run(on, exchangeOf({ chunks: ['fine. '.repeat(1000), ...TEXT] }));
    expect(ended.kind === 'forwarded' && ended.sent.complete).toBe(false);
  });

  it('only when the masked body is looked at again stops it', async () => {
    const counting = stand({ mode: 'hold', action: 'mask' });
    const plain = await run(counting, exchangeOf({ chunks: TEXT }));
    expect(plain.kind).toBe('forwarded');
    const text = [`${WHOLE} 手机 139 1234`];
    const on = stand({ mode: 'hold', action: 'mask', masks: ({ detector }) => detector === 'bank-card' }, { inspectors: broken(1) });
    const ended = await run(on, exchangeOf({ chunks: text }));
    expect(ended.kind === 'failed' && ended.error.code).toBe('mask-failed');
  });
});
