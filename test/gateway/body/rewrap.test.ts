/** What was unwrapped is wrapped again in the manner it came: the same coding and lines no longer than before, for any bytes in any pieces. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rewrapped } from '../../../gateway/body/rewrap.js';
import { chunked } from '../../kit/engine.js';
import { sizes } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

async function* given(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
async function text(source: AsyncIterable<Uint8Array>): Promise<string> {
  const out: Uint8Array[] = [];
  for await (const chunk of source) out.push(chunk);
  return Buffer.concat(out).toString('latin1');
}
const bytes = fc.uint8Array({ maxLength: 300 });

describe('a part in base64', () => {
  it('is read back the same, in lines of the length it had', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, sizes, fc.constantFrom(0, 4, 10, 60, 76), fc.constantFrom('\r\n', '\n'), async (bytes, cut, lineLength, eol) => {
        const out = await text(rewrapped(given(chunked(bytes, cut)), [{ coding: 'base64', lineLength, eol }]));
        expect(Buffer.from(out, 'base64').equals(bytes)).toBe(true);
        if (lineLength === 0) expect(out).toBe(Buffer.from(bytes).toString('base64'));
        else expect(out.split(eol).slice(0, -1).every((line) => line.length === lineLength)).toBe(true);
        expect(out.endsWith(eol)).toBe(false);
      }),
      runs(200),
    );
  });

  it('keeps its alphabet and its padding, or the lack of it', async () => {
    const some = Buffer.from([0xfb, 0xff, 0xfe, 0xfb]);
    const wrap = { coding: 'base64', lineLength: 0, eol: '' } as const;
    expect(await text(rewrapped(given([some]), [wrap]))).toBe('+//++w==');
    expect(await text(rewrapped(given([some]), [{ ...wrap, padded: false }]))).toBe('+//++w');
    expect(await text(rewrapped(given([some]), [{ ...wrap, alphabet: 'url', padded: false }]))).toBe('-__--w');
    expect(await text(rewrapped(given([some]), [{ ...wrap, alphabet: 'url' }]))).toBe('-__--w==');
  });
});

describe('a part in quoted-printable', () => {
  it('is read back the same, in lines that a mail may have', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, sizes, async (bytes, cut) => {
        const out = await text(rewrapped(given(chunked(bytes, cut)), [{ coding: 'quoted-printable', lineLength: 76, eol: '\r\n' }]));
        expect(out.split('\r\n').every((line) => line.length <= 76)).toBe(true);
        const read = out.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
        expect(Buffer.from(read, 'latin1').equals(bytes)).toBe(true);
      }),
      runs(150),
    );
  });
});

it('wraps lie around each other as they did', async () => {
  const inner = { coding: 'quoted-printable', lineLength: 76, eol: '\r\n' } as const;
  const outer = { coding: 'base64', lineLength: 76, eol: '\r\n' } as const;
  expect(Buffer.from(await text(rewrapped(given([Buffer.from('a=b')]), [inner, outer])), 'base64').toString()).toBe('a=3Db');
});
