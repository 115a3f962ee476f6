/** Outlook's .msg, written with another library and proven by a third. */
import { describe, expect, it } from '@jest/globals';
import MsgReaderModule from '@kenjiuno/msgreader';
import { decompressRTF } from '@kenjiuno/decompressrtf';
import CFB from 'cfb';
import { unpackRtf } from '../../../../../gateway/decode/extract/mapi/compressed-rtf.js';
import { ole } from '../../../../../gateway/decode/extract/ole/ole.js';
import { membersOf, textOf } from '../../../../kit/members.js';

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');

/** RTF as Outlook packs it, letters only and one copy of the preloaded words. */
function packedRtf(text: string): Buffer {
  const body: number[] = [];
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += 8) body.push(0, ...bytes.subarray(at, at + 8));
  // `{\rtf1` stands at the window's beginning.
  const copy = [1, 0, 6 - 2];
  const end = 207 + 6 + bytes.length;
  const token = ((end % 4096) << 4) >>> 0;
  const packed = Buffer.from([...copy.slice(0, 1), copy[1] ?? 0, copy[2] ?? 0]);
  // The first group of eight holds the copy and seven letters.
  const first = bytes.subarray(0, 7);
  const rest: number[] = [];
  for (let at = 7; at < bytes.length; at += 8) {
    const group = bytes.subarray(at, at + 8);
    rest.push(group.length < 8 ? 1 << group.length : 0, ...group);
    if (group.length < 8) rest.push(token >> 8, token & 0xff);
  }
  if ((bytes.length - 7) % 8 === 0) rest.push(1, token >> 8, token & 0xff);
  const data = Buffer.concat([packed, first, Buffer.from(rest)]);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(data.length + 12, 0);
  head.writeUInt32LE(6 + bytes.length, 4);
  head.writeUInt32LE(0x75465a4c, 8);
  return Buffer.concat([head, data]);
}

const RTF = `\\ansi {\\b text} 13400134000 and more of it}`;

function message(): Buffer {
  const file = CFB.utils.cfb_new();
  const add = (path: string, bytes: Buffer): void => {
    CFB.utils.cfb_add(file, `/${path}`, bytes);
  };
  add('__properties_version1.0', Buffer.concat([Buffer.alloc(32), Buffer.from([3, 0, 0xde, 0x3f, 6, 0, 0, 0]), Buffer.from([0xa8, 0x03, 0, 0, 0, 0, 0, 0])]));
  add('__substg1.0_001A001F', wide('IPM.Note'));
  add('__substg1.0_0037001F', wide('主题 13800138000'));
  add('__substg1.0_1000001F', wide(`正文 ${'很长的文字 '.repeat(800)} 13900139000`));
  add('__substg1.0_10130102', Buffer.concat([Buffer.from('<p>'), Buffer.from([0xb5, 0xe7, 0xbb, 0xb0]), Buffer.from(' 13500135000</p>')]));
  add('__substg1.0_10090102', packedRtf(RTF));
  add('__recip_version1.0_#00000000/__properties_version1.0', Buffer.alloc(8));
  add('__recip_version1.0_#00000000/__substg1.0_3001001F', wide('收件人 13700137000'));
  add('__attach_version1.0_#00000000/__properties_version1.0', Buffer.alloc(8));
  add('__attach_version1.0_#00000000/__substg1.0_3707001F', wide('名单.csv'));
  add('__attach_version1.0_#00000000/__substg1.0_37010102', Buffer.from('name,phone\n张三,13600136000\n'));
  add('__attach_version1.0_#00000001/__properties_version1.0', Buffer.alloc(8));
  add('__attach_version1.0_#00000001/__substg1.0_3701000D/__properties_version1.0', Buffer.alloc(24));
  add('__attach_version1.0_#00000001/__substg1.0_3701000D/__substg1.0_1000001E', Buffer.from('inner 13300133000'));
  return Buffer.from(CFB.write(file, { type: 'buffer' }) as Uint8Array);
}

describe('an Outlook message', () => {
  it('shows bodies, recipients, attachments and the message within', async () => {
    const bytes = message();
    const proof = new MsgReaderModule.default(Uint8Array.from(bytes).buffer).getFileData();
    expect(proof.subject).toBe('主题 13800138000');
    const shown = await membersOf(ole, bytes);
    const find = (part: string): string | undefined => shown.find((member) => member.bytes.toString().includes(part))?.label;
    expect(find('主题 13800138000')).toBe('properties');
    expect(find('13900139000')).toBe('body.txt');
    expect(shown.find((member) => member.label === 'body.html')).toMatchObject({ contentType: 'text/html; charset=gbk' });
    expect(shown.find((member) => member.label === 'body.rtf')?.bytes.toString()).toBe(`{\\rtf1${RTF}`);
    expect(find('收件人 13700137000')).toBe('properties');
    expect(shown.find((member) => member.name === '名单.csv')?.bytes.toString()).toContain('13600136000');
    expect(find('inner 13300133000')).toBe('body.txt');
    expect(shown.every((member) => member.unscannable === undefined)).toBe(true);
  });

  it('has its packed text unpacked as another library unpacks it', () => {
    const packed = packedRtf(RTF);
    expect(Buffer.from(unpackRtf(packed, 2 ** 20)).equals(Buffer.from(decompressRTF([...packed])))).toBe(true);
    for (let at = 0; at < packed.length; at++) {
      const changed = Buffer.from(packed);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      try {
        unpackRtf(changed, 2 ** 20);
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: 'ExtractError' });
      }
    }
  });
});

describe('a compound file', () => {
  const plain = (): Buffer => {
    const file = CFB.utils.cfb_new();
    CFB.utils.cfb_add(file, '/Notes', Buffer.concat([Buffer.from('phone 13800138000 '), wide('手机 13900139000'), Buffer.from('x'), wide('odd 13700137000')]));
    CFB.utils.cfb_add(file, '/Big', Buffer.alloc(9000, 'b'));
    return Buffer.from(CFB.write(file, { type: 'buffer' }) as Uint8Array);
  };

  it('of a kind nobody knows is scanned as it stands and counts as unread', async () => {
    const bytes = plain();
    const extracted = await ole.open({ size: bytes.length, read: (at, length) => Promise.resolve(Uint8Array.from(bytes.subarray(at, at + length))) }, { limits: { depth: 9, members: 99, bytes: 2 ** 30, ratio: 99, wholeFile: 2 ** 26 }, fileName: undefined, contentType: undefined, signal: new AbortController().signal });
    expect(extracted.unread).toMatchObject({ reason: 'unsupported', bytes: bytes.length });
    const text = await textOf(ole, bytes);
    for (const part of ['13800138000', '手机 13900139000', 'odd 13700137000']) expect(text).toContain(part);
  });

  it('with an encrypted package is encrypted', async () => {
    const file = CFB.utils.cfb_new();
    CFB.utils.cfb_add(file, '/EncryptionInfo', Buffer.alloc(100));
    CFB.utils.cfb_add(file, '/EncryptedPackage', Buffer.alloc(5000, 7));
    await expect(membersOf(ole, Buffer.from(CFB.write(file, { type: 'buffer' }) as Uint8Array))).rejects.toMatchObject({ reason: 'encrypted' });
  });

  it('whose chains run in circles, cross, or point outside is malformed', async () => {
    const bytes = plain();
    const fatAt = (bytes.readUInt32LE(76) + 1) * 512;
    for (let entry = 0; entry < 40; entry++) {
      for (const value of [0, 1, entry, 0x7fffffff]) {
        const changed = Buffer.from(bytes);
        changed.writeUInt32LE(value, fatAt + 4 * entry);
        await membersOf(ole, changed).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
      }
    }
    for (let at = 0; at < bytes.length; at += 11) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      await membersOf(ole, changed).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
    }
    const circle = Buffer.from(bytes);
    const big = circle.readUInt32LE(48);
    circle.writeUInt32LE(big, fatAt + 4 * big);
    await expect(membersOf(ole, circle)).rejects.toMatchObject({ reason: 'malformed' });
  });
});
