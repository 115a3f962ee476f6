/** Replies in any cutting, and what is none. */
import { describe, expect, it } from '@jest/globals';
import { replyReader } from '../../../../gateway/deliver/smtp/reply-reader.js';

describe('replies', () => {
  it('are the same in every cutting, with the enhanced code apart and nothing that acts in their text', () => {
    const bytes = Buffer.from('220 hi\r\n550-5.1.1 no\u0007body\r\n550-5.1.1 第二行\r\n550 5.1.1\r\n250\n354 4.0.0 go\r\n');
    const expected = [
      { code: 220, enhanced: undefined, text: ['hi'] },
      { code: 550, enhanced: '5.1.1', text: ['no?body', '第二行', ''] },
      { code: 250, enhanced: undefined, text: [''] },
      { code: 354, enhanced: undefined, text: ['4.0.0 go'] },
    ];
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = replyReader();
      expect([...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))]).toEqual(expected);
      expect(reader.begun).toBe(false);
    }
  });

  it.each([
    ['another code in its middle', '250-a\r\n550 b\r\n'],
    ['no code', 'hello\r\n'],
    ['a code of no class', '150 a\r\n'],
    ['no mark after its code', '250a\r\n'],
    ['a line without end', 'x'.repeat(70_000)],
    ['more than a hundred lines', `${'250-a\r\n'.repeat(101)}250 a\r\n`],
    ['more than 128 KiB', `250-${'a'.repeat(60_000)}\r\n`.repeat(3)],
  ])('with %s are refused', (_what, text) => {
    expect(() => replyReader().push(Buffer.from(text))).toThrow(expect.objectContaining({ code: 'upstream-invalid' }));
  });
});
