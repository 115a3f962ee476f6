import { afterEach, beforeEach, describe, it, expect } from '@jest/globals';
import { Writable } from 'node:stream';
import { pipeline } from '../../../gateway/pipeline.js';
import type { Field, Upstream } from '../../../gateway/ports.js';
import { jsonLog } from '../../../gateway/record/log.js';
import { openTelemetry, telemetrySettings, type Telemetry } from '../../../gateway/record/telemetry.js';
import { otlpReceiver, type OtlpReceiver } from '../../kit/otlp-receiver.js';
import { exchangeOf, stand, type Given, type Wish } from '../pipeline-kit.js';

const THEIRS = '4bf92f3577b34da6a3ce929d0e0e4736';
const THEIR_SPAN = 'a0f067aa0ba902b7';
const PARENT: Field = ['traceparent', `00-${THEIRS}-${THEIR_SPAN}-01`];
const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

let receiver: OtlpReceiver;
let lost: Record<string, number>;
beforeEach(async () => {
  receiver = await otlpReceiver();
  lost = {};
});
afterEach(() => receiver.close());
const open = (env: Record<string, string> = {}): Promise<Telemetry> =>
  openTelemetry({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env }, version: '9.9', onLost: (signal, items) => void (lost[signal] = (lost[signal] ?? 0) + items) });

/** One exchange through a traced pipeline to an upstream that shows what it was told. */
async function exchanged(telemetry: Telemetry, wish: Wish, given: Given, more: { readonly fromTrustedProxy?: boolean } = {}) {
  const { tracing } = telemetry;
  if (tracing === undefined) throw new Error('no tracing');
  const told: (readonly Field[])[] = [];
  const upstream: Upstream = tracing.upstream({
    async request(request) {
      told.push(request.fields);
      const body = request.outbound.body[Symbol.asyncIterator]();
      while ((await body.next()).done !== true);
      return { status: 201, statusText: '', fields: [], body: (async function* () {})(), trailers: () => [], early: false };
    },
    close: async () => undefined,
  }, 'mail');
  const at = stand(wish);
  const { exchange } = exchangeOf(given);
  const run = tracing.pipeline(pipeline(tracing.ports(at.ports)));
  const ended = await run.run({ ...exchange, ...more }, (outbound) =>
    upstream.request({ method: 'POST', fields: exchange.http.fields, via: { clientAddress: undefined, scheme: 'http', host: undefined, fromTrustedProxy: false }, outbound }));
  ended.close(ended.kind === 'forwarded' ? 201 : 403);
  await telemetry.stop();
  const root = receiver.spans.find(({ kind }) => kind === SERVER);
  return { at, told: told[0] ?? [], root, exchange, names: receiver.spans.map(({ name }) => name).sort() };
}
const parentTold = (fields: readonly Field[]): string | undefined => fields.find(([name]) => name.toLowerCase() === 'traceparent')?.[1];

describe('telemetry', () => {
  it.each([
    [{}, false, false, []],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '  ' }, false, false, []],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' }, 'http://c:4318/v1/traces', 'http://c:4318/v1/logs', []],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'TRUE' }, false, false, []],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_LOGS_EXPORTER: 'none' }, 'http://c:4318/v1/traces', false, []],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://t/x' }, 'https://t/x', false, []],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'http://localhost:4318/v1/traces', false, []],
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, false, false, ['OTEL_TRACES_EXPORTER']],
    [{ OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, false, false, ['OTEL_EXPORTER_OTLP_PROTOCOL']],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, false, false, ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT']],
  ])('with %j exports traces to %s and logs to %s', (env, traces, logs, refused) => {
    expect(telemetrySettings(env)).toEqual({ traces: traces === false ? undefined : traces, logs: logs === false ? undefined : logs, refused });
  });

  it('is not there at all when nothing asks for it', async () => {
    const off = await openTelemetry({ env: {}, version: '0', onLost: () => undefined });
    expect([off.tracing, off.logLine]).toEqual([undefined, undefined]);
    await off.stop();
  });

  it('follows an exchange step by step, and tells the upstream of its span', async () => {
    const telemetry = await open({ OTEL_SERVICE_NAME: 'edge' });
    const { root, told, names, exchange } = await exchanged(telemetry, { mode: 'hold', action: 'mask' }, { chunks: ['call 13800138000 now'], target: '/mail/13800138000?to=13800138000', fields: [['x-note', 'secret']] });
    // The masked body is scanned once more before it leaves; the list of masks is kept beside the body.
    expect(names).toEqual(['POST mail', 'decide', 'deliver', 'scan', 'scan', 'spool', 'spool']);
    expect(root?.attributes).toMatchObject({ 'weir.exchange': exchange.id, 'weir.action': 'mask', 'weir.mode': 'hold', 'weir.rule': 'rule-mask', 'weir.findings': 1, 'weir.bytes.unscanned': 0, 'http.response.status_code': 201 });
    const children = receiver.spans.filter(({ kind }) => kind !== SERVER);
    expect(children.every(({ traceId, parentSpanId, startedAt, endedAt }) => traceId === root?.traceId && parentSpanId === root.spanId && endedAt >= startedAt)).toBe(true);
    const deliver = children.find(({ kind }) => kind === CLIENT);
    expect(deliver?.attributes).toMatchObject({ 'http.response.status_code': 201, 'http.route': 'mail' });
    expect(parentTold(told)).toBe(`00-${root?.traceId}-${deliver?.spanId}-01`);
    expect(receiver.resources[0]).toMatchObject({ 'service.name': 'edge', 'service.version': '9.9' });
    expect(receiver.raw.join('')).not.toMatch(/13800138000|secret|\/mail/);
    expect(lost).toEqual({});
  });

  it('follows a hold to its seal, and ends every span of an exchange that breaks off', async () => {
    const { names } = await exchanged(await open(), { mode: 'hold', action: 'hold' }, { chunks: ['13800138000'] });
    expect(names).toEqual(expect.arrayContaining(['seal', 'decide', 'scan', 'spool']));
    await receiver.close();
    receiver = await otlpReceiver();
    const broken = await exchanged(await open(), { mode: 'hold', action: 'pass' }, { chunks: ['words '.repeat(2_000), 'more'], failure: new Error('13800138000 in words') });
    expect(broken.root).toMatchObject({ status: ERROR, attributes: { 'error.type': 'internal' } });
    expect(broken.names).toEqual(expect.arrayContaining(['scan', 'spool']));
    expect(receiver.raw.join('')).not.toContain('13800138000');
  });

  it('goes on with the trace of a trusted peer, and passes its state on without keeping it', async () => {
    const { root, told } = await exchanged(await open(), { mode: 'hold', action: 'pass' }, { chunks: ['x'], fields: [PARENT, ['tracestate', 'vendor=13800138000']] }, { fromTrustedProxy: true });
    expect([root?.traceId, root?.parentSpanId, root?.links]).toEqual([THEIRS, THEIR_SPAN, []]);
    expect(parentTold(told)?.slice(0, 36)).toBe(`00-${THEIRS}-`);
    expect(told).toContainEqual(['tracestate', 'vendor=13800138000']);
    expect(receiver.raw.join('')).not.toContain('13800138000');
  });

  it('begins a new trace for anyone else, linked to theirs, and does not mix the two', async () => {
    const { root, told } = await exchanged(await open(), { mode: 'hold', action: 'pass' }, { chunks: ['x'], fields: [PARENT, ['tracestate', 'a=b']] });
    expect(root?.traceId).not.toBe(THEIRS);
    expect(root?.links.map(({ traceId, spanId }) => [traceId, spanId])).toEqual([[THEIRS, THEIR_SPAN]]);
    expect(parentTold(told)?.slice(3, 35)).toBe(root?.traceId);
    expect(told.map(([name]) => name)).not.toContain('tracestate');
  });

  it('links to no id that could be a number somebody wrote there', async () => {
    const { root } = await exchanged(await open(), { mode: 'hold', action: 'pass' }, { chunks: ['x'], fields: [['traceparent', `00-aaaaaaaaaa138001380001aaaaaaaaaa-${THEIR_SPAN}-01`]] });
    expect(root?.links).toEqual([]);
    expect(receiver.raw.join('')).not.toContain('13800138000');
  });

  it('exports the log behind its guard, with the trace of the exchange', async () => {
    const telemetry = await open();
    const written: string[] = [];
    const log = jsonLog({ level: 'info', stream: new Writable({ write: (chunk, _e, done) => { written.push(String(chunk)); done(); } }), onLine: telemetry.logLine });
    log.debug('quiet');
    log.warn('upstream.slow', { route: 'mail', cause: 'call 13800138000', bytes: 7, on: true });
    log.info('weird 13800138000');
    await telemetry.stop();
    expect(receiver.logs.map(({ severity, body, attributes }) => ({ severity, body, attributes }))).toEqual([
      { severity: 'WARN', body: 'upstream.slow', attributes: { route: 'mail', cause: '[withheld]', bytes: 7, on: true } },
      { severity: 'INFO', body: 'log.unnamed', attributes: {} },
    ]);
    expect(receiver.raw.join('')).not.toContain('13800138000');
    expect(written).toHaveLength(2);
  });

  it('costs no more than a count when the collector is away or says no', async () => {
    receiver.answer(400);
    const { at, root } = await exchanged(await open(), { mode: 'hold', action: 'pass' }, { chunks: ['x'] });
    expect(root).toBeUndefined();
    expect(at.outcomes).toHaveLength(1);
    expect(lost.traces).toBeGreaterThanOrEqual(4);
  });

  it('drops and counts what a full queue has no room for', async () => {
    const telemetry = await open({ OTEL_TRACES_EXPORTER: 'none' });
    receiver.answer(400);
    for (let n = 0; n < 6_000; n += 1) telemetry.logLine?.({ at: 0, level: 'info', event: 'x', fields: {} });
    await telemetry.stop();
    expect(lost.logs).toBe(6_000);
  });
});
