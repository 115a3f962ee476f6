import { describe, it, expect } from '@jest/globals';
import { WeirError } from '../../../gateway/errors.js';
import { SinkFailed, type ExchangeId, type Preview, type SignIn, type Sink, type Upstream, type Vault } from '../../../gateway/ports.js';
import { measuredPreview, measuredSignIn, measuredSink, measuredUpstream, measuredVault } from '../../../gateway/record/measured-ports.js';
import { metrics } from '../../../gateway/record/metrics.js';

function stand() {
  const made = metrics({ version: '0', routes: () => ['mail'], detectors: () => [], sinks: () => ['ops'] });
  let now = 0;
  const watch = (): number => (now += 250);
  const lines = async (name: string) => (await made.text()).split('\n').filter((line) => new RegExp(`^${name}[{ ]`).test(line));
  return { work: made.work, watch, lines, made };
}

describe('measured ports', () => {
  it('time an upstream until its answer, and count by code what does not answer', async () => {
    const { work, watch, lines } = stand();
    let fails = false;
    const upstream = { request: async () => { if (fails) throw new WeirError('upstream-timeout'); return { status: 200 }; }, close: async () => undefined } as unknown as Upstream;
    const measured = measuredUpstream(upstream, 'mail', work, watch);
    await measured.request({} as never);
    fails = true;
    await expect(measured.request({} as never)).rejects.toThrow(WeirError);
    await measured.close();
    expect(await lines('weir_upstream_duration_seconds_sum')).toEqual(['weir_upstream_duration_seconds_sum{route="mail"} 0.25']);
    expect(await lines('weir_upstream_failures_total')).toEqual(['weir_upstream_failures_total{route="mail",reason="upstream-timeout"} 1']);
  });

  it('time a seal and count its bytes; the other side of the vault is untouched', async () => {
    const { work, watch, lines } = stand();
    const space = { usedBytes: 1, freeBytes: 2, limitBytes: 3 };
    class Kept { readonly #bytes = 7; readonly #space = space; async seal() { return { suite: 'age-v1', recipient: 'r', sealedBytes: this.#bytes }; } async space() { return this.#space; } }
    const vault = measuredVault(new Kept() as unknown as Vault, work, watch);
    await vault.seal('w' as ExchangeId, {} as never, {} as never, {} as never);
    expect(await vault.space()).toEqual(space);
    expect(await lines('weir_vault_sealed_bytes_total')).toEqual(['weir_vault_sealed_bytes_total 7']);
    expect(await lines('weir_vault_seal_duration_seconds_count')).toEqual(['weir_vault_seal_duration_seconds_count{outcome="done"} 1']);
  });

  it('tell what a sink did with an alert', async () => {
    const { work, watch, lines } = stand();
    const answers: (() => Promise<void>)[] = [async () => undefined, async () => { throw new SinkFailed('X', 'never'); }, async () => { throw new TypeError('x'); }];
    const sink = measuredSink({ id: 'ops', kind: 'slack', limits: { perMinute: 1, maxBytes: 1 }, send: () => (answers.shift() ?? (async () => undefined))(), close: async () => undefined } satisfies Sink, work, watch);
    await sink.send({} as never);
    await expect(sink.send({} as never)).rejects.toThrow(SinkFailed);
    await expect(sink.send({} as never)).rejects.toThrow(TypeError);
    expect(sink.id).toBe('ops');
    expect(await lines('weir_alert_delivery_duration_seconds_count')).toEqual(['sent', 'never', 'again'].map((outcome) => `weir_alert_delivery_duration_seconds_count{sink="ops",outcome="${outcome}"} 1`));
  });

  it('count steps of signing in without a name, and previews by view', async () => {
    const { work, watch, lines } = stand();
    const ways = measuredSignIn({ oidc: { start: async () => '/', callback: async () => '/#/sign-in?failed=oidc' }, password: async () => ({ kind: 'failed' }), totp: async () => { throw new Error('x'); } } as unknown as SignIn, work);
    await ways.password('somebody', 'secret', {} as never);
    await expect(ways.totp('1', {} as never)).rejects.toThrow();
    await ways.oidc?.callback({} as never);
    expect(await lines('weir_sign_ins_total')).toEqual(['weir_sign_ins_total{step="password",outcome="failed"} 1', 'weir_sign_ins_total{step="totp",outcome="error"} 1', 'weir_sign_ins_total{step="oidc",outcome="failed"} 1']);
    const preview = measuredPreview({ regions: async () => [] } as unknown as Preview, work, watch);
    await preview.regions({} as never);
    expect(await lines('weir_preview_duration_seconds_count')).toEqual(['weir_preview_duration_seconds_count{view="regions",outcome="done"} 1']);
  });
});
