/** Files in the middle of a text: what is uuencoded is read and masked in place, what is yEnc is said to be unread. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chunked, engine, inspectBody, type Seen } from '../../../kit/engine.js';

const PHONE = '13800138000';
const MASKED = '138****8000';
const factory = engine();
const inspect = (raw: string, sizes: readonly number[] = [1 << 20], type = 'text/plain; charset=utf-8'): Seen => inspectBody(type, chunked(Buffer.from(raw), sizes), () => true, factory);

/** By the definition of POSIX, sharing no code with what is tested. */
function uu(bytes: Uint8Array, eol: string, name = 'a.txt'): string {
  const sign = (value: number): string => (value === 0 ? '`' : String.fromCharCode(value + 32));
  const out = [`begin 644 ${name}`];
  for (let at = 0; at < bytes.length; at += 45) {
    const line = bytes.subarray(at, at + 45);
    let text = sign(line.length);
    for (let i = 0; i < line.length; i += 3) {
      const three = ((line[i] ?? 0) << 16) | ((line[i + 1] ?? 0) << 8) | (line[i + 2] ?? 0);
      text += sign(three >> 18) + sign((three >> 12) & 63) + sign((three >> 6) & 63) + sign(three & 63);
    }
    out.push(text);
  }
  return [...out, '`', 'end', ''].join(eol);
}

describe('a uuencoded file in a text', () => {
  it('is masked in place, with the text before and behind it', () => {
    for (const eol of ['\n', '\r\n']) {
      const text = (phone: string): string => `call ${phone}${eol}${uu(Buffer.from(`姓名,电话\n张三,${phone}\n${'x'.repeat(60)} 手机 ${phone}`), eol)}and ${phone}${eol}`;
      const seen = inspect(text(PHONE));
      expect(seen.unscannable).toEqual([]);
      expect(seen.output.toString()).toBe(text(MASKED));
      expect(seen.findings.map(({ part }) => part)).toEqual(['body', 'body/1.txt', 'body/1.txt', 'body/1/behind']);
      for (const sizes of [[1], [3, 50], [64]]) expect({ ...inspect(text(PHONE), sizes), waited: 0 }).toEqual({ ...seen, waited: 0 });
    }
  });

  it('may be a mail, and its name may be a number', () => {
    const mail = `From: a@b.cn\nMIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n${Buffer.from(PHONE).toString('base64')}\n`;
    const seen = inspect(uu(Buffer.from(mail), '\n', `${PHONE}.eml`));
    expect(seen.findings.map(({ part, maskable }) => [part, maskable])).toEqual([['body/1/header', true], ['body/1.eml/text', true]]);
  });

  it('is read for every content and every cut', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(PHONE, ' ', '电话', 'end\n', 'x', '\n', '1'), { maxLength: 30 }), fc.integer({ min: 1, max: 90 }), (pieces, size) => {
        const inside = pieces.join(' ');
        const text = `a\n${uu(Buffer.from(inside), '\n')}b`;
        const seen = inspect(text, [size]);
        const plain = inspectBody('application/octet-stream', [Buffer.from(inside)], () => true, factory);
        expect(seen.output.toString()).toBe(inside === '' ? text : `a\n${uu(plain.output, '\n')}b`);
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it('that is damaged counts as unread', () => {
    const [, line = ''] = uu(Buffer.from('x'.repeat(100)), '\n').split('\n');
    expect(inspect(`begin 644 a\n${line}\nno line of it\nend\n`).unscannable.map(({ reason }) => reason)).toEqual(['malformed']);
  });
});

describe('what is no such file', () => {
  it.each(['begin 644 a.txt\nnothing of the kind\n', 'we begin 644 x\n', 'begin 9 x\n#86)C\nend\n', 'begin 644 x', '=ybegin to end\n'])('is text: %j', (text) => {
    const seen = inspect(`${text}电话 ${PHONE}`);
    expect([seen.unscannable, seen.findings.map(({ part }) => part)]).toEqual([[], ['body']]);
    expect(inspect(`${text}电话 ${PHONE}`, [1]).receipt).toEqual(seen.receipt);
  });
});

describe('a yEnc block', () => {
  it('is named as unread, and the text around it is read', () => {
    const text = `${PHONE}\r\n=ybegin line=128 size=3 name=a.bin\r\nabc\r\n=yend size=3\r\n${PHONE}\r\n`;
    const seen = inspect(text);
    expect([seen.unscannable.map(({ reason, part, bytes }) => [reason, part, bytes]), seen.findings.length]).toEqual([[['unsupported', 'body/1', 5]], 2]);
    expect({ ...inspect(text, [1]), waited: 0 }).toEqual({ ...seen, waited: 0 });
  });
});
