/** Calendars and address cards: folded lines and encoded values are read as their readers join them, and masked where they stand. */
import { describe, expect, it } from '@jest/globals';
import { chunked, inspectBody } from '../../../kit/engine.js';
import { numberSource } from '../../../kit/numbers.js';

const numbers = numberSource(64);
const card = (...lines: readonly string[]): Buffer => Buffer.from(['BEGIN:VCARD', 'VERSION:2.1', ...lines, 'END:VCARD', ''].join('\r\n'), 'utf8');
const printable = (text: string): string => Array.from(Buffer.from(text), (byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
const types = ['text/vcard', 'text/x-vcard; charset=utf-8', 'text/calendar', 'application/octet-stream', undefined] as const;

describe('a number', () => {
  const id = numbers.residentId();
  const spelled: Readonly<Record<string, string>> = {
    plain: `NOTE:${id}`,
    folded: `NOTE:${id.slice(0, 7)}\r\n ${id.slice(7, 12)}\r\n\t${id.slice(12)}`,
    'folded by a bare line feed': `NOTE:${id.slice(0, 7)}\n ${id.slice(7)}`,
    'quoted-printable': `NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:${printable(id)}`,
    'quoted-printable with a soft break': `NOTE;QUOTED-PRINTABLE:${printable(id.slice(0, 9))}=\r\n${printable(id.slice(9))}`,
    'base64 of version 3': `NOTE;ENCODING=b:${Buffer.from(id).toString('base64')}`,
    'base64 in folds': `NOTE;ENCODING=BASE64:\r\n ${Buffer.from(id).toString('base64').slice(0, 11)}\r\n ${Buffer.from(id).toString('base64').slice(11)}`,
    'long base64': `NOTE;ENCODING=b:${Buffer.from(`${'Dies und das. '.repeat(9)} ${id}`).toString('base64').replace(/(.{70})/g, '$1\r\n ')}`,
  };

  for (const [name, line] of Object.entries(spelled)) {
    it(`is found, and masked in the same length: ${name}`, () => {
      const file = card(`N:${'李'.repeat(9)}`, line, 'TEL:none');
      for (const type of types) {
        const seen = inspectBody(type, [file]);
        expect(seen.unscannable).toEqual([]);
        expect(seen.findings.map(({ detector }) => detector)).toEqual(['cn.resident-id']);
        expect(seen.output.length).toBe(file.length);
        const again = inspectBody(type, [seen.output]);
        expect(again.findings).toEqual([]);
        // All around it is as it was.
        const at = file.indexOf('NOTE');
        expect(seen.output.subarray(0, at)).toEqual(file.subarray(0, at));
        expect(seen.output.subarray(-20)).toEqual(file.subarray(-20));
      }
    });

    it(`is the same however the bytes are cut: ${name}`, () => {
      const file = card(line);
      const whole = inspectBody('text/vcard', [file]);
      for (const size of [1, 2, 3, 7, 64]) {
        const cut = inspectBody('text/vcard', chunked(file, [size]));
        expect(cut.output).toEqual(whole.output);
        expect(cut.findings).toEqual(whole.findings);
        expect(cut.receipt.scanned).toBe(file.length);
      }
    });
  }
});

it('a picture in a card is not taken for text', () => {
  const picture = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 37) % 256)).toString('base64').replace(/(.{70})/g, '$1\r\n ');
  const file = card(`PHOTO;ENCODING=b;TYPE=JPEG:${picture}`, `PHOTO;ENCODING=b:${Buffer.from([1, 2, 0, 3]).toString('base64')}`);
  const seen = inspectBody('text/vcard', [file]);
  expect(seen.findings).toEqual([]);
  expect(seen.output).toEqual(file);
});
