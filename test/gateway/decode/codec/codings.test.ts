/** Content codings: what real programs write is read, what is no whole stream is said so, and bombs stop early. */
import { execFileSync } from 'node:child_process';
import { brotliCompressSync, brotliDecompressSync, deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codings } from '../../../../gateway/decode/codec/codings.js';
import type { CodecLimits } from '../../../../gateway/decode/codec/limits.js';
import type { CodingProblem } from '../../../../gateway/ports.js';
import { runs } from '../../../laws/runs.js';
import { cpuMsOf } from '../../../kit/cpu-time.js';

interface Read {
  readonly bytes: Buffer;
  readonly problem: CodingProblem | undefined;
  readonly texts: readonly string[];
}
async function read(coding: string, wire: Uint8Array, cuts: readonly number[] = [], limits?: CodecLimits): Promise<Read> {
  const opened = codings(limits).of(coding);
  if (opened === undefined) throw new Error('not a coding');
  const decoder = opened.decoder();
  const out: Uint8Array[] = [];
  const places = [...new Set(cuts.map((cut) => cut % (wire.length + 1)))].sort((a, b) => a - b);
  for (const [index, from] of [0, ...places].entries()) {
    for await (const piece of decoder.write(wire.subarray(from, places[index] ?? wire.length))) out.push(Buffer.from(piece));
  }
  for await (const piece of decoder.end()) out.push(Buffer.from(piece));
  decoder.close();
  return { bytes: Buffer.concat(out), problem: decoder.problem, texts: decoder.texts };
}
const zstd = (bytes: Uint8Array, ...options: string[]): Buffer => execFileSync('zstd', ['-q', '-c', ...options], { input: bytes, maxBuffer: 2 ** 26 });
async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}
async function encode(names: readonly string[], bytes: Uint8Array, size: number): Promise<Buffer> {
  const out: Uint8Array[] = [];
  for await (const piece of codings().of('gzip')?.encode(names, cut(bytes, size)) ?? []) out.push(piece);
  return Buffer.concat(out);
}
/** Text like a log's, of any length. */
function log(bytes: number): Buffer {
  let text = '';
  for (let line = 0; text.length < bytes; line++) text += `${line} user ${(line * 7919) % 1000} moved 数据 to folder ${(line * 104729) % 977}\n`;
  return Buffer.from(text).subarray(0, bytes);
}

const WRITERS: Readonly<Record<string, (bytes: Uint8Array) => Buffer>> = {
  gzip: (bytes) => gzipSync(bytes),
  'x-gzip': (bytes) => Buffer.concat([gzipSync(bytes.subarray(0, bytes.length >> 1)), gzipSync(bytes.subarray(bytes.length >> 1))]),
  deflate: (bytes) => deflateSync(bytes),
  'identity, deflate': (bytes) => deflateRawSync(bytes),
  br: (bytes) => brotliCompressSync(bytes),
  'gzip, br': (bytes) => brotliCompressSync(gzipSync(bytes)),
  'GZIP,deflate , br, gzip,gzip': (bytes) => gzipSync(gzipSync(brotliCompressSync(deflateSync(gzipSync(bytes))))),
};

describe('content codings', () => {
  it.each(Object.entries(WRITERS))('%s reads what was written, however it is cut', async (coding, write) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.array(fc.nat(), { maxLength: 8 }), async (plain, cuts) => {
        const got = await read(coding, write(plain), cuts);
        expect({ problem: got.problem, same: got.bytes.equals(plain) }).toEqual({ problem: undefined, same: true });
      }),
      runs(30),
    );
  });

  it('reads what the zstd program writes: every level, windows, frames behind each other', async () => {
    const plain = log(700_000);
    for (const options of [['-1'], ['-19'], ['--no-check'], ['--fast=5'], ['-3', '--long=23'], ['-9', '--no-compress-literals']]) {
      const wire = zstd(plain, ...options);
      const got = await read('zstd', wire, [1, 5, 9, 4000]);
      expect({ options, problem: got.problem, same: got.bytes.equals(plain) }).toEqual({ options, problem: undefined, same: true });
    }
    const two = await read('zstd', Buffer.concat([zstd(plain.subarray(0, 100)), zstd(plain.subarray(100))]));
    expect([two.problem, two.bytes.equals(plain)]).toEqual([undefined, true]);
  });

  it.each([1, 2, 5, 1000, 3_000_000])('reads a zstd body cut into single bytes and of %i bytes', async (length) => {
    const plain = log(length);
    const wire = zstd(plain);
    const got = await read('zstd', wire, length > 10_000 ? [] : [...wire.keys()]);
    expect([got.problem, got.bytes.equals(plain)]).toEqual([undefined, true]);
  });

  it('an empty body is empty under any coding', async () => {
    for (const coding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, br']) expect(await read(coding, Buffer.alloc(0))).toEqual({ bytes: Buffer.alloc(0), problem: undefined, texts: [] });
  });

  it.each(['compress', 'gzip, snappy', 'gzip,gzip,gzip,gzip,gzip,gzip', 'aes128gcm', 'gzip;q=1'])('%s is not read', (coding) => {
    expect(codings().of(coding)).toBeUndefined();
  });
  it.each([undefined, '', 'identity', 'identity, identity'])('%s is no coding', (coding) => {
    expect(codings().of(coding)).toBeUndefined();
  });

  it('a stream that was cut short is malformed, wherever it was cut', async () => {
    for (const [coding, wire] of [['gzip', gzipSync(log(300))], ['deflate', deflateSync(log(300))], ['deflate', deflateRawSync(log(300))], ['br', brotliCompressSync(log(300))], ['zstd', zstd(log(300))]] as const) {
      for (let length = 1; length < wire.length; length++) expect({ coding, length, reason: (await read(coding, wire.subarray(0, length))).problem?.reason }).toEqual({ coding, length, reason: 'malformed' });
    }
  });

  it.each([0x00, 0x1f, 0x41])('a byte %i behind the end is malformed, in the same piece or a later one', async (byte) => {
    for (const [coding, wire] of [['gzip', gzipSync(log(300))], ['deflate', deflateSync(log(300))], ['deflate', deflateRawSync(log(300))], ['br', brotliCompressSync(log(300))], ['zstd', zstd(log(300))]] as const) {
      const more = Buffer.concat([wire, Buffer.from([byte])]);
      for (const cuts of [[], [wire.length], [wire.length - 1]]) expect({ coding, cuts, reason: (await read(coding, more, cuts)).problem?.reason }).toEqual({ coding, cuts, reason: 'malformed' });
    }
  });

  it('bytes that were changed are malformed, or read as what they now say; nothing else happens', async () => {
    const wires = { gzip: gzipSync(log(2000)), deflate: deflateSync(log(2000)), br: brotliCompressSync(log(2000)), zstd: zstd(log(2000)) };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('gzip' as const, 'deflate' as const, 'br' as const, 'zstd' as const), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (coding, changes) => {
        const wire = Buffer.from(wires[coding]);
        for (const [at, byte] of changes) wire[at % wire.length] = byte;
        const got = await read(coding, wire);
        expect(['malformed', 'too-large', 'unsupported', undefined]).toContain(got.problem?.reason);
      }),
      runs(300),
    );
  });

  it('deflate that could be read both ways is malformed', async () => {
    // A valid header of zlib that is also a stored block of 0x1a9 bytes.
    const both = Buffer.concat([Buffer.from([0x78, 0x9c, 0x01, 0x63, 0xfe]), Buffer.alloc(0x019c, 0x41), deflateRawSync(Buffer.from('b'))]);
    expect((await read('deflate', both)).problem).toEqual({ reason: 'malformed', detail: 'deflate-ambiguous' });
  });

  it('a wrong checksum, a reserved flag and frames to be skipped are malformed; a dictionary is unsupported', async () => {
    const wrong = gzipSync(log(100));
    wrong[wrong.length - 6] = (wrong[wrong.length - 6] ?? 0) ^ 1;
    const flagged = gzipSync(log(100));
    flagged[3] = 0x20;
    const skipped = Buffer.concat([Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 1, 2]), zstd(log(10))]);
    const dictionary = zstd(log(100));
    dictionary[4] = (dictionary[4] ?? 0) | 1;
    expect((await read('gzip', wrong)).problem).toEqual({ reason: 'malformed', detail: 'gzip-checksum' });
    expect((await read('gzip', flagged)).problem).toEqual({ reason: 'malformed', detail: 'gzip' });
    expect((await read('zstd', skipped)).problem).toEqual({ reason: 'malformed', detail: 'zstd' });
    expect((await read('zstd', dictionary)).problem).toEqual({ reason: 'unsupported', detail: 'zstd-dictionary' });
  });

  it('a name, a comment and extra bytes in a gzip header are handed on as texts', async () => {
    const body = gzipSync(Buffer.from('inside'));
    const header = Buffer.from(body.subarray(0, 10));
    header[3] = 0x1c;
    const extra = Buffer.from('extra bytes');
    const length = Buffer.alloc(2);
    length.writeUInt16LE(extra.length);
    const name = new Uint8Array([0xc3, 0xfb, 0xb5, 0xa5, 0]);
    const wire = Buffer.concat([header, length, extra, name, Buffer.from('a comment\0'), body.subarray(10)]);
    for (const cuts of [[], [...wire.keys()]]) {
      const got = await read('gzip', wire, cuts);
      expect([got.problem, got.bytes.toString(), got.texts]).toEqual([undefined, 'inside', ['extra bytes', '名单', 'a comment']]);
    }
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(64 * 2 ** 20))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * 2 ** 20)))],
    ['br', brotliCompressSync(Buffer.alloc(64 * 2 ** 20), { params: { 1: 1 } })],
    ['zstd', zstd(Buffer.alloc(32 * 2 ** 20))],
  ])('a bomb in %s stops early', async (coding, wire) => {
    const got = await read(coding, wire);
    expect(got.problem).toEqual({ reason: 'too-large', detail: 'decoded-ratio' });
    expect(got.bytes.length).toBeLessThan(28 * 2 ** 20);
  });

  it('a body beyond the size that is allowed is too large', async () => {
    const got = await read('gzip', gzipSync(log(200_000)), [], { bytes: 100_000, ratio: 1000 });
    expect(got.problem).toEqual({ reason: 'too-large', detail: 'decoded-size' });
  });

  it('what storage clients sign piece by piece is read, and what they put behind it is a text', async () => {
    const signature = `;chunk-signature=${'0f'.repeat(32)}`;
    const signed = Buffer.from(`5${signature}\r\nhello\r\n1${signature}\r\n!\r\n0${signature}\r\n\r\n`);
    const trailing = Buffer.from('6\r\nhello!\r\n0\r\nx-amz-checksum-crc32:YmxhYg==\r\n\r\n');
    for (const [wire, texts] of [[signed, []], [trailing, ['x-amz-checksum-crc32:YmxhYg==']]] as const) {
      for (const cuts of [[], [...wire.keys()]]) {
        const got = await read('aws-chunked', wire, cuts);
        expect([got.problem, got.bytes.toString(), got.texts]).toEqual([undefined, 'hello!', texts]);
      }
      for (let length = 1; length < wire.length; length++) expect((await read('aws-chunked', wire.subarray(0, length))).problem?.reason).toBe('malformed');
    }
    const inside = gzipSync(Buffer.from('inside'));
    const both = await read('gzip, aws-chunked', Buffer.concat([Buffer.from(`${inside.length.toString(16)}\r\n`), inside, Buffer.from('\r\n0\r\n\r\n')]));
    expect([both.problem, both.bytes.toString()]).toEqual([undefined, 'inside']);
    for (const wrong of ['5;name=x\r\nhello\r\n0\r\n\r\n', '5\r\nhello0\r\n\r\n', '5\nhello\r\n0\r\n\r\n', '0\r\n\r\nmore', '0\r\nname: a text\r\n\r\n']) expect((await read('aws-chunked', Buffer.from(wrong))).problem?.reason).toBe('malformed');
  });

  it('endless members of a gzip are too many parts', async () => {
    const got = await read('gzip', Buffer.concat(Array.from({ length: 10_001 }, () => gzipSync(Buffer.alloc(0)))));
    expect(got.problem).toEqual({ reason: 'too-many-parts', detail: 'gzip-members' });
  });

  it('tiny blocks under a large window do not take long', async () => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 13 << 3]);
    const cpuMs = await cpuMsOf(async () => {
      const got = await read('zstd', Buffer.concat([frame, ...Array.from({ length: 20_000 }, () => Buffer.from([0x08, 0, 0, 0x41]))]));
      expect(got.problem?.reason).toBeDefined();
    }, 5000);
    expect(cpuMs).toBeLessThan(5000);
  });
});

describe('encoders', () => {
  it('write what independent readers read, and the same bytes however they are fed', async () => {
    const plain = log(300_000);
    const undo = { gzip: gunzipSync, deflate: inflateSync, br: brotliDecompressSync };
    for (const name of ['gzip', 'deflate', 'br'] as const) {
      const whole = await encode([name], plain, plain.length);
      expect(undo[name](whole).equals(plain)).toBe(true);
      for (const size of [1000, 65_536, 65_537]) expect((await encode([name], plain, size)).equals(whole)).toBe(true);
    }
    expect(gunzipSync(brotliDecompressSync(await encode(['gzip', 'br'], plain, 5000))).equals(plain)).toBe(true);
  });

  it('leave an empty body empty, and hand a broken source on as broken', async () => {
    expect(await encode(['gzip', 'br'], Buffer.alloc(0), 1)).toHaveLength(0);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.alloc(100_000, 1));
      throw new RangeError('broken');
    }
    const reading = async (): Promise<void> => {
      for await (const _ of codings().of('gzip')?.encode(['gzip'], broken()) ?? []);
    };
    await expect(reading()).rejects.toThrow('broken');
  });

  it('a masked zstd body leaves as gzip where that is taken, else uncoded', () => {
    expect([codings().of('zstd')?.leavesAs(true), codings().of('zstd')?.leavesAs(false), codings().of('x-gzip, br')?.leavesAs(false)]).toEqual([['gzip'], [], ['gzip', 'br']]);
  });
});
