/** The incoming body: a prefix, then everything, pulled once and given back when nobody wants it. */
import { describe, expect, it } from '@jest/globals';
import { inflow, type Inflow } from '../../../gateway/act/inflow.js';

interface Source extends AsyncIterable<Uint8Array> {
  readonly seen: string[];
}
function source(...chunks: string[]): Source {
  const seen: string[] = [];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for (const one of chunks) {
        seen.push(one);
        yield await Promise.resolve(Buffer.from(one));
      }
      seen.push('end');
    } finally {
      seen.push('closed');
    }
  }
  const iterable = bytes();
  return { seen, [Symbol.asyncIterator]: () => iterable };
}
async function* chunksOf(body: Inflow): AsyncGenerator<Uint8Array> {
  for await (const { plain } of body.steps(() => 0)) if (plain !== undefined) yield plain;
}
const all = async (chunks: AsyncIterable<Uint8Array>): Promise<string> => {
  let out = '';
  for await (const one of chunks) out += Buffer.from(one).toString();
  return out;
};

describe('the inflow', () => {
  it.each([
    [['abcdef', 'gh'], 4, 'abcd', false],
    [['ab', '', 'cd', 'ef'], 4, 'abcd', false],
    [['ab'], 4, 'ab', true],
    [[], 4, '', true],
    [['ab'], 0, '', false],
  ] as [string[], number, string, boolean][])('of %j shows a prefix of %i, and then everything', async (chunks, length, prefix, ended) => {
    const body = inflow(source(...chunks));
    expect([Buffer.from(await body.prefix(length)).toString(), body.ended]).toEqual([prefix, ended]);
    expect([await all(chunksOf(body)), body.ended]).toEqual([chunks.join(''), true]);
  });

  it('reads no further than it is asked', async () => {
    const from = source('ab', 'cd', 'ef');
    await inflow(from).prefix(3);
    expect(from.seen).toEqual(['ab', 'cd']);
  });

  it('gives the source back once when its reader stops, or when it is closed', async () => {
    const left = source('ab', 'cd', 'ef');
    const body = inflow(left);
    await body.prefix(1);
    const chunks = chunksOf(body);
    await chunks.next();
    await chunks.return(undefined);
    await body.close();
    expect(left.seen).toEqual(['ab', 'closed']);
    const closed = source('ab');
    const other = inflow(closed);
    await other.prefix(1);
    await other.close();
    await other.close();
    expect(closed.seen).toEqual(['ab', 'closed']);
  });

  it('passes on what the source throws', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('ab'));
      throw new RangeError('gone');
    }
    const body = inflow(failing());
    await body.prefix(1);
    await expect(all(chunksOf(body))).rejects.toThrow('gone');
  });
});
