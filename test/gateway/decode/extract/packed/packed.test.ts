/** Packed files by the programs that people pack with. */
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { bzip2, lz4, xz, zstd } from '../../../../../gateway/decode/extract/packed/packed.js';
import { gzip } from '../../../../../gateway/decode/extract/packed/gz.js';
import { collected, membersOf, opened } from '../../../../kit/members.js';

/** Text that packs well, with bytes in between that do not. */
function mixed(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = 7;
  for (let at = 0; at < size; at++) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    bytes[at] = at % 5000 < 3000 ? '联系电话 13800138000, a line of text\n'.charCodeAt(at % 30) & 0xff : at % 5000 < 4000 ? 0x61 : state >> 16;
  }
  return bytes;
}

const run = (command: string, args: readonly string[], input: Uint8Array): Buffer => execFileSync(command, args, { input, maxBuffer: 2 ** 28, stdio: ['pipe', 'pipe', 'ignore'] });
const programs = [
  { extractor: bzip2, command: 'bzip2', levels: [['-1'], ['-9']] },
  { extractor: xz, command: 'xz', levels: [['-0'], ['-6'], ['-9', '--check=crc32'], ['--lzma2=preset=6,lc=0,lp=2,pb=0']] },
  { extractor: zstd, command: 'zstd', levels: [['-1'], ['-19'], ['--fast=5'], ['-3', '--no-check']] },
  { extractor: lz4, command: 'lz4', levels: [['-1'], ['-9', '-BD'], ['-l'], ['-B4', '-BX']] },
  { extractor: gzip, command: 'gzip', levels: [['-1'], ['-9']] },
] as const;

describe('a packed file', () => {
  const sizes = [0, 1, 3, 13, 4096, 1_500_000].map(mixed);
  for (const { extractor, command, levels } of programs) {
    it(`of ${command} is unpacked as its own program unpacks it`, async () => {
      for (const bytes of sizes) {
        for (const level of levels) {
          const packed = run(command, [...level, '-c'], bytes);
          const [member] = await membersOf(extractor, packed);
          expect(member?.bytes.equals(bytes)).toBe(true);
        }
      }
    });

    it(`of ${command} may be several behind one another`, async () => {
      const packed = Buffer.concat([run(command, ['-c'], Buffer.from('number 138')), run(command, ['-c'], Buffer.from('00138000'))]);
      expect((await membersOf(extractor, packed))[0]?.bytes.toString()).toBe('number 13800138000');
    });

    it(`of ${command} with something else behind it is malformed, and so is one cut short`, async () => {
      const packed = run(command, ['-c'], mixed(5000));
      await expect(membersOf(extractor, Buffer.concat([packed, Buffer.from('13800138000')]))).rejects.toMatchObject({ reason: 'malformed' });
      for (const cut of [packed.length - 1, packed.length >> 1, 11]) await expect(membersOf(extractor, packed.subarray(0, cut))).rejects.toMatchObject({ reason: 'malformed' });
    });

    it(`of ${command} ends in a reason whatever byte of it is changed`, async () => {
      const packed = run(command, ['-c'], mixed(3000));
      for (let at = 0; at < packed.length; at += 7) {
        const changed = Buffer.from(packed);
        changed[at] = (changed[at] ?? 0) ^ 0x55;
        // Some changes hurt nobody; those that do are told.
        await membersOf(extractor, changed).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
      }
    });
  }

  it('shows what stands in frames that readers skip', async () => {
    const text = Buffer.from('hidden 13800138000');
    const head = Buffer.alloc(8);
    head.writeUInt32LE(0x184d2a53, 0);
    head.writeUInt32LE(text.length, 4);
    for (const [extractor, command] of [[zstd, 'zstd'], [lz4, 'lz4']] as const) {
      const packed = run(command, ['-c'], Buffer.from('open'));
      expect((await membersOf(extractor, Buffer.concat([packed, head, text]))).map((member) => member.bytes.toString())).toEqual(['open', 'hidden 13800138000']);
    }
  });

  it('that asks for a window of gigabytes is refused before it is given one', async () => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x01, 0x00, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    await expect(membersOf(zstd, frame)).rejects.toMatchObject({ reason: 'too-large' });
    await expect(membersOf(xz, run('xz', ['--lzma2=dict=256MiB', '-c'], Buffer.from('x')))).rejects.toMatchObject({ reason: 'too-large' });
  });
});

describe('a gzip file', () => {
  it('is written anew around masked bytes and a masked name, as gzip reads it', async () => {
    const bytes = Buffer.from('name 张三 phone 13800138000\n'.repeat(500));
    const packed = execFileSync('python3', ['-c', "import gzip,sys\nwith gzip.GzipFile('13800138000.txt','wb',9,sys.stdout.buffer,0) as f: f.write(sys.stdin.buffer.read())"], { input: bytes });
    const [member] = await membersOf(gzip, packed);
    expect(member?.name).toBe('13800138000.txt');
    const masked = Buffer.from(bytes.toString().replaceAll('13800138000', '138****8000'));
    const extracted = await opened(gzip, packed);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      for (let at = 0; at < masked.length; at += 1000) yield masked.subarray(at, at + 1000);
    }
    const again = await collected(extracted.rewrite?.(new Map([[0, { bytes: pieces, name: Buffer.from('138____8000.txt') }]])) ?? pieces());
    expect(run('gzip', ['-dc'], again).equals(masked)).toBe(true);
    expect((await membersOf(gzip, again))[0]?.name).toBe('138____8000.txt');
  });

  it('shows its comment and its extra field', async () => {
    const packed = run('gzip', ['-nc'], Buffer.from('x'));
    const head = Buffer.concat([packed.subarray(0, 3), Buffer.from([4 | 16]), packed.subarray(4, 10), Buffer.from([5, 0]), Buffer.from('extra'), Buffer.from('call 13800138000\0')]);
    const shown = await membersOf(gzip, Buffer.concat([head, packed.subarray(10)]));
    expect(shown[1]?.bytes.toString()).toBe('extra\ncall 13800138000\n');
    expect(shown[1]?.maskable).toBe(false);
  });
});
