/** Coded bodies through the pipeline: scanned by what they stand for, passed as they came, masked inside and coded again. */
import { execFileSync } from 'node:child_process';
import { brotliCompressSync, brotliDecompressSync, deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codings } from '../../gateway/decode/codec/codings.js';
import { pipeline } from '../../gateway/pipeline.js';
import type { Ended, Exchange, Outbound } from '../../gateway/ports.js';
import { chunked } from '../kit/engine.js';
import { runs } from '../laws/runs.js';
import { exchangeOf, stand, type Stand, type Wish } from './pipeline-kit.js';

const TEXT = `call 13800138000 or not, ${'and that is all that there is to say about it. '.repeat(40)}`;
const MASKED = TEXT.replace('13800138000', '138****8000');

interface Left {
  readonly body: Buffer;
  readonly complete: boolean;
  readonly outbound: Outbound;
}
interface Went {
  readonly on: Stand;
  readonly ended: Ended<Left>;
  readonly left: Left | undefined;
}
async function go(wish: Wish, coding: string, wire: Uint8Array, over: { readonly cuts?: readonly number[]; readonly exchange?: Partial<Exchange>; readonly length?: number } = {}): Promise<Went> {
  const on = stand(wish, { codings: codings() });
  const { exchange } = exchangeOf({ chunks: [], fields: [['Content-Encoding', coding]] });
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunked(wire, over.cuts ?? [1000])) yield await Promise.resolve(chunk);
  }
  const asked: Exchange = { ...exchange, ...over.exchange, chunks: chunks(), body: { ...exchange.body, contentEncoding: coding, length: over.length } };
  const ended = await pipeline(on.ports).run(asked, async (outbound): Promise<Left> => {
    const body: Uint8Array[] = [];
    try {
      for await (const chunk of outbound.body) body.push(Uint8Array.from(chunk));
    } catch {
      return { body: Buffer.concat(body), complete: false, outbound };
    }
    return { body: Buffer.concat(body), complete: true, outbound };
  });
  ended.close(200);
  return { on, ended, left: ended.kind === 'forwarded' ? ended.sent : undefined };
}

const CODED = [
  ['gzip', gzipSync(TEXT), gunzipSync],
  ['x-gzip', gzipSync(TEXT), gunzipSync],
  ['deflate', deflateSync(TEXT), inflateSync],
  ['deflate', deflateRawSync(TEXT), inflateSync],
  ['br', brotliCompressSync(TEXT), brotliDecompressSync],
  ['gzip, br', brotliCompressSync(gzipSync(TEXT)), (bytes: Uint8Array) => gunzipSync(brotliDecompressSync(bytes))],
] as const;
const ZSTD = execFileSync('zstd', ['-q', '-c'], { input: TEXT });

describe('a coded body', () => {
  it.each(CODED)('in %s passes as it came in hold and in watch, and is coded anew in stream', async (coding, wire, undo) => {
    for (const mode of ['hold', 'watch'] as const) {
      const { left, on } = await go({ mode, action: 'pass' }, coding, wire, { length: wire.length });
      expect([left?.body.equals(wire), left?.complete, left?.outbound.change, left?.outbound.length, left?.outbound.codings]).toEqual([true, true, 'none', wire.length, undefined]);
      expect(on.outcomes[0]).toMatchObject({ bytes: wire.length, findingCounts: { 'cn.phone': 1 } });
      expect(on.outcomes[0]?.receipt).toMatchObject({ size: TEXT.length, scanned: TEXT.length, unscanned: 0, wire: wire.length });
      expect(on.outcomes[0]?.receipt?.parts[0]?.chain.slice(0, 1)).toEqual([coding === 'x-gzip' ? 'gzip' : coding.split(',')[0]]);
      expect(on.open()).toBe(0);
    }
    const { left, on } = await go({ mode: 'stream', action: 'mask' }, coding, wire, { length: wire.length });
    expect([undo(left?.body ?? Buffer.alloc(0)).toString(), left?.outbound.change, left?.outbound.length, left?.outbound.codings]).toEqual([MASKED, 'recoded', undefined, undefined]);
    expect(on.open()).toBe(0);
  });

  it.each(CODED)('in %s is masked inside and coded again, with a length that is true', async (coding, wire, undo) => {
    const { left, on } = await go({ mode: 'hold', action: 'mask' }, coding, wire);
    expect(undo(left?.body ?? Buffer.alloc(0)).toString()).toBe(MASKED);
    expect([left?.outbound.change, left?.outbound.length, left?.outbound.codings]).toEqual(['recoded', left?.body.length, undefined]);
    expect(on.open()).toBe(0);
  });

  it('in zstd leaves masked without a coding, and as gzip to a client that takes it', async () => {
    const plain = await go({ mode: 'hold', action: 'mask' }, 'zstd', ZSTD);
    expect([plain.left?.body.toString(), plain.left?.outbound.codings]).toEqual([MASKED, []]);
    const taken = await go({ mode: 'stream', action: 'mask' }, 'zstd', ZSTD, { exchange: { takesGzip: true } });
    expect([gunzipSync(taken.left?.body ?? Buffer.alloc(0)).toString(), taken.left?.outbound.codings]).toEqual([MASKED, ['gzip']]);
    expect((await go({ mode: 'hold', action: 'pass' }, 'zstd', ZSTD)).left?.body.equals(ZSTD)).toBe(true);
  });

  it('leaves the same wherever it is cut', async () => {
    const whole = await go({ mode: 'stream', action: 'mask' }, 'br', brotliCompressSync(TEXT));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 6 }), async (cuts) => {
        const cut = await go({ mode: 'stream', action: 'mask' }, 'br', brotliCompressSync(TEXT), { cuts });
        expect(cut.left?.body.equals(whole.left?.body ?? Buffer.alloc(0))).toBe(true);
      }),
      runs(15),
    );
  });

  it('that cannot be undone to its end is malformed: counted as unread, held by its bytes, cut short in stream', async () => {
    const wire = gzipSync(TEXT).subarray(0, -5);
    const seen: unknown[] = [];
    const held = await go({ mode: 'hold', action: (evidence) => (seen.push(...evidence.unscannable), 'hold') }, 'gzip', wire);
    expect(seen).toContainEqual({ part: 'body', reason: 'malformed', bytes: wire.length, detail: 'gzip-truncated' });
    expect(held.ended.kind).toBe('held');
    expect(held.on.outcomes[0]?.receipt).toMatchObject({ size: wire.length, scanned: 0, unscanned: wire.length, parts: [{ part: 'body', chain: ['gzip'], reason: 'malformed' }] });
    expect(held.on.sealed[0]?.head).toMatchObject({ bodyLength: wire.length, maskable: false });
    for (const aborts of [true, false]) {
      const { left } = await go({ mode: 'stream', action: 'mask', aborts }, 'gzip', wire);
      expect(left?.complete ?? false).toBe(false);
    }
    const masked = await go({ mode: 'hold', action: 'mask' }, 'gzip', wire);
    expect([masked.ended.kind, masked.on.open()]).toEqual(['failed', 0]);
    const watched = await go({ mode: 'watch', action: 'pass' }, 'gzip', wire);
    expect([watched.left?.body.equals(wire), watched.left?.complete, watched.on.audit.map(({ act }) => act)]).toEqual([true, true, ['verdict.pass']]);
  });

  it('is sealed as it came, its masks in what it stands for', async () => {
    const wire = gzipSync(TEXT);
    const { on } = await go({ mode: 'hold', action: 'hold' }, 'gzip', wire);
    expect(on.sealed[0]?.head).toMatchObject({ version: 2, bodyLength: wire.length });
    expect(on.sealed[0]?.head.maskable).not.toBe(false);
    expect(on.sealed[0]?.edits).toBeGreaterThan(0);
  });

  it('that stops as a bomb is too large and its memory is given back', async () => {
    const seen: unknown[] = [];
    const { on } = await go({ mode: 'hold', action: (evidence) => (seen.push(...evidence.unscannable.map(({ reason }) => reason)), 'block') }, 'gzip', gzipSync(Buffer.alloc(40 * 2 ** 20, 0x20)), { cuts: [65_536] });
    expect([seen[0], on.open()]).toEqual(['too-large', 0]);
  });

  it('without a byte is empty whatever it declares', async () => {
    const { left } = await go({ mode: 'hold', action: 'pass' }, 'gzip', Buffer.alloc(0), { length: 0 });
    expect([left?.complete, left?.outbound.length, left?.outbound.change]).toEqual([true, 0, 'none']);
    const chunkedEmpty = await go({ mode: 'stream', action: 'pass' }, 'br', Buffer.alloc(0));
    expect([chunkedEmpty.left?.complete, chunkedEmpty.left?.body.length]).toEqual([true, 0]);
  });

  it('with a number in the name that a gzip carries is found, and leaves without it when masked', async () => {
    const body = gzipSync('nothing here');
    const named = Buffer.concat([body.subarray(0, 3), Buffer.from([8]), body.subarray(4, 10), Buffer.from('13800138000.txt\0'), body.subarray(10)]);
    const { left, on } = await go({ mode: 'hold', action: 'mask' }, 'gzip', named);
    expect(on.outcomes[0]?.findingCounts).toEqual({ 'cn.phone': 1 });
    expect([gunzipSync(left?.body ?? Buffer.alloc(0)).toString(), left?.body.includes('13800138000')]).toEqual(['nothing here', false]);
  });

  it('in a coding that nobody reads is unsupported', async () => {
    const seen: unknown[] = [];
    await go({ mode: 'hold', action: (evidence) => (seen.push(...evidence.unscannable.map(({ reason, detail }) => [reason, detail])), 'hold') }, 'snappy', Buffer.from('x'));
    expect(seen).toEqual([['unsupported', 'content-encoding']]);
  });
});
