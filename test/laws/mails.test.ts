/** Any mail, however it is nested, encoded and named: masked in every part, the same for every cut, and nothing else in it touched. An independent reader says so. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import PostalMime from 'postal-mime';
import { chunked, engine, inspectBody } from '../kit/engine.js';
import { mails } from '../kit/mail-builder.js';

const PHONE = '13800138000';
const MASKED = '138****8000';
const factory = engine();
const built = mails({ words: [`电话 ${PHONE}`, '您好', 'see you', '=41', '--b', PHONE] });
const RUNS = { numRuns: 100, seed: 6 };

type Flat = readonly [name: string | null, type: string, content: string];

/** Every part that carries something, mails in mails opened. Bytes as Latin-1. */
async function flat(raw: Uint8Array): Promise<readonly Flat[]> {
  const mail = await PostalMime.parse(raw, { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer', maxNestingDepth: 100 });
  const out: Flat[] = [
    ['subject', '', mail.subject ?? ''],
    ['text', '', mail.text ?? ''],
    ['html', '', mail.html ?? ''],
  ];
  for (const { filename, mimeType, content } of mail.attachments) {
    const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content instanceof Uint8Array ? content : new Uint8Array(content));
    if (mimeType === 'message/rfc822') out.push(...(await flat(bytes)));
    else out.push([filename, mimeType, bytes.toString('latin1')]);
  }
  return out;
}

describe('a mail built from the inside out', () => {
  it('comes out masked everywhere and otherwise as it was', async () => {
    await fc.assert(
      fc.asyncProperty(built, async (raw) => {
        const { output, receipt, unscannable } = inspectBody('message/rfc822', [Buffer.from(raw)], () => true, factory);
        expect(unscannable.filter(({ reason }) => reason !== 'unsupported' && reason !== 'too-deep')).toEqual([]);
        expect(receipt.scanned + receipt.unscanned).toBe(raw.length);
        expect(output).toHaveLength(raw.length);
        const [before, after] = await Promise.all([flat(raw), flat(output)]);
        expect(after).toEqual(before.map(([name, type, content]) => [name, type, content.replaceAll(PHONE, MASKED)]));
      }),
      RUNS,
    );
  });

  it('nests deep and hides numbers in every encoding', () => {
    const parts = fc.sample(built, { numRuns: 100, seed: 6 }).map((raw) => inspectBody('message/rfc822', [Buffer.from(raw)], () => true, factory));
    expect(parts.reduce((sum, { findings }) => sum + findings.length, 0)).toBeGreaterThan(200);
    const chains = new Set(parts.flatMap(({ receipt }) => receipt.parts.flatMap(({ chain }) => chain)));
    expect([...chains]).toEqual(expect.arrayContaining(['base64', 'quoted-printable', 'gb18030', 'utf-8', 'markup', 'header']));
    expect(Math.max(...parts.flatMap(({ receipt }) => receipt.parts.map(({ part }) => part.split('/').length)))).toBeGreaterThan(4);
  });

  it('is read the same for every cut', () => {
    fc.assert(
      fc.property(built, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }), (raw, sizes) => {
        const whole = inspectBody('message/rfc822', [Buffer.from(raw)], () => true, factory);
        const cut = inspectBody('message/rfc822', chunked(raw, sizes), () => true, factory);
        expect({ ...cut, waited: 0 }).toEqual({ ...whole, waited: 0 });
      }),
      RUNS,
    );
  });

  it('is found to hold nothing more once it is masked', () => {
    fc.assert(
      fc.property(built, (raw) => {
        const { output } = inspectBody('message/rfc822', [Buffer.from(raw)], () => true, factory);
        expect(inspectBody('message/rfc822', [output], () => true, factory).findings).toEqual([]);
      }),
      RUNS,
    );
  });

  it('and then damaged is read to its last byte, the same for every cut', () => {
    const scraps = ['\r\n', '\n', '\r', '\0', '\r\n\r\n', '--', '=_1 inside', 'Content-Type: multipart/mixed; boundary=b\r\n', 'Content-Transfer-Encoding: base64\r\n', '"', '(', '=?utf-8?B?', '=', 'begin 644 a\r\n#86)C\r\nend\r\n', ' ', PHONE];
    const wounds = fc.array(fc.record({ at: fc.nat(), remove: fc.nat(60), scrap: fc.constantFrom('', ...scraps) }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(built, wounds, fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 3 }), (mail, all, sizes) => {
        let raw: Buffer = mail;
        for (const { at, remove, scrap } of all) {
          const place = at % (raw.length + 1);
          raw = Buffer.concat([raw.subarray(0, place), Buffer.from(scrap), raw.subarray(place + remove)]);
        }
        const whole = inspectBody('message/rfc822', [Buffer.from(raw)], () => true, factory);
        expect(whole.receipt.scanned + whole.receipt.unscanned).toBe(raw.length);
        expect(whole.output).toHaveLength(raw.length);
        expect({ ...inspectBody('message/rfc822', chunked(raw, sizes), () => true, factory), waited: 0 }).toEqual({ ...whole, waited: 0 });
      }),
      { numRuns: 100, seed: 6 },
    );
  });
});
