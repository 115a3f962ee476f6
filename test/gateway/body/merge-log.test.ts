/** Masks in place and parts written anew, joined into one log: a replay of it is the body with both, however anything is cut. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEdits, encodeDrop, encodeEdit, encodeInsert, MAX_EDIT } from '../../../gateway/body/edit-log.js';
import { mergeLog, type Replacement } from '../../../gateway/body/merge-log.js';
import { replay } from '../../../gateway/body/replay.js';
import { chunked } from '../../kit/engine.js';
import { sizes } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

async function* given(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Uint8Array.from(chunk));
}
async function joined(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const out: Uint8Array[] = [];
  for await (const chunk of source) out.push(chunk);
  return Buffer.concat(out);
}
async function merged(edits: readonly Uint8Array[], replacements: readonly Replacement[]): Promise<{ log: Buffer; replaced: number; growth: number }> {
  const log: Uint8Array[] = [];
  const { replaced, growth } = await mergeLog(given(edits), replacements, (record) => {
    log.push(record);
    return Promise.resolve();
  });
  return { log: Buffer.concat(log), replaced, growth };
}

/** A body of stretches: kept as they are, masked in place, or replaced by something of another length (or by nothing new). */
const stretch = fc.record({
  bytes: fc.uint8Array({ maxLength: 12 }),
  does: fc.constantFrom('keep', 'mask', 'replace', 'leave'),
  other: fc.uint8Array({ maxLength: 20 }),
  kind: fc.nat(2),
});

describe('a merged log', () => {
  it('replays as the body with masks and parts, for any stretches and any cut of body, log and parts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(stretch, { maxLength: 8 }), sizes, sizes, sizes, async (stretches, first, second, third) => {
        const wire: Uint8Array[] = [];
        const expected: Uint8Array[] = [];
        const edits: Uint8Array[] = [];
        const replacements: Replacement[] = [];
        let at = 0;
        for (const { bytes, does, other, kind } of stretches) {
          wire.push(bytes);
          const masks = Uint8Array.from(bytes, () => 42);
          // A mask inside a part that is replaced goes with it; in one that is left alone it counts.
          if (does !== 'keep' && bytes.length > 0) edits.push(encodeEdit({ at, kind, bytes: masks }));
          if (does === 'replace' || does === 'leave') replacements.push({ from: at, to: at + bytes.length, bytes: () => Promise.resolve(does === 'replace' ? given(chunked(other, third)) : undefined) });
          expected.push(does === 'replace' ? other : does === 'keep' || kind === 2 ? bytes : masks);
          at += bytes.length;
        }
        const { log, growth } = await merged(edits, replacements);
        const body = Buffer.concat(wire);
        const out = await joined(replay(given(chunked(body, first)), given(chunked(log, second)), (kind) => kind !== 2));
        expect(out.equals(Buffer.concat(expected))).toBe(true);
        expect(growth).toBe(out.length - body.length);
      }),
      runs(300),
    );
  });

  it('cuts a mask that reaches into a replaced part, from either side or through it', async () => {
    const one = { from: 4, to: 6, bytes: () => Promise.resolve(given([Buffer.from('NEW')])) };
    const { log } = await merged([encodeEdit({ at: 2, kind: 0, bytes: Buffer.from('******') })], [one]);
    expect((await joined(replay(given([Buffer.from('abcdefghij')]), given([log]), () => true))).toString()).toBe('ab**NEW**ij');
  });

  it('carries parts of megabytes in small records, and shows whoever reads masks alone none of it', async () => {
    const big = Buffer.alloc(3 * MAX_EDIT + 5, 7);
    const { log, replaced, growth } = await merged([encodeEdit({ at: 0, kind: 1, bytes: Buffer.from('*') })], [{ from: 1, to: 2, bytes: () => Promise.resolve(given([big])) }]);
    expect({ replaced, growth }).toEqual({ replaced: 1, growth: big.length - 1 });
    const out = await joined(replay(given([Buffer.from('abc')]), given([log]), () => true));
    expect(out.equals(Buffer.concat([Buffer.from('*'), big, Buffer.from('c')]))).toBe(true);
    const places: number[] = [];
    for await (const { at } of decodeEdits(given([log]))) places.push(at);
    expect(places).toEqual([0]);
  });

  it.each([
    ['leaves out more than there is', [encodeDrop(1, 9)]],
    ['puts bytes in behind the end', [encodeInsert(4, Buffer.from('x'))]],
    ['goes back', [encodeDrop(2, 1), encodeInsert(1, Buffer.from('x'))]],
    ['is damaged', [Buffer.concat([encodeEdit({ at: 0, kind: 0, bytes: Buffer.from('ab') })]).fill(0xff, 6, 8)]],
  ])('that %s fails, and never ends as if it were whole', async (_name, log) => {
    await expect(joined(replay(given([Buffer.from('ab'), Buffer.from('c')]), given(log), () => true))).rejects.toThrow(RangeError);
  });

  it('may put bytes in at the very end, and take all there is away', async () => {
    expect((await joined(replay(given([Buffer.from('abc')]), given([encodeInsert(3, Buffer.from('d'))]), () => true))).toString()).toBe('abcd');
    expect((await joined(replay(given([]), given([encodeInsert(0, Buffer.from('d'))]), () => true))).toString()).toBe('d');
    expect(await joined(replay(given([Buffer.from('ab'), Buffer.from('c')]), given([encodeDrop(0, 3)]), () => true))).toHaveLength(0);
  });
});
