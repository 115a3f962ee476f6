/** Archives that are only read: by 7z and ar themselves, and rar written from its description and proven by 7z. */
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ar, cab, rar, sevenZip } from '../../../../../gateway/decode/extract/archive/archive.js';
import { bounded } from '../../../../../gateway/decode/extract/archive/libarchive.js';
import { membersOf, opened } from '../../../../kit/members.js';

const FILES = { '客户 13800138000.txt': '电话 13800138000\n', 'b.bin': Buffer.alloc(400_000, 'bcdefga') } as const;

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'weir-archive-'));
  try {
    for (const [name, bytes] of Object.entries(FILES)) writeFileSync(join(folder, name), bytes);
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sevenZipped(...options: readonly string[]): Buffer {
  return inFolder((folder) => {
    execFileSync('7z', ['a', '-bd', ...options, 'out.7z', ...Object.keys(FILES)], { cwd: folder, stdio: 'ignore', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    return readFileSync(join(folder, 'out.7z'));
  });
}

/** One block of rar 4, its checksum in front. */
function block4(type: number, flags: number, rest: Buffer, data = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(7);
  head[2] = type;
  head.writeUInt16LE(flags, 3);
  head.writeUInt16LE(7 + rest.length, 5);
  const block = Buffer.concat([head, rest]);
  block.writeUInt16LE(crc32(block.subarray(2)) & 0xffff, 0);
  return Buffer.concat([block, data]);
}

function rar4(files: Readonly<Record<string, string>>, archiveFlags = 0, fileFlags = 0): Buffer {
  const blocks = Object.entries(files).map(([name, text]) => {
    const data = Buffer.from(text);
    const rest = Buffer.alloc(25 + name.length);
    rest.writeUInt32LE(data.length, 0);
    rest.writeUInt32LE(data.length, 4);
    rest[8] = 3;
    rest.writeUInt32LE(crc32(data), 9);
    rest.writeUInt32LE(0x58_21_00_00, 13);
    rest[17] = 20;
    rest[18] = 0x30;
    rest.writeUInt16LE(name.length, 19);
    rest.writeUInt32LE(0o100644, 21);
    rest.write(name, 25, 'latin1');
    return block4(0x74, 0x8000 | fileFlags, rest, data);
  });
  return Buffer.concat([Buffer.from('Rar!\x1a\x07\x00', 'latin1'), block4(0x73, archiveFlags, Buffer.alloc(6)), ...blocks, block4(0x7b, 0x4000, Buffer.alloc(0))]);
}

function vint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function block5(fields: readonly (number | Buffer)[], data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat(fields.map((field) => (typeof field === 'number' ? vint(field) : field)));
  const sized = Buffer.concat([vint(body.length), body]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(sized), 0);
  return Buffer.concat([sum, sized, data]);
}

function rar5(files: Readonly<Record<string, string>>, archiveFlags = 0, encrypted = false): Buffer {
  const blocks = Object.entries(files).map(([name, text]) => {
    const data = Buffer.from(text);
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(crc32(data), 0);
    const raw = Buffer.from(name);
    return block5([2, 2, data.length, 4, data.length, 0o100644, sum, 0, 1, raw.length, raw], data);
  });
  const crypt = encrypted ? [block5([4, 0, 0, 0, Buffer.from([15]), Buffer.alloc(16)])] : [];
  return Buffer.concat([Buffer.from('Rar!\x1a\x07\x01\x00', 'latin1'), ...crypt, block5([1, 0, archiveFlags]), ...blocks, block5([5, 0, 0])]);
}

/** 7z reads rar too: it says whether what we wrote is one. */
function provenBy7z(bytes: Uint8Array): string {
  return inFolder((folder) => {
    writeFileSync(join(folder, 'x.rar'), bytes);
    return execFileSync('7z', ['t', 'x.rar'], { cwd: folder, encoding: 'utf8' });
  });
}

describe('a 7z archive', () => {
  it('shows names and bytes of all members, whatever packed them', async () => {
    for (const options of [['-mx=9'], ['-m0=bzip2'], ['-m0=ppmd'], ['-m0=deflate'], ['-m0=copy', '-ms=off'], ['-m0=lzma'], ['-mhc=off']]) {
      const shown = await membersOf(sevenZip, sevenZipped(...options));
      expect(shown.map((member) => member.name)).toEqual(Object.keys(FILES).sort());
      for (const [name, bytes] of Object.entries(FILES)) expect(shown.find((member) => member.name === name)?.bytes.equals(Buffer.from(bytes))).toBe(true);
      expect(shown.every((member) => !member.maskable)).toBe(true);
    }
  });

  it('with bytes that no header names counts them as unread', async () => {
    const whole = sevenZipped('-mhc=off');
    expect((await opened(sevenZip, whole)).unread).toBeUndefined();
    // A gap before the header: the first header is told to look for it further on.
    const gap = Buffer.concat([whole.subarray(0, 32), whole.subarray(32, 32 + Number(whole.readBigUInt64LE(12))), Buffer.from('13800138000'), whole.subarray(32 + Number(whole.readBigUInt64LE(12)))]);
    gap.writeBigUInt64LE(whole.readBigUInt64LE(12) + 11n, 12);
    gap.writeUInt32LE(crc32(gap.subarray(12, 32)), 8);
    expect((await opened(sevenZip, gap)).unread).toMatchObject({ bytes: 11, reason: 'unsupported' });
  });

  it('that is encrypted says so, member by member or as a whole', async () => {
    expect((await membersOf(sevenZip, sevenZipped('-psecret'))).map((member) => member.unscannable?.reason)).toEqual(['encrypted', 'encrypted']);
    await expect(membersOf(sevenZip, sevenZipped('-psecret', '-mhe=on'))).rejects.toMatchObject({ reason: 'encrypted' });
  });

  it('that was cut, lengthened or changed is malformed', async () => {
    const whole = sevenZipped();
    await expect(membersOf(sevenZip, whole.subarray(0, whole.length - 10))).rejects.toMatchObject({ reason: 'malformed' });
    await expect(membersOf(sevenZip, Buffer.concat([whole, Buffer.from('13800138000')]))).rejects.toMatchObject({ reason: 'malformed' });
    for (let at = 0; at < whole.length; at += 17) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      await membersOf(sevenZip, changed).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
    }
  });

  it('is read in bounded memory', () => {
    const module = readFileSync(join(process.cwd(), 'node_modules/libarchive-wasm/dist/libarchive.wasm'));
    expect(bounded(module, 300)).toHaveLength(module.length);
    expect(() => bounded(Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]), 300)).toThrow(RangeError);
  });
});

describe('a rar archive', () => {
  const files = { 'a.txt': 'phone 13800138000\n', 'b.txt': 'second' };

  it('of either version shows names and bytes of all members', async () => {
    for (const bytes of [rar4(files), rar5(files)]) {
      expect(provenBy7z(bytes)).toContain('Everything is Ok');
      expect((await membersOf(rar, bytes)).map((member) => [member.name, member.bytes.toString()])).toEqual(Object.entries(files));
    }
  });

  it('shows Chinese names, in GBK too', async () => {
    expect((await membersOf(rar, rar5({ '客户.txt': 'x' }))).map((member) => member.name)).toEqual(['客户.txt']);
    const gbk = rar4({ '\xbf\xcd\xbb\xa7.txt': 'x', 'plain.txt': 'y' });
    expect((await membersOf(rar, gbk)).map((member) => member.name)).toEqual(['客户.txt', 'plain.txt']);
  });

  it('in volumes, with a password or with more behind its end is refused with the reason', async () => {
    await expect(membersOf(rar, rar4(files, 1))).rejects.toMatchObject({ reason: 'unsupported' });
    await expect(membersOf(rar, rar5(files, 1))).rejects.toMatchObject({ reason: 'unsupported' });
    await expect(membersOf(rar, rar4(files, 0x80))).rejects.toMatchObject({ reason: 'encrypted' });
    await expect(membersOf(rar, rar5(files, 0, true))).rejects.toMatchObject({ reason: 'encrypted' });
    expect((await membersOf(rar, rar4(files, 0, 4))).map((member) => member.unscannable?.reason)).toEqual(['encrypted', 'encrypted']);
    for (const bytes of [rar4(files), rar5(files)]) {
      await expect(membersOf(rar, Buffer.concat([bytes, Buffer.from('x')]))).rejects.toMatchObject({ reason: 'malformed' });
      await expect(membersOf(rar, bytes.subarray(0, bytes.length - 12))).rejects.toMatchObject({ reason: 'malformed' });
      for (let at = 0; at < bytes.length; at++) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 0x21;
        await membersOf(rar, changed).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
      }
    }
  });
});

describe('other archives', () => {
  it('ar and deb show their members', async () => {
    const bytes = inFolder((folder) => {
      execFileSync('ar', ['rc', 'out.a', 'b.bin'], { cwd: folder });
      return readFileSync(join(folder, 'out.a'));
    });
    expect((await membersOf(ar, bytes)).map((member) => [member.name, member.bytes.length])).toEqual([['b.bin', 400_000]]);
    await expect(membersOf(ar, Buffer.concat([bytes, Buffer.from('13800138000')]))).rejects.toMatchObject({ reason: 'malformed' });
  });

  it('cab in volumes or with a size that is not its own is refused', async () => {
    const head = Buffer.alloc(36);
    head.write('MSCF');
    head.writeUInt32LE(36, 8);
    head[30] = 1;
    await expect(membersOf(cab, head)).rejects.toMatchObject({ reason: 'unsupported' });
    head[30] = 0;
    await expect(membersOf(cab, Buffer.concat([head, Buffer.from('x')]))).rejects.toMatchObject({ reason: 'malformed' });
  });
});
