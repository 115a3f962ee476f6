/** What a sender may declare so that Weir and the destination read the same bytes differently: none of it counts as scanned. */
import { describe, expect, it } from '@jest/globals';
import { requestBodyHead } from '../../../gateway/channels/http/body-head.js';
import { parseTarget } from '../../../gateway/channels/http/target.js';
import type { Field } from '../../../gateway/ports.js';
import { inspectBody } from '../../kit/engine.js';

const reasons = (type: string | undefined, body: string | Buffer): readonly string[] =>
  inspectBody(type, [Buffer.from(body)]).unscannable.map(({ reason }) => reason);

describe('a disguised type', () => {
  it('is no type when two fields declare one each', () => {
    const target = parseTarget('/');
    if (target === undefined) throw new Error('no target');
    const fields: Field[] = [['Content-Type', 'text/plain'], ['content-type', 'application/x-www-form-urlencoded']];
    const head = requestBodyHead({ target, fields, scanHeaders: [], subjects: [], addresses: [] });
    expect(reasons(head.contentType, '%31%33')).toEqual(['malformed']);
  });

  it.each([
    'text/plain,application/x-www-form-urlencoded',
    'text/plain, text/html',
    "multipart/form-data; boundary=a; boundary*=utf-8''b",
    'multipart/form-data; boundary=a; boundary*0=b',
    'multipart/form-data; boundary="a\\b"',
    'text/plain; charset="utf\\-8"',
    "text/plain; charset=utf-8; charset*=''utf-16",
  ])('is malformed as %s', (type) => {
    expect(reasons(type, '--a\r\n\r\nx\r\n--a--\r\n')).toEqual(['malformed']);
  });

  it('gains nothing from a backslash in a name', () => {
    expect(reasons('text/plain; name="a\\"b.txt"', 'x')).toEqual([]);
  });

  it('does not make unknown bytes text by naming a charset', () => {
    expect(reasons('application/octet-stream; charset=utf-8', Buffer.from([0xb1, 0x03, 0xb8, 0x11]))).toEqual(['unsupported']);
  });

  it.each([
    ['a PDF behind a line of text', 'hello\n%PDF-1.4\n(138) Tj (12345678) Tj'],
    ['an RTF behind blanks', "\r\n {\\rtf1 \\'31\\'33\\'38}"],
  ])('does not hide %s', (_, body) => {
    expect(reasons('application/octet-stream', body)).toEqual(['unsupported']);
    expect(reasons('text/plain', body)).toEqual(['unsupported']);
  });

  it('does not hide digits in entities that a document defines', () => {
    expect(reasons('application/xml', '<!DOCTYPE x [<!ENTITY a "1381">]><x>&a;2345678</x>')).toEqual(['unsupported']);
    expect(reasons('application/xml', Buffer.from('\ufeff<!DOCTYPE x [<!ENTITY a "1381">]><x>&a;2345678</x>', 'utf16le'))).toEqual(['unsupported']);
  });
});
