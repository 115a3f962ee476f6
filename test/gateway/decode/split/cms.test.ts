/** Signatures and envelopes of S/MIME: what stands beside signed content is known by its whole shape, what hides content says so. */
import { describe, expect, it } from '@jest/globals';
import { detachedSignature, isEnvelope } from '../../../../gateway/decode/split/cms.js';
import { MAX_SIGNATURE } from '../../../../gateway/decode/split/signature-part.js';
import { chunked, engine, inspectBody, type Seen } from '../../../kit/engine.js';

const PHONE = '13800138000';
const factory = engine();
const problems = (seen: Seen): string[] => seen.unscannable.map(({ reason, part }) => `${reason} ${part}`);

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : body.length < 65_536 ? [0x82, body.length >> 8, body.length & 255] : [0x83, body.length >> 16, (body.length >> 8) & 255, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
/** As Apple and others write them: without lengths. */
const endless = (tag: number, ...parts: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.from([tag, 0x80]), ...parts, Buffer.from([0, 0])]);
const oid = (hex: string): Buffer => der(6, Buffer.from(hex, 'hex'));
const SIGNED = '2a864886f70d010702';
const DATA = oid('2a864886f70d010701');
interface Shape { readonly name?: string; readonly content?: Buffer; readonly subject?: string; readonly wrap?: typeof der }
const signature = ({ name = SIGNED, content, subject = '张三', wrap = der }: Shape = {}): Buffer =>
  wrap(0x30, oid(name), wrap(0xa0, wrap(0x30,
    der(2, Buffer.of(1)), der(0x31), wrap(0x30, DATA, ...(content === undefined ? [] : [wrap(0xa0, der(4, content))])),
    der(0xa0, der(0x30, der(0x30, der(0x17, Buffer.from('131122120000Z')), der(0x18, Buffer.from('20131122120000Z'))), der(12, Buffer.from(subject)), der(3, Buffer.alloc(270, 0xa5)))),
    der(0x31, der(0x30, der(4, Buffer.alloc(256, 0x5a)))))));

const mail = (part: string, bytes: Uint8Array): string =>
  `From: a@corp.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; micalg=sha-256; protocol="application/pkcs7-signature"; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n电话 ${PHONE}\r\n--b\r\nContent-Type: ${part}; name="smime.p7s"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename="smime.p7s"\r\n\r\n${Buffer.from(bytes).toString('base64').replace(/(.{64})/g, '$1\r\n')}\r\n--b--\r\n`;
const inspect = (text: string, sizes: readonly number[] = [1 << 20]): Seen => inspectBody('message/rfc822', chunked(Buffer.from(text), sizes), () => true, factory);

describe('a mail with its signature beside it', () => {
  it.each([['with lengths', signature()], ['without lengths', signature({ wrap: endless })], ['of SM2', signature({ name: '2a811ccf550601040202' })]] as const)('is read wholly, %s, and nothing of it may be changed', (_name, bytes) => {
    for (const type of ['application/pkcs7-signature', 'application/x-pkcs7-signature']) {
      const text = mail(type, bytes);
      const seen = inspect(text);
      expect([problems(seen), seen.receipt.unscanned, seen.receipt.scanned]).toEqual([[], 0, Buffer.byteLength(text)]);
      expect(seen.findings.map(({ part, maskable }) => [part, maskable])).toEqual([['body/1', false]]);
      expect(seen.output.toString()).toBe(text);
      for (const sizes of [[1], [7, 64], [4096, 1]]) expect({ ...inspect(text, sizes), waited: 0 }).toEqual({ ...seen, waited: 0 });
    }
  });

  it('shows what stands as words in a certificate', () => {
    const seen = inspect(mail('application/pkcs7-signature', signature({ subject: `电话 ${PHONE.replace('138', '139')}` })));
    expect(seen.findings.map(({ part, maskable }) => [part.split(':')[0], maskable])).toEqual([['body/1', false], ['body/2', false]]);
  });

  it('is not read where the part is anything else, to its last byte: one with content of its own, one that is cut or goes on, one of another kind, one that is too long', () => {
    const others = [signature({ content: Buffer.from([0, 1, 2, 0xff, 0xfe]) }), signature().subarray(0, -1), Buffer.concat([signature(), Buffer.of(0xff, 0xfe)]), signature({ name: '2a864886f70d010709' }), signature({ subject: '\u0000'.repeat(MAX_SIGNATURE) })];
    expect(others.map((bytes) => problems(inspect(mail('application/pkcs7-signature', bytes))))).toEqual(others.map(() => ['unsupported body/2']));
  });
});

describe('an envelope', () => {
  it.each([['2a864886f70d010703'], ['2a811ccf550601040203'], ['2a864886f70d0109100117']])('%s is encrypted, whatever it is declared as', (name) => {
    for (const wrap of [der, endless]) {
      const bytes = wrap(0x30, oid(name), wrap(0xa0, wrap(0x30, der(2, Buffer.of(0)), der(4, Buffer.alloc(300, 0xee)))));
      expect(isEnvelope(bytes)).toBe(true);
      expect(problems(inspectBody('application/octet-stream', [bytes], () => true, factory))).toEqual(['encrypted body']);
      expect(problems(inspect(mail('application/octet-stream', bytes)))[0]).toMatch(/^encrypted body\/2/);
    }
  });

  it('is no signature, and no text that begins with a nought', () => {
    expect(isEnvelope(signature())).toBe(false);
    expect([isEnvelope(Buffer.from('0123')), isEnvelope(Buffer.of(0x30)), isEnvelope(new Uint8Array(0))]).toEqual([false, false, false]);
  });
});

describe('the shape of a signature', () => {
  it('is refused without end or crash for every cut and for nesting without end', () => {
    const whole = signature();
    expect(detachedSignature(whole)?.length).toBe(2);
    for (let cut = 0; cut < whole.length; cut += 1) expect(detachedSignature(whole.subarray(0, cut))).toBeUndefined();
    expect(detachedSignature(Buffer.alloc(MAX_SIGNATURE, Buffer.of(0x30, 0x80)))).toBeUndefined();
    expect(detachedSignature(Buffer.concat([Buffer.of(0x30, 0x80), Buffer.alloc(MAX_SIGNATURE)]))).toBeUndefined();
    expect(detachedSignature(Buffer.of(0x30, 0x84, 0xff, 0xff, 0xff, 0xff))).toBeUndefined();
  });
});
