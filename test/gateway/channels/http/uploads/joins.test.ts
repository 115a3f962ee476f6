/** The ends of parts, and what lies across them. */
import { describe, expect, it } from '@jest/globals';
import { endsSeen, joinTexts } from '../../../../../gateway/channels/http/uploads/joins.js';
import type { PartEnds } from '../../../../../gateway/ports.js';

function part(text: string | Buffer): PartEnds {
  const seen = endsSeen();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 100) seen.seen(bytes.subarray(at, at + 100));
  return seen.ends('');
}

describe('the ends of parts', () => {
  it('are 256 bytes on each side, and the whole of a short part', () => {
    const ends = part(`${'a'.repeat(300)}${'b'.repeat(300)}`);
    expect([ends.head.length, ends.tail.length, ends.size]).toEqual([256, 256, 600]);
    expect(Buffer.from(part('short').head).toString()).toBe('short');
  });

  it('put together show what lies across two parts, or across several short ones', () => {
    const [one, two, three] = [part(`${'a'.repeat(600)}1380`), part('0138'), part(`000${'c'.repeat(600)}`)];
    expect(joinTexts([one, two, three])[0]).toContain('a13800138000c');
    expect(joinTexts([one, three])[0]).toContain('a1380000c');
  });

  it('are read in GB18030 and in UTF-16 where they are no UTF-8', () => {
    const half = (text: string): Buffer => Buffer.from(text, 'utf16le');
    expect(joinTexts([part(half(`${'x'.repeat(300)}13800`)), part(half(`138000${'y'.repeat(300)}`))]).join('|')).toContain('x13800138000y');
    const words = Buffer.from('b5e7bbb0', 'hex');
    expect(joinTexts([part(Buffer.concat(Array.from({ length: 80 }, () => words))), part(Buffer.concat([words, words]))]).join()).toContain('电话电话');
  });
});
