/** winmail.dat, written from its description: no program here makes one. */
import { describe, expect, it } from '@jest/globals';
import { tnef } from '../../../../../gateway/decode/extract/tnef/tnef.js';
import { membersOf } from '../../../../kit/members.js';

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}
function attribute(level: number, id: number, data: Buffer): Buffer {
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(data.reduce((all, byte) => (all + byte) % 65536, 0));
  return Buffer.concat([Buffer.from([level]), u32(id), u32(data.length), data, sum]);
}
const filled = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
const long = (tag: number, bytes: Buffer): Buffer => Buffer.concat([u32(tag), u32(1), u32(bytes.length), filled(bytes)]);
const wide = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le');
const list = (...properties: readonly Buffer[]): Buffer => Buffer.concat([u32(properties.length), ...properties]);
const file = (...attributes: readonly Buffer[]): Buffer => Buffer.concat([u32(0x223e9f78), Buffer.from([1, 0]), ...attributes]);

const MESSAGE = list(
  long(0x0037001f, wide('主题 13800138000')),
  long(0x10130102, Buffer.from('<p>网页 13900139000</p>')),
  Buffer.concat([u32(0x3fde0003), u32(65001)]),
  Buffer.concat([u32(0x8001001f), Buffer.alloc(16), u32(1), u32(wide('named').length), filled(wide('named')), u32(1), u32(wide('值 13700137000').length), filled(wide('值 13700137000'))]),
  Buffer.concat([u32(0x0e060040), Buffer.alloc(8)]),
);
const INNER = file(attribute(1, 0x0002800c, Buffer.from('inner 13600136000\0')));
const WINMAIL = file(
  attribute(1, 0x00089006, u32(0x10000)),
  attribute(1, 0x00069003, MESSAGE),
  attribute(1, 0x00069004, Buffer.concat([u32(1), list(long(0x3001001f, wide('收件人 李四')))])),
  attribute(1, 0x0002800c, Buffer.from([0xb5, 0xe7, 0xbb, 0xb0, 0])),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00018010, Buffer.from('list.txt\0')),
  attribute(2, 0x0006800f, Buffer.from('first 13500135000')),
  attribute(2, 0x00069002, Buffer.alloc(14)),
  attribute(2, 0x00069005, list(long(0x3707001f, wide('附件.eml')), long(0x3701000d, Buffer.concat([Buffer.alloc(16), INNER])))),
);

describe('winmail.dat', () => {
  it('shows subject, bodies, recipients, named properties and attachments', async () => {
    const shown = await membersOf(tnef, WINMAIL);
    const bytesOf = (label: string): string => shown.find((member) => member.label === label)?.bytes.toString() ?? '';
    expect(bytesOf('body.html')).toBe('<p>网页 13900139000</p>');
    expect(shown.find((member) => member.label === 'body.html')?.contentType).toBe('text/html; charset=utf-8');
    expect(bytesOf('properties').split('\n')).toEqual(['主题 13800138000', 'named', '值 13700137000', '']);
    expect(shown.some((member) => member.bytes.toString() === '收件人 李四\n')).toBe(true);
    expect(shown.find((member) => member.label === 'body.txt')?.bytes.equals(Buffer.from([0xb5, 0xe7, 0xbb, 0xb0, 0]))).toBe(true);
    expect(shown.find((member) => member.name === 'list.txt')?.bytes.toString()).toBe('first 13500135000');
    expect(shown.find((member) => member.name === '附件.eml')?.bytes.equals(INNER)).toBe(true);
    expect((await membersOf(tnef, INNER))[0]?.bytes.toString()).toContain('inner 13600136000');
    expect(shown.every((member) => !member.maskable)).toBe(true);
    expect(new Set(shown.map((member) => member.index)).size).toBe(shown.length);
  });

  it('that was cut or changed ends in a reason', async () => {
    for (let cut = 0; cut < WINMAIL.length - 20; cut += 5) {
      await membersOf(tnef, WINMAIL.subarray(0, cut)).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
    }
    for (let at = 0; at < WINMAIL.length; at += 3) {
      const changed = Buffer.from(WINMAIL);
      changed[at] = (changed[at] ?? 0) ^ 0x7f;
      await membersOf(tnef, changed).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
    }
    await expect(membersOf(tnef, Buffer.concat([WINMAIL, Buffer.alloc(40)]))).rejects.toMatchObject({ reason: 'malformed' });
  });
});
