/** Law 7: every byte is accounted for, at every level: scanned + unscanned = size, however the body is cut and whatever becomes of what is in it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Receipt } from '../../gateway/ports.js';
import { bodyHead, chunked, engine } from '../kit/engine.js';
import { sizes } from './bodies.js';
import { runs } from './runs.js';

const factory = engine();
const PACKED = Buffer.from([0x50, 0x4b, 0x03, 0x04]);

/** What becomes of a container: read in full, in part, not at all, or nobody even tries. */
const FATES = ['read', 'partly', 'encrypted', 'unopened'] as const;
type Fate = (typeof FATES)[number];

/** A part as it goes over the wire, with the decoded bytes in it that are not on the wire. */
interface Piece {
  readonly head: string;
  readonly body: Buffer;
  /** Bytes that transforms in it stand for. */
  readonly decoded: number;
  readonly fates: readonly Fate[];
}

const text = fc.constantFrom('hello', '', 'call 13800138000 now', '<b>1380013</b>8000', '{"a": "\\u0031"}', 'x'.repeat(5000)).map((value) => Buffer.from(value));
const container = fc.tuple(fc.constantFrom(...FATES), fc.nat(40)).map(([fate, size]) => ({ bytes: Buffer.concat([PACKED, Buffer.alloc(size, 0x61)]), fate }));
const plain: fc.Arbitrary<Piece> = text.map((body) => ({ head: 'Content-Type: text/plain', body, decoded: 0, fates: [] }));
const unknown: fc.Arbitrary<Piece> = fc.nat(60).map((size) => ({ head: 'Content-Type: application/octet-stream', body: Buffer.alloc(size + 1, 0), decoded: 0, fates: [] }));
const packed: fc.Arbitrary<Piece> = container.map(({ bytes, fate }) => ({ head: 'Content-Disposition: form-data; name="f"; filename="a.zip"', body: bytes, decoded: 0, fates: [fate] }));
const inLines = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('base64').replace(/.{76}(?=.)/g, '$&\r\n'));
const wrapped: fc.Arbitrary<Piece> = fc.oneof(text.map((bytes) => ({ bytes, fates: [] as Fate[] })), container.map(({ bytes, fate }) => ({ bytes, fates: [fate] }))).map(({ bytes, fates }) => ({
  head: 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64', body: inLines(bytes), decoded: bytes.length, fates,
}));
const { piece } = fc.letrec<{ piece: Piece; many: Piece }>((tie) => ({
  many: fc.tuple(fc.array(tie('piece'), { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 1e6 })).map(([pieces, n]) => multipart(pieces, `in${n}`)),
  piece: fc.oneof({ depthSize: 'small', withCrossShrink: true }, plain, unknown, packed, wrapped, tie('many')),
}));

function multipart(pieces: readonly Piece[], boundary: string): Piece {
  const body = Buffer.concat([...pieces.flatMap(({ head, body: one }) => [Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), one, Buffer.from('\r\n')]), Buffer.from(`--${boundary}--\r\n`)]);
  return { head: `Content-Type: multipart/mixed; boundary=${boundary}`, body, decoded: pieces.reduce((sum, { decoded }) => sum + decoded, 0), fates: pieces.flatMap(({ fates }) => fates) };
}

function read(type: string, bytes: Buffer, cut: readonly number[], fates: readonly Fate[]): { receipt: Receipt; members: number } {
  const inspector = factory.inspect(bodyHead(type), bytes.subarray(0, factory.prefixLength), () => true, { defers: true });
  const sizes = new Map<number, number>();
  const take = (): void => {
    for (const { child, bytes: own } of inspector.takeChildBytes()) sizes.set(child, (sizes.get(child) ?? 0) + own.length);
  };
  for (const chunk of chunked(bytes, cut)) {
    inspector.write(chunk);
    take();
  }
  inspector.end(true);
  take();
  let members = 0;
  for (const { child, part } of inspector.children) {
    const fate = fates[child];
    if (fate === 'unopened') continue;
    const sink = inspector.childSink(child);
    const size = sizes.get(child) ?? 0;
    if (fate === 'encrypted') sink.unscannable({ part, reason: 'encrypted', bytes: size, detail: 'zip' });
    if (fate === 'encrypted') continue;
    members += 100;
    sink.line({ part: `${part}/0`, chain: ['text'], scanned: fate === 'partly' ? 60 : 100, unscanned: fate === 'partly' ? 40 : 0 });
  }
  return { receipt: inspector.receipt(), members };
}

describe('a receipt', () => {
  it('adds up at every level, for any nesting, any cut and any fate of what is opened', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 4 }), sizes, (pieces, cut) => {
        const { body, decoded, fates, head } = multipart(pieces, 'outermost');
        const { receipt, members } = read(head.slice('Content-Type: '.length), body, cut, fates);
        expect([receipt.size, receipt.scanned + receipt.unscanned]).toEqual([body.length, body.length]);
        const wire = receipt.parts.filter(({ inside }) => inside === undefined);
        expect(wire.reduce((sum, one) => sum + one.scanned + one.unscanned, 0)).toBe(receipt.size);
        expect((receipt.inside?.scanned ?? 0) + (receipt.inside?.unscanned ?? 0)).toBe(decoded + members);
        for (const { scanned, unscanned, reason } of receipt.parts) {
          expect(scanned >= 0 && unscanned >= 0).toBe(true);
          if (unscanned > 0 && scanned === 0) expect(reason).toBeDefined();
        }
        // What holds a part of decoded bytes is itself a part of the same receipt.
        const names = new Set(receipt.parts.map(({ part }) => part));
        expect(receipt.parts.every(({ inside }) => inside === undefined || names.has(inside))).toBe(true);
        expect(read(head.slice('Content-Type: '.length), body, [body.length], fates).receipt).toEqual(receipt);
        return Promise.resolve();
      }),
      runs(150),
    );
  });

  it('adds up where it is longer than what is kept of it', () => {
    const one: Piece = { head: 'Content-Transfer-Encoding: base64', body: inLines(Buffer.concat([PACKED, Buffer.from('abc')])), decoded: 7, fates: ['partly'] };
    const { body, head, decoded, fates } = multipart(Array.from({ length: 300 }, () => one), 'outermost');
    const { receipt, members } = read(head.slice('Content-Type: '.length), body, [4096], fates);
    expect(receipt.more).toBeGreaterThan(0);
    expect(receipt.scanned + receipt.unscanned).toBe(body.length);
    // What came after as many containers as are opened was not read.
    const unopened = 50 * one.decoded;
    expect(members).toBe(250 * 100);
    expect(receipt.inside).toEqual({ scanned: decoded - unopened + (members * 60) / 100, unscanned: unopened + (members * 40) / 100 });
  });
});
