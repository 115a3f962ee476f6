/** What is written in the log is read back, however it is cut; a log that breaks off is an error. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_EDIT, MAX_KIND, decodeEdits, encodeEdit, type LoggedEdit } from '../../../gateway/body/edit-log.js';
import { chunked } from '../../kit/engine.js';
import { runs } from '../../laws/runs.js';

async function* given(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
async function read(chunks: readonly Uint8Array[]): Promise<LoggedEdit[]> {
  const out: LoggedEdit[] = [];
  for await (const { at, kind, bytes } of decodeEdits(given(chunks))) out.push({ at, kind, bytes: Uint8Array.from(bytes) });
  return out;
}
const edit = fc.record({ at: fc.nat(2 ** 40), kind: fc.nat(MAX_KIND), bytes: fc.uint8Array({ maxLength: 30 }) });

describe('the edit log', () => {
  it('is read back the same in any cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 4 }), async (edits, sizes) => {
        const log = Buffer.concat(edits.map(encodeEdit));
        expect(await read(chunked(log, sizes))).toEqual(edits);
      }),
      runs(150),
    );
  });

  it('is an error when it ends inside a record, wherever', async () => {
    const log = Buffer.concat([encodeEdit({ at: 1, kind: 0, bytes: Buffer.from('**') }), encodeEdit({ at: 9, kind: 1, bytes: Buffer.from('*') })]);
    for (let length = 1; length < log.length; length++) {
      if (length === 12) expect(await read([log.subarray(0, length)])).toHaveLength(1);
      else await expect(read([log.subarray(0, length)])).rejects.toThrow(RangeError);
    }
  });

  it('knows places far beyond 4 GiB, and refuses an edit longer than a record', async () => {
    const far = { at: 2 ** 47, kind: 3, bytes: Uint8Array.of(42) };
    expect(await read([encodeEdit(far)])).toEqual([far]);
    expect(encodeEdit({ at: 0, kind: 0, bytes: new Uint8Array(MAX_EDIT) })).toHaveLength(10 + MAX_EDIT);
    expect(() => encodeEdit({ at: 0, kind: 0, bytes: new Uint8Array(MAX_EDIT + 1) })).toThrow('out of range');
  });
});
