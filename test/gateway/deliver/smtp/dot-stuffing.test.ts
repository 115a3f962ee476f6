/** Dots that are doubled come back as they were, whatever the cutting; nothing in a mail can end it. */
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { dotStuffing } from '../../../../gateway/deliver/smtp/dot-stuffing.js';

function stuffed(pieces: readonly Buffer[]): Buffer {
  const stuffing = dotStuffing();
  const out = pieces.map((piece) => Buffer.from(stuffing.push(piece)));
  return Buffer.concat([...out, Buffer.from(stuffing.end())]);
}
/** As a server reads it: up to the first line of one dot. */
function undone(wire: Buffer): { readonly mail: string; readonly rest: string } {
  const text = wire.toString('latin1');
  const end = text.startsWith('.\r\n') ? 0 : text.indexOf('\r\n.\r\n') + 2;
  return { mail: text.slice(0, end).replace(/(^|\r\n)\./g, '$1'), rest: text.slice(end + 3) };
}
const line = fc.stringMatching(/^[.ab]{0,4}$/);

describe('dots at the beginning of lines', () => {
  it('are doubled and undone to the same mail, for every cut, and only the end ends it', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 6 }), (lines, cuts) => {
        const mail = Buffer.from(lines.map((one) => `${one}\r\n`).join(''));
        const places = [0, ...cuts.map((cut) => cut % (mail.length + 1)).sort((a, b) => a - b), mail.length];
        const wire = stuffed(places.slice(1).map((to, index) => mail.subarray(places[index], to)));
        expect(undone(wire)).toEqual({ mail: mail.toString(), rest: '' });
      }),
      { numRuns: 500, seed: 3 },
    );
    const mail = Buffer.from('.\r\n..\r\na\r\n.b\r\n\r\n.\r\n');
    for (let cut = 0; cut <= mail.length; cut += 1) expect(undone(stuffed([mail.subarray(0, cut), mail.subarray(cut)]))).toEqual({ mail: mail.toString(), rest: '' });
  });

  it('get a line end before the last dot where the mail has none', () => {
    expect(stuffed([Buffer.from('a')]).toString()).toBe('a\r\n.\r\n');
    expect(stuffed([]).toString()).toBe('.\r\n');
  });

  it.each(['a\n.\r\n', '\n', 'a\r.\r\n', 'a\r\r\n', 'a\r'])('are never reached by a line end of one sign: %j is refused at every cut', (text) => {
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) expect(() => stuffed([bytes.subarray(0, cut), bytes.subarray(cut)])).toThrow(expect.objectContaining({ code: 'mail-bare-line-end' }));
  });
});
