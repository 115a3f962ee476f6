/** Tar archives by tar and by Python: members, names in all their places, two readings refused, written anew. */
import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, mkdirSync, writeFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemberChange } from '../../../../../gateway/decode/extract/contract.js';
import { formatOf } from '../../../../../gateway/decode/magic.js';
import { tar } from '../../../../../gateway/decode/extract/tar/tar.js';
import { writtenHeader } from '../../../../../gateway/decode/extract/tar/tar-header.js';
import { collected, membersOf, opened } from '../../../../kit/members.js';

const LONG = `${'文件夹'.repeat(12)}/${'深'.repeat(60)}/13800138000 手机.txt`;

/** What GNU tar makes of these files, in the given format. */
function packed(format: string, files: Readonly<Record<string, string | Uint8Array>>, links: Readonly<Record<string, string>> = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'weir-tar-'));
  try {
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    }
    for (const [name, target] of Object.entries(links)) symlinkSync(target, join(folder, name));
    return execFileSync('tar', [`--format=${format}`, '--sort=name', '--owner=weir:0', '-cf', '-', ...Object.keys(files), ...Object.keys(links)], { cwd: folder, maxBuffer: 2 ** 26 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Name and text of each member as Python reads them. */
function asPythonReads(bytes: Uint8Array): readonly (readonly [string, string])[] {
  const script = "import tarfile,sys,json,io\nt=tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()))\nprint(json.dumps([[m.name, t.extractfile(m).read().decode() if m.isfile() else ''] for m in t]))";
  return JSON.parse(execFileSync('python3', ['-c', script], { input: bytes, env: { ...process.env, PYTHONIOENCODING: 'utf-8' }, encoding: 'utf8' })) as [string, string][];
}

async function rewritten(bytes: Uint8Array, changes: ReadonlyMap<number, { readonly text?: string; readonly name?: string }>): Promise<Buffer> {
  const extracted = await opened(tar, bytes);
  const all = new Map<number, MemberChange>();
  for (const [index, { text, name }] of changes) {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      const own = Buffer.from(text ?? '');
      for (let at = 0; at < own.length; at += 700) yield own.subarray(at, at + 700);
    }
    all.set(index, { ...(text === undefined ? {} : { bytes: pieces }), ...(name === undefined ? {} : { name: Buffer.from(name) }) });
  }
  if (extracted.rewrite === undefined) throw new Error('tar can be rewritten');
  return collected(extracted.rewrite(all));
}

/** A header as ustar has it, built by hand where no program would write it. */
function header(fields: { readonly name?: string; readonly type?: string; readonly size?: number; readonly link?: string }): Buffer {
  const block = Buffer.alloc(512);
  block.write(fields.name ?? 'a.txt', 0, 'utf8');
  block.write('0000644\0', 100);
  block.write('        ', 148);
  block.write(fields.type ?? '0', 156);
  block.write(fields.link ?? '', 157);
  block.write('ustar\x0000', 257, 'latin1');
  block.write('00000000000\0', 124);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.from(writtenHeader(block, { size: fields.size ?? 0 }));
}
const body = (text: string): Buffer => Buffer.concat([Buffer.from(text), Buffer.alloc((512 - (Buffer.byteLength(text) % 512)) % 512)]);
const END = Buffer.alloc(1024);

describe('a tar archive', () => {
  for (const format of ['gnu', 'pax', 'ustar', 'v7', 'oldgnu']) {
    it(`in format ${format} shows each member's name and bytes`, async () => {
      const name = format === 'ustar' ? `${'a'.repeat(60)}/${'b'.repeat(60)}.txt` : format === 'v7' ? '客户.txt' : LONG;
      const archive = packed(format, { [name]: '电话 13800138000\n', 'empty.bin': '', 'sub/b.csv': 'x'.repeat(2000) }, { link: 'target-13900139000' });
      const shown = await membersOf(tar, archive);
      expect(shown.slice(0, 4).map((member) => [member.name, member.bytes.toString()])).toEqual([[name, '电话 13800138000\n'], ['empty.bin', ''], ['sub/b.csv', 'x'.repeat(2000)], ['link', '']]);
      expect(shown.map((member) => member.label)).toEqual(['1.txt', '2.bin', '3.csv', '4', 'headers']);
      const texts = shown[4]?.bytes.toString() ?? '';
      expect(texts).toContain('target-13900139000');
      // A name that is found where it can be masked is not found again where it cannot.
      expect(texts).not.toContain('13800138000');
    });

    it(`in format ${format} is written anew with other bytes and names; the rest stays as it was`, async () => {
      const name = format === 'ustar' || format === 'v7' ? '13800138000.txt' : LONG;
      const masked = name.replace('13800138000', '138____8000');
      const archive = packed(format, { 'a.txt': 'before', [name]: '电话 13800138000\n', 'z.txt': 'behind' });
      const same = await rewritten(archive, new Map());
      expect(same.equals(archive)).toBe(true);
      const longer = '电话 138****8000\n'.repeat(100);
      const again = await rewritten(archive, new Map([[1, { text: longer, name: masked }]]));
      expect(asPythonReads(again)).toEqual([['a.txt', 'before'], [masked, longer], ['z.txt', 'behind']]);
      expect(again.toString('latin1')).not.toContain('13800138000');
      expect((await membersOf(tar, again)).slice(0, 3).map((member) => member.name)).toEqual(['a.txt', masked, 'z.txt']);
      expect(execFileSync('tar', ['-tf', '-'], { input: again, encoding: 'utf8' }).split('\n')).toHaveLength(4);
    });
  }

  it('of Python with long names in pax is written anew without a trace of the name', async () => {
    const name = `${'目'.repeat(50)}/13800138000.txt`;
    const archive = execFileSync('python3', ['-c', "import tarfile,sys,io\nt=tarfile.open(fileobj=sys.stdout.buffer,mode='w|',format=tarfile.PAX_FORMAT)\ni=tarfile.TarInfo(sys.argv[1]);i.size=3;i.pax_headers={'comment':'call 13900139000'}\nt.addfile(i,io.BytesIO(b'abc'))\nt.close()", name]);
    const shown = await membersOf(tar, archive);
    expect(shown[0]?.name).toBe(name);
    expect(shown[1]?.bytes.toString()).toContain('call 13900139000');
    const again = await rewritten(archive, new Map([[0, { name: name.replace('13800138000', '138____8000') }]]));
    expect(again.toString('latin1')).not.toContain('13800138000');
    expect(asPythonReads(again)).toEqual([[name.replace('13800138000', '138____8000'), 'abc']]);
  });

  it('is known by its checksum, whatever its first member begins with', () => {
    expect(formatOf(packed('gnu', { 'a.pdf': '%PDF-1.7 and so on' }))).toBe('tar');
    expect(formatOf(packed('v7', { 'a.txt': 'x' }))).toBe('tar');
    expect(formatOf(Buffer.alloc(1024))).not.toBe('tar');
    expect(formatOf(Buffer.from('%PDF-1.7 and so on'.padEnd(2000)))).toBe('pdf');
  });

  it('with sparse members says that it does not read them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-tar-'));
    try {
      execFileSync('truncate', ['-s', '1M', join(folder, 'holes')]);
      for (const format of ['gnu', 'pax']) {
        const shown = await membersOf(tar, execFileSync('tar', [`--format=${format}`, '-S', '-cf', '-', 'holes'], { cwd: folder }));
        expect(shown[0]?.unscannable).toMatchObject({ reason: 'unsupported', detail: 'tar sparse' });
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that can be read in two ways is malformed', async () => {
    const pax = (records: string): Buffer => Buffer.concat([header({ name: 'pax', type: 'x', size: Buffer.byteLength(records) }), body(records)]);
    const file = Buffer.concat([header({ size: 3 }), body('abc')]);
    const cases: Record<string, Buffer> = {
      'sizes in pax and header disagree': Buffer.concat([pax('13 size=1024\n'), header({ size: 0 }), body('x'.repeat(1024)), END]),
      'a size in pax before another header': Buffer.concat([pax('10 size=3\n'), header({ type: 'L', size: 4 }), body('abc\0'), file, END]),
      'a record twice': Buffer.concat([pax('10 path=a\n10 path=b\n'), file, END]),
      'a record with a false length': Buffer.concat([pax('99 path=a\n'), file, END]),
      'a folder with content': Buffer.concat([header({ type: '5', size: 3 }), body('abc'), END]),
      'a link with content': Buffer.concat([header({ type: '2', size: 3 }), body('abc'), END]),
      'a false checksum': Buffer.concat([Buffer.from(file).fill(0x39, 0, 1), END]),
      'two long names': Buffer.concat([header({ type: 'L', size: 2 }), body('a\0'), header({ type: 'L', size: 2 }), body('b\0'), file, END]),
      'an archive behind the end': Buffer.concat([file, END, file, END]),
      'a file behind one block of zeros': Buffer.concat([file, Buffer.alloc(512), file, END]),
      'bytes in the padding': Buffer.concat([header({ size: 3 }), Buffer.from('abc13800138000'.padEnd(512, '\0')), END]),
      'a path for all that follow': Buffer.concat([header({ name: 'g', type: 'g', size: 10 }), body('10 path=b\n'), file, END]),
      'cut short': Buffer.concat([file, header({ size: 900 }), body('abc')]),
      'a long name without a file': Buffer.concat([file, header({ type: 'L', size: 2 }), body('a\0'), END]),
    };
    for (const [name, bytes] of Object.entries(cases)) await expect(membersOf(tar, bytes).then(() => name)).rejects.toMatchObject({ reason: 'malformed' });
    await expect(membersOf(tar, Buffer.concat([file, END]))).resolves.toHaveLength(1);
    await expect(membersOf(tar, Buffer.concat([pax('10 size=3\n'), file, END]))).resolves.toHaveLength(2);
  });

  it('is refused or read whatever byte of its headers is changed', async () => {
    const archive = packed('pax', { [LONG]: 'abc', 'b.txt': 'def' });
    for (let at = 0; at < archive.length; at += 13) {
      const changed = Buffer.from(archive);
      changed[at] = (changed[at] ?? 0) ^ 0x11;
      await membersOf(tar, changed).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
    }
  });
});
