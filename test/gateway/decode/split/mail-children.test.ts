/** Files in mails that are opened later: where they lie, how they are wrapped, and whether others may take their place. */
import { describe, expect, it } from '@jest/globals';
import type { ChildRange } from '../../../../gateway/ports.js';
import { bodyHead, chunked, engine } from '../../../kit/engine.js';

const ZIP = Buffer.from('PK\x03\x04 and what follows, long enough for more than one line of an encoded body, and then some', 'latin1');
const factory = engine();
const CODED = (ZIP.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
const HEAD = 'From: a@example.cn\r\nMIME-Version: 1.0\r\n';
const FILE = `Content-Type: application/zip; name="a.zip"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="a.zip"\r\n\r\n${CODED}\r\n`;

interface Children {
  readonly about: readonly { readonly part: string; readonly format: string; readonly fileName: string | undefined }[];
  readonly bytes: Buffer;
  readonly ranges: readonly ChildRange[];
  readonly places: readonly string[];
}
function childrenOf(type: string, raw: string, size: number): Children {
  const body = Buffer.from(raw, 'latin1');
  const inspector = factory.inspect(bodyHead(type), body.subarray(0, factory.prefixLength), () => true, { defers: true });
  const pieces: Uint8Array[] = [];
  const take = (): void => {
    for (const { bytes } of inspector.takeChildBytes()) pieces.push(bytes);
  };
  for (const chunk of chunked(body, [size])) {
    inspector.write(chunk);
    take();
  }
  inspector.end(true);
  take();
  return {
    about: inspector.children.map(({ part, format, fileName }) => ({ part, format, fileName })),
    bytes: Buffer.concat(pieces),
    ranges: inspector.childRanges,
    places: inspector.childRanges.map(({ from, to }) => body.toString('latin1', from, to)),
  };
}

const mixed = (inner: string, subtype = 'mixed'): string => `${HEAD}Content-Type: multipart/${subtype}; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\n${inner}--b--\r\n`;
const WRAPS = [{ coding: 'base64', lineLength: 76, eol: '\r\n', padded: true }];

describe('a file in a mail', () => {
  it.each([
    ['message/rfc822', mixed(FILE), 'body/2.zip', true],
    // Known by its content, and read as text as well.
    ['application/octet-stream', mixed(FILE), 'body/2.zip', true],
    ['message/rfc822', mixed(`Content-Type: message/rfc822\r\n\r\n${mixed(FILE).replaceAll('--b', '--c').replace('boundary=b', 'boundary=c')}\r\n`), 'body/2/2.zip', true],
    ['message/rfc822', mixed(FILE, 'signed'), 'body/2.zip', false],
  ])('of type %s lies where its own text lies (%#)', (type, raw, part, replaceable) => {
    for (const size of [1, 50, 100_000]) {
      const seen = childrenOf(type, raw, size);
      expect(seen.about).toEqual([{ part, format: 'zip', fileName: 'a.zip' }]);
      expect(seen.bytes.equals(ZIP)).toBe(true);
      expect(seen.places).toEqual([CODED]);
      expect(seen.ranges).toEqual([expect.objectContaining({ wraps: WRAPS, replaceable })]);
    }
  });

  it('is known by its first bytes behind a type that says text', () => {
    const seen = childrenOf('message/rfc822', mixed(FILE.replace('application/zip', 'text/plain')), 77);
    expect(seen.about).toEqual([{ part: 'body/2.zip', format: 'zip', fileName: 'a.zip' }]);
  });
});
