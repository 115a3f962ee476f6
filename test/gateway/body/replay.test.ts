/** A kept body replayed with its recorded masks is the body that would have left at once; what does not fit fails. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeEdit } from '../../../gateway/body/edit-log.js';
import { replay } from '../../../gateway/body/replay.js';
import { bodyHead, chunked, engine, inspectBody } from '../../kit/engine.js';
import { body, sizes } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

async function* given(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(Uint8Array.from(chunk));
}
async function replayed(bytes: readonly Uint8Array[], log: readonly Uint8Array[], wanted: (kind: number) => boolean = () => true): Promise<Buffer> {
  const out: Uint8Array[] = [];
  for await (const chunk of replay(given(bytes), given(log), wanted)) out.push(chunk);
  return Buffer.concat(out);
}
const mask = (at: number, length: number, kind = 0): Uint8Array => encodeEdit({ at, kind, bytes: Buffer.alloc(length, '*') });
const factory = engine();

describe('a replay', () => {
  it('with every mask is what streaming would have let out, for any cut of body and log', async () => {
    await fc.assert(
      fc.asyncProperty(body, sizes, sizes, sizes, async ({ type, bytes }, first, second, third) => {
        const inspector = factory.inspect(bodyHead(type), bytes.subarray(0, factory.prefixLength), () => true);
        const log: Uint8Array[] = [];
        for (const chunk of chunked(bytes, first)) log.push(...inspector.write(chunk).edits.map((edit) => encodeEdit({ ...edit, kind: 0 })));
        log.push(...inspector.end(true).edits.map((edit) => encodeEdit({ ...edit, kind: 0 })));
        const out = await replayed(chunked(bytes, second), chunked(Buffer.concat(log), third));
        expect(out.equals(inspectBody(type, [bytes], () => true, factory).output)).toBe(true);
      }),
      runs(120),
    );
  });

  it('applies the wanted kinds and leaves the others', async () => {
    expect((await replayed([Buffer.from('abc'), Buffer.from('defgh')], [mask(0, 2, 0), mask(2, 3, 1), mask(6, 1, 0)], (kind) => kind === 0)).toString()).toBe('**cdef*h');
  });

  it('without masks is the body', async () => {
    expect((await replayed([Buffer.from('abc')], [])).toString()).toBe('abc');
    expect(await replayed([], [])).toHaveLength(0);
  });

  it.each([
    ['begins beyond the body', [mask(9, 1)]],
    ['reaches beyond the body', [mask(4, 3)]],
    ['breaks off', [mask(0, 2).subarray(0, 11)]],
  ])('of a log that %s fails, and never ends as if it were whole', async (_name, log) => {
    const out: Uint8Array[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of replay(given([Buffer.from('abc'), Buffer.from('def')]), given(log), () => true)) out.push(chunk);
    };
    await expect(read()).rejects.toThrow(RangeError);
  });
});
