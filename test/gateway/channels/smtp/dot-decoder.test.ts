/** Where a message ends, and what is in it, however its bytes were cut. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DotDecoder } from '../../../../gateway/channels/smtp/dot-decoder.js';
import { LineCheck } from '../../../../gateway/channels/smtp/mail-bytes.js';

interface Read {
  readonly content: string;
  /** Bytes up to the first behind the end. */
  readonly end: number | undefined;
}

function read(pieces: readonly Buffer[]): Read {
  const decoder = new DotDecoder();
  const found: Buffer[] = [];
  let before = 0;
  for (const piece of pieces) {
    const { content, end } = decoder.push(piece);
    found.push(content);
    if (end !== undefined) return { content: Buffer.concat(found).toString('latin1'), end: before + end };
    before += piece.length;
  }
  return { content: Buffer.concat(found).toString('latin1'), end: undefined };
}

/** As RFC 5321 says it: lines end with CR LF, one dot alone ends, a dot in front goes. Nothing is known of a line that has not ended. */
function bySpecification(wire: string): Read & { readonly isWhole: boolean } {
  let content = '';
  let at = 0;
  for (;;) {
    const lineEnd = wire.indexOf('\r\n', at);
    if (lineEnd < 0) return { content, end: undefined, isWhole: at === wire.length };
    const line = wire.slice(at, lineEnd);
    at = lineEnd + 2;
    if (line === '.') return { content, end: at, isWhole: true };
    content += `${line.startsWith('.') ? line.slice(1) : line}\r\n`;
  }
}

const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const places = [0, ...[...at].sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, index) => bytes.subarray(places[index], to));
};

/** All that decides where a message ends, more often than anything else. */
const wires = fc.array(fc.constantFrom('\r', '\n', '.', '\r\n', '\r\n.', '\r\n.\r\n', '\n.\n', '\n.\r\n', '\r\n.\r', '\r.\r', '\0', 'a', 'MAIL FROM:<e@x>\r\n'), { maxLength: 14 }).map((parts) => parts.join(''));

describe('the end of a message', () => {
  it('is where RFC 5321 says, at every way of cutting the bytes in two, and byte by byte', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const bytes = Buffer.from(wire, 'latin1');
        const said = bySpecification(wire);
        const ways = [cut(bytes, []), [...bytes].map((byte) => Buffer.from([byte])), ...bytes.map((_byte, at) => at).reduce<Buffer[][]>((all, _at, index) => [...all, cut(bytes, [index])], [])];
        for (const way of ways) {
          const found = read(way);
          expect(found.end).toBe(said.end);
          if (said.isWhole) expect(found.content).toBe(said.content);
          else expect(found.content.startsWith(said.content)).toBe(true);
        }
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('is found again where all dots in front were doubled', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('.', '..', '.a', 'a.', '', 'x'.repeat(70)), { maxLength: 20 }), fc.array(fc.nat(400), { maxLength: 8 }), (lines, at) => {
        const content = lines.map((line) => `${line}\r\n`).join('');
        const wire = Buffer.from(`${lines.map((line) => `${line.startsWith('.') ? '.' : ''}${line}\r\n`).join('')}.\r\nNOOP\r\n`);
        const found = read(cut(wire, at.map((one) => Math.min(one, wire.length))));
        expect(found).toEqual({ content, end: wire.length - 'NOOP\r\n'.length });
      }),
      { numRuns: 200, seed: 8 },
    );
  });
});

describe('line ends of a message', () => {
  const isRefused = (pieces: readonly Buffer[]): boolean => {
    const lines = new LineCheck();
    try {
      for (const piece of pieces) lines.check(piece);
      return false;
    } catch {
      return true;
    }
  };

  it('are CR LF or the message is refused, however it is cut', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        const bytes = Buffer.from(`${wire}\r\n`, 'latin1');
        const expected = /\r(?!\n)|(?<!\r)\n|\0/.test(bytes.toString('latin1'));
        for (let at = 0; at <= bytes.length; at += 1) expect(isRefused(cut(bytes, [at]))).toBe(expected);
        expect(isRefused([...bytes].map((byte) => Buffer.from([byte])))).toBe(expected);
      }),
      { numRuns: 300, seed: 9 },
    );
  });
});
