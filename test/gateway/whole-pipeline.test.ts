/** A body that is in memory already ends as it would have, had it come in pieces. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spoolFactory } from '../../gateway/body/spool.js';
import { codings } from '../../gateway/decode/codec/codings.js';
import { pipeline } from '../../gateway/pipeline.js';
import type { Action, Evidence, Exchange, Mode, Outbound } from '../../gateway/ports.js';
import { bodyHead, chunked } from '../kit/engine.js';
import { tempFolder } from '../kit/temp.js';
import { body, sizes } from '../laws/bodies.js';
import { runs } from '../laws/runs.js';
import { exchangeOf, stand } from './pipeline-kit.js';

/** The strictest that is left of what is found: enough to reach every end there is. */
const strict = (onFinding: Action) => (evidence: Evidence): Action => (evidence.classes.length > 0 ? onFinding : evidence.unscannable.length > 0 ? 'block' : 'pass');

async function taken({ whole, body: bytes }: Outbound, asWhole: boolean): Promise<string> {
  if (asWhole && whole !== undefined) return Buffer.concat(whole).toString('latin1');
  const out: Uint8Array[] = [];
  try {
    for await (const chunk of bytes) out.push(chunk);
  } catch {
    out.push(Buffer.from('<broken off>'));
  }
  return Buffer.concat(out).toString('latin1');
}

/** Everything that anybody can see of how it ended. */
async function ending(mode: Mode, action: Action, exchange: Exchange, asWhole: boolean, dir: string): Promise<unknown> {
  const spools = spoolFactory({ dir });
  const to = stand({ mode, action: strict(action) }, { codings: codings(), spools });
  let sent: unknown;
  const ended = await pipeline(to.ports).run(exchange, async (outbound) => {
    const { target, change, codings: coded, length } = outbound;
    sent = { target, change, coded, length, body: await taken(outbound, asWhole) };
    return undefined;
  });
  ended.close(200);
  const usage = spools.usage();
  // How much of a stream has left when it is stopped depends on how it comes.
  const isAborted = mode === 'stream' && to.outcomes[0]?.action === 'block';
  return {
    usage,
    ...(isAborted ? {} : { kind: ended.kind, sent, code: ended.kind === 'failed' ? ended.error.code : undefined }),
    audit: to.audit.map(({ act, data }) => ({ act, data })),
    outcomes: to.outcomes.map(({ durationSeconds: _, ...one }) => one),
    held: to.held.map(({ bodyFingerprint, contentFingerprint, permitFingerprint, findingCounts, bytes, receipt }) => ({ bodyFingerprint, contentFingerprint, permitFingerprint, findingCounts, bytes, receipt })),
    sealed: to.sealed.map(({ body: text, log }) => ({ text, log: log.toString('hex') })),
  };
}

const modes = fc.constantFrom<Mode>('hold', 'stream', 'watch');
const actions = fc.constantFrom<Action>('pass', 'mask', 'block', 'hold');

describe('a whole body', () => {
  it('ends as the same bytes in pieces do', async () => {
    const dir = tempFolder('whole');
    await fc.assert(
      fc.asyncProperty(body, sizes, modes, actions, fc.boolean(), async ({ type, bytes }, cut, mode, action, declared) => {
        fc.pre(!(mode === 'stream' && action === 'hold'));
        const base = exchangeOf({ chunks: [] }).exchange;
        const of = (chunks: readonly Uint8Array[], whole: readonly Uint8Array[] | undefined): Exchange => ({
          ...base,
          body: { ...bodyHead(type), length: declared ? bytes.length : undefined },
          chunks: (async function* () {
            for (const chunk of chunks) yield await Promise.resolve(chunk);
          })(),
          whole,
        });
        const inPieces = await ending(mode, action, of(chunked(bytes, cut).map((one) => Buffer.from(one)), undefined), false, dir);
        const never = [Buffer.from('nobody pulls this')];
        expect(await ending(mode, action, of(never, [Buffer.from(bytes)]), true, dir)).toEqual(inPieces);
        expect(await ending(mode, action, of(never, chunked(bytes, cut).map((one) => Buffer.from(one))), false, dir)).toEqual(inPieces);
      }),
      runs(25),
    );
  });

  it('that passes leaves as the very buffers it came in, in every mode', async () => {
    for (const mode of ['hold', 'stream', 'watch'] as const) {
      const to = stand({ mode, action: 'pass' }, { spools: spoolFactory({ dir: tempFolder('whole') }) });
      const came = [Buffer.from('{"words":"nothing to find here, '.padEnd(6000, '.')), Buffer.from('nor here"}'.padStart(5000, '.'))];
      let left: readonly Uint8Array[] | undefined;
      await pipeline(to.ports).run({ ...exchangeOf({ chunks: [], type: 'application/json' }).exchange, whole: came }, (outbound) => {
        left = outbound.whole;
        return Promise.resolve();
      });
      expect(left?.length).toBeGreaterThanOrEqual(came.length);
      expect(new Set(left?.map(({ buffer }) => buffer))).toEqual(new Set(came.map(({ buffer }) => buffer)));
    }
  });

  it('is not changed where it is masked: others may hold the same bytes', async () => {
    const came = Buffer.from('call 13812345678 now');
    for (const mode of ['hold', 'stream'] as const) {
      const to = stand({ mode, action: strict('mask') }, { spools: spoolFactory({ dir: tempFolder('whole') }) });
      let left = '';
      await pipeline(to.ports).run({ ...exchangeOf({ chunks: [] }).exchange, whole: [came] }, async (outbound) => {
        left = await taken(outbound, true);
      });
      expect(left).toMatch(/^call 138\*+5678 now$/);
      expect(came.toString()).toBe('call 13812345678 now');
    }
  });

  it('gives its memory back whether it is taken whole, in pieces, or not at all', async () => {
    for (const take of ['whole', 'pieces', 'nothing', 'failure'] as const) {
      const spools = spoolFactory({ dir: tempFolder('whole') });
      const to = stand({ mode: 'hold', action: 'pass' }, { spools });
      let held = 0;
      await pipeline(to.ports).run({ ...exchangeOf({ chunks: [] }).exchange, whole: [Buffer.alloc(9000, 97)] }, async (outbound) => {
        held = spools.usage().memory;
        if (take === 'failure') throw new RangeError('no connection');
        if (take !== 'nothing') await taken(outbound, take === 'whole');
      });
      expect(held).toBeGreaterThanOrEqual(9000);
      expect(spools.usage()).toEqual({ memory: 0, disk: 0 });
    }
  });
});
