/** Mails as mailers build them: read to their last byte, masked in every part, and still the mails they were. */
import { describe, expect, it } from '@jest/globals';
import PostalMime from 'postal-mime';
import { costing } from '../../../kit/cpu-time.js';
import { chunked, engine, inspectBody, type Seen } from '../../../kit/engine.js';
import { mailerMails } from '../../../kit/mails.js';

const PHONE = '13800138000';
const MASKED = '138****8000';
const factory = engine();
const inspect = (raw: Buffer | string, sizes: readonly number[] = [1 << 20], type = 'message/rfc822'): Seen => inspectBody(type, chunked(Buffer.from(raw), sizes), () => true, factory);
const problems = (seen: Seen): string[] => seen.unscannable.map(({ reason, part }) => `${reason} ${part}`);
const lf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

const words = { text: `您好，电话${PHONE}。\r\n此致`, html: `<html><body><p>电话：<b>${PHONE}</b></p></body></html>`, file: Buffer.from(`姓名,电话\r\n张三,${PHONE}\r\n`) };
const mails = mailerMails(words);

describe.each(mails.map(({ mailer, raw }) => [mailer, raw] as const))('a mail of %s', (mailer, raw) => {
  it('is read wholly, with CRLF and with LF alone', () => {
    for (const bytes of [raw, lf(raw)]) {
      const seen = inspect(bytes);
      expect(problems(seen)).toEqual([]);
      expect(seen.receipt.unscanned).toBe(0);
      expect(seen.receipt.scanned).toBe(bytes.length);
      expect(seen.findings).toHaveLength(mailer === 'forwarded' ? 4 : 3);
      expect(seen.findings.every(({ maskable }) => maskable)).toBe(true);
    }
  });

  it('is masked in every part, and an independent reader finds the same mail', async () => {
    const { output } = inspect(raw);
    expect(output).toHaveLength(raw.length);
    const [before, after] = await Promise.all([PostalMime.parse(raw, { forceRfc822Attachments: true }), PostalMime.parse(output, { forceRfc822Attachments: true })]);
    const expected = (text: string | undefined): string | undefined => text?.replaceAll(PHONE, MASKED);
    expect([after.subject, after.from, after.to, after.messageId]).toEqual([before.subject, before.from, before.to, before.messageId]);
    expect(after.text).toBe(expected(before.text));
    expect(after.html).toBe(expected(before.html));
    expect(after.attachments.map(({ filename, mimeType }) => [filename, mimeType])).toEqual(before.attachments.map(({ filename, mimeType }) => [filename, mimeType]));
    expect(after.text).toContain(MASKED);
    for (const { content, mimeType } of after.attachments) {
      const shown = typeof content === 'string' ? content : Buffer.from(content instanceof ArrayBuffer ? new Uint8Array(content) : content).toString();
      if (mimeType === 'message/rfc822') expect((await PostalMime.parse(shown)).text).toContain(MASKED);
      else expect(shown).toBe(words.file.toString().replaceAll(PHONE, MASKED));
    }
  });

  it('is read the same for every cut', () => {
    const whole = inspect(raw);
    for (const sizes of [[1], [7, 64], [4096, 1]]) expect({ ...inspect(raw, sizes), waited: 0 }).toEqual({ ...whole, waited: 0 });
  });

  it('is left as it was when nothing is to be masked', () => {
    expect(inspectBody('message/rfc822', [Buffer.from(raw)], () => false, factory).output.equals(raw)).toBe(true);
  });

  it('is known as a mail whatever type it is given', () => {
    for (const type of ['application/octet-stream', 'text/plain; charset=utf-8', 'application/x-unheard-of']) {
      const seen = inspect(raw, [1 << 20], type);
      expect([problems(seen), seen.findings.filter(({ maskable }) => maskable).length]).toEqual([[], mailer === 'forwarded' ? 4 : 3]);
      expect(seen.output.equals(inspect(raw).output)).toBe(true);
    }
  });
});

it('is known as a mail though the traces of its way fill everything that is looked at first', () => {
  const trace = 'Received: from mx.example (mx.example [192.0.2.1])\r\n\tby mail.example with ESMTPS; Mon, 1 Jun 2026 10:00:00 +0800\r\n'.repeat(60);
  const mail = `${trace}From: a@example.cn\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\ncall 1380=\r\n0138000 please`;
  for (const type of ['application/octet-stream', 'text/plain']) {
    const { output, findings } = inspect(mail, [1 << 20], type);
    expect(findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
    expect(output.toString()).toContain('138*=\r\n***8000');
  }
});

const HEAD = 'From: a@example.cn\r\nMIME-Version: 1.0\r\n';
interface Case {
  readonly name: string;
  readonly mail: string;
  readonly problems?: readonly string[];
  /** Parts with a finding. */
  readonly parts: readonly string[];
}
const b64 = (text: string): string => Buffer.from(text).toString('base64');
const cases: readonly Case[] = [
  { name: 'a text and nothing else', mail: `${HEAD}\r\n电话 ${PHONE}`, parts: ['body/text'] },
  { name: 'a header and nothing else', mail: `${HEAD}Subject: ${PHONE}\r\n`, parts: ['body/header'] },
  { name: 'a number in its subject', mail: `${HEAD}Subject: call ${PHONE}\r\n\r\nx`, parts: ['body/header'] },
  { name: 'a mailbox line before its header', mail: `From a@example.cn Mon Nov  2 09:12:44 2026\r\n${HEAD}\r\n${PHONE}`, parts: ['body/text'] },
  { name: 'a blank before a colon of no weight', mail: `${HEAD}Subject : x\r\n\r\n${PHONE}`, parts: ['body/text'] },
  { name: 'a line of blanks at the end of its header', mail: `${HEAD}Subject: x\r\n \r\n\r\n${PHONE}`, parts: ['body/text'] },
  { name: 'a base64 body', mail: `${HEAD}Content-Transfer-Encoding: BASE64 (as ever)\r\n\r\n${b64(PHONE)}`, parts: ['body/text'] },
  { name: 'raw bytes of GBK in a file name', mail: `${HEAD}Content-Type: text/plain; name="\xc3\xfb\xb5\xa5.txt"\r\n\r\n${PHONE}`, parts: ['body/text'] },
  { name: 'the status of a delivery', mail: `${HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nDiagnostic-Code: smtp; 550 ${PHONE}\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: ${PHONE}\r\n\r\n--b--`, parts: ['body/1', 'body/2'] },
  { name: 'a digest', mail: `${HEAD}Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nFrom: x@y\r\nSubject: s\r\nContent-Transfer-Encoding: base64\r\n\r\n${b64(PHONE)}\r\n--b--`, parts: ['body/1/text'] },
  { name: 'a mail in base64', mail: `${HEAD}Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${b64(`From: x@y\r\nSubject: s\r\n\r\n${PHONE}`)}`, parts: ['body/text/text'] },
  { name: 'a mail of LF in base64', mail: `${HEAD}Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n${b64(`From: x@y\nSubject: s\n\n${PHONE}`)}`, parts: ['body/text/text'] },
  { name: 'an external body', mail: `${HEAD}Content-Type: message/external-body; access-type=URL\r\n\r\nContent-Type: text/plain\r\nX: ${PHONE}\r\n\r\n`, parts: ['body/text'] },

  { name: 'a field of type twice', mail: `${HEAD}Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n${PHONE}`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a field of coding twice', mail: `${HEAD}Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: 7bit\r\n\r\n${PHONE}`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a blank before a colon that decides', mail: `${HEAD}Content-Transfer-Encoding : base64\r\n\r\n${PHONE}`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'two boundaries', mail: `${HEAD}Content-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n--a\r\n\r\n${PHONE}\r\n--a--`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'an extended boundary', mail: `${HEAD}Content-Type: multipart/mixed; boundary*=a\r\n\r\n--a\r\n\r\n${PHONE}\r\n--a--`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a boundary in a comment', mail: `${HEAD}Content-Type: multipart/mixed; (; boundary=a) boundary=b\r\n\r\n--b\r\n\r\n${PHONE}\r\n--b--`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a boundary folded inside its quotes', mail: `${HEAD}Content-Type: multipart/mixed; boundary="a\r\n b"\r\n\r\n--a b\r\n\r\n${PHONE}\r\n--a b--`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'an empty boundary', mail: `${HEAD}Content-Type: multipart/mixed; boundary=""\r\n\r\n--\r\n\r\n${PHONE}\r\n----`, problems: ['malformed body'], parts: [] },
  { name: 'a NUL in its header', mail: `${HEAD}Content-Type: text/plain\0; x=y\r\n\r\n${PHONE}`, problems: ['malformed body/header', 'malformed body/rest'], parts: ['body/rest'] },
  { name: 'a lone LF in its header', mail: `${HEAD}Subject: x\nContent-Transfer-Encoding: base64\r\n\r\n${PHONE}`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a lone CR in its header', mail: `${HEAD}Subject: x\rContent-Transfer-Encoding: base64\r\n\r\n${PHONE}`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a header that begins with a folded line', mail: ` x\r\n${HEAD}\r\n${PHONE}`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a line of blanks amid its header', mail: `From: a@b\r\n \r\nContent-Transfer-Encoding: base64\r\n\r\n${PHONE}`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a header line without a colon', mail: `${HEAD}Dear all\r\n\r\n${PHONE}`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'parts of LF in a mail of CRLF', mail: `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\n\n${PHONE}\n--b--\n`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'a multipart in base64', mail: `${HEAD}Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n\r\n--b\r\n\r\n${PHONE}\r\n--b--`, problems: ['malformed body'], parts: ['body'] },
  { name: 'a header that goes on into the boundary', mail: `${HEAD}Content-Type: multipart/mixed; boundary="x:y"\r\n\r\n--x:y\r\nContent-Type: text/plain\r\n--x:y\r\n\r\n${PHONE}\r\n--x:y--`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'an inner boundary that begins with the outer one', mail: `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\n\r\n${PHONE}\r\n--bb--\r\n--b--`, problems: ['malformed body/rest'], parts: ['body/rest'] },
  { name: 'an outer boundary that begins with the inner one', mail: `${HEAD}Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${PHONE}\r\n--b--\r\n--bb--`, parts: ['body/1/1'] },
  { name: 'the same boundary inside and outside', mail: `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${PHONE}\r\n--b--\r\n--b--`, problems: ['malformed body/rest'], parts: ['body/2'] },
  { name: 'an inner multipart that is never closed', mail: `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\n${PHONE}\r\n--b--`, problems: ['malformed body/1/rest'], parts: ['body/1/1'] },
  { name: 'a part of a mail cut in several', mail: `${HEAD}Content-Type: message/partial; id=x; number=1; total=2\r\n\r\n${PHONE}`, problems: ['unsupported body/text'], parts: [] },
  { name: 'an unheard-of transfer encoding', mail: `${HEAD}Content-Transfer-Encoding: x-own\r\n\r\n${PHONE}`, problems: ['unsupported body/text'], parts: [] },
  { name: 'an enciphered S/MIME body', mail: `${HEAD}Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAG`, problems: ['encrypted body/text'], parts: [] },
  { name: 'an opaquely signed S/MIME body', mail: `${HEAD}Content-Type: application/pkcs7-mime; smime-type=signed-data\r\nContent-Transfer-Encoding: base64\r\n\r\nMIAG`, problems: ['unsupported body/text'], parts: [] },
  { name: 'PGP/MIME', mail: `${HEAD}Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n--b\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b--`, problems: ['encrypted body'], parts: [] },
];

describe('a mail', () => {
  it.each(cases.map((one) => [one.name, one] as const))('with %s says what was read of it', (_name, { mail, problems: expected = [], parts }) => {
    const raw = Buffer.from(mail, mail.includes('\xc3') ? 'latin1' : 'utf8');
    const seen = inspect(raw);
    expect([problems(seen), seen.findings.map(({ part }) => part)]).toEqual([expected, parts]);
    expect(seen.receipt.scanned + seen.receipt.unscanned).toBe(raw.length);
    expect(seen.output).toHaveLength(raw.length);
    for (const sizes of [[1], [5, 3], [63]]) expect({ ...inspect(raw, sizes), waited: 0 }).toEqual({ ...seen, waited: 0 });
  });

  it('that is signed is read, and its findings cannot be masked', () => {
    const signed = `${HEAD}Content-Type: multipart/signed; micalg=sha-256; protocol="application/pgp-signature"; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Transfer-Encoding: base64\r\n\r\n${b64(PHONE)}\r\n--c--\r\n\r\n--b\r\nContent-Type: application/pgp-signature; name="signature.asc"\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\niQEz\r\n-----END PGP SIGNATURE-----\r\n--b--`;
    const seen = inspect(signed);
    expect([problems(seen), seen.findings.map(({ part, maskable }) => [part, maskable])]).toEqual([[], [['body/1/1', false]]]);
    expect(seen.output.toString()).toBe(signed);
  });

  it('that is signed in the clear is read, and its findings cannot be masked', () => {
    const mail = `${HEAD}\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n${PHONE}\r\n-----BEGIN PGP SIGNATURE-----\r\n\r\niQEz\r\n-----END PGP SIGNATURE-----\r\n`;
    const seen = inspect(mail);
    expect([problems(seen), seen.findings.map(({ maskable }) => maskable), seen.output.toString()]).toEqual([[], [false], mail]);
  });

  it('with an enciphered block behind a greeting is read, and says that something in it is hidden', () => {
    const block = `-----BEGIN PGP MESSAGE-----\r\n\r\n${Buffer.alloc(120, 0xd3).toString('base64')}\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n`;
    const text = `您好，电话 ${PHONE}\r\n\r\n${block}\r\n此致\r\n`;
    const inParts = `Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${b64(text)}\r\n--b\r\nContent-Type: text/html\r\n\r\n<pre>${block}</pre>\r\n--b--`;
    for (const [mail, parts, found] of [[`${HEAD}\r\n${text}`, ['body/text/pgp'], ['body/text']], [`${HEAD}${inParts}`, ['body/1/pgp', 'body/2/pgp'], ['body/1']]] as const) {
      const raw = Buffer.from(mail);
      const seen = inspect(raw);
      expect([problems(seen), seen.findings.map(({ part }) => part)]).toEqual([parts.map((part) => `encrypted ${part}`), found]);
      expect(seen.receipt.scanned).toBe(raw.length);
      for (const sizes of [[1], [5, 3], [63], [22]]) expect({ ...inspect(raw, sizes), waited: 0 }).toEqual({ ...seen, waited: 0 });
    }
    expect(problems(inspect(`${HEAD}\r\nWrite -----BEGIN PGP and go on\r\n`))).toEqual([]);
  });

  it.each([[15, [], 1], [16, ['too-deep'], 0]] as const)('forwarded %i times is read to the limit', (times, expected, found) => {
    let mail = `${HEAD}\r\n${PHONE}`;
    for (let i = 0; i < times; i++) mail = `${HEAD}Content-Type: message/rfc822\r\n\r\n${mail}`;
    const seen = inspect(mail);
    expect([seen.unscannable.map(({ reason }) => reason), seen.findings.length]).toEqual([expected, found]);
  });

  it('with a header of more than 256 KiB is malformed', () => {
    const seen = inspect(`${HEAD}X: ${`${'y'.repeat(900)}\r\n `.repeat(300)}\r\n\r\n${PHONE}`);
    expect(problems(seen)).toEqual(['malformed body/rest']);
  });

  it('in a mailbox file is read by itself', () => {
    for (const eol of ['\r\n', '\n']) {
      const one = (text: string): string => `From a@example.cn Mon Nov  2 09:12:44 2026\r\n${HEAD}Content-Transfer-Encoding: base64\r\n\r\n${b64(text)}\r\n\r\n`;
      const raw = (one('x') + one(PHONE) + one(`y ${PHONE}`)).replaceAll('\r\n', eol);
      for (const type of ['application/mbox', 'application/octet-stream']) {
        const seen = inspect(raw, [1 << 20], type);
        expect([problems(seen), seen.findings.map(({ part }) => part)]).toEqual([[], ['body/2.eml/text', 'body/3.eml/text']]);
        for (const sizes of [[1], [50, 3]]) expect({ ...inspect(raw, sizes, type), waited: 0 }).toEqual({ ...seen, waited: 0 });
      }
    }
  });
});

describe('a mail that does not say that it is MIME', () => {
  const BARE = 'From: a@example.cn\r\nSubject: x\r\n';
  it.each([
    ['base64 over bare digits', `${BARE}Content-Transfer-Encoding: base64\r\n\r\n${PHONE} \r\n`, [false]],
    ['base64', `${BARE}Content-Transfer-Encoding: base64\r\n\r\n${b64(PHONE)}\r\n`, [true]],
    ['quoted-printable', `${BARE}Content-Transfer-Encoding: quoted-printable\r\n\r\n=E7=94=B5 ${PHONE}=20\r\n`, [true]],
    ['parts, one of them base64 over bare digits', `${BARE}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n${PHONE}\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n${PHONE} \r\n--b--`, [true, false]],
  ])('and has %s is read as its bytes show, too', (_name, mail, maskable) => {
    const seen = inspect(mail);
    expect(seen.findings.map((one) => one.maskable)).toEqual(maskable);
    for (const sizes of [[1], [33, 5]]) expect({ ...inspect(mail, sizes), waited: 0 }).toEqual({ ...seen, waited: 0 });
  });
});

describe('a header', () => {
  const word = (text: string): string => `=?utf-8?B?${b64(text)}?=`;
  it.each([
    ['an encoded subject', `${HEAD}Subject: ${word(`电话 ${PHONE}`)}\r\n\r\nx`, 'body/header'],
    ['a subject in two words', `${HEAD}Subject: ${word('电话 13800')}\r\n ${word('138000')}\r\n\r\nx`, 'body/header'],
    ["a sender's name", `From: ${word(PHONE)} <a@b.cn>\r\nMIME-Version: 1.0\r\n\r\nx`, 'body/header'],
    ['a file name in pieces', `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment; filename*0="138001"; filename*1="38000.txt"\r\n\r\nx\r\n--b--`, 'body/1/header'],
    ['a plain subject and, in pieces, a file name', `${HEAD}Subject: ${PHONE}\r\nContent-Disposition: attachment; filename*0="138001"; filename*1="38000.txt"\r\n\r\nx`, 'body/header'],
    ['an extended file name', `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: attachment; filename*=utf-8''%E5%90%8D${PHONE.replace('0', '%30')}.txt\r\n\r\nx\r\n--b--`, 'body/1/header'],
  ])('with a number in %s is found out', (_name, mail, part) => {
    const seen = inspect(mail);
    expect([problems(seen), [...new Set(seen.findings.map((one) => one.part))]]).toEqual([[], [part]]);
    // Either nothing of it is left to see, or a finding says that it could not be masked.
    const shown = inspect(seen.output).findings.length > 0;
    expect(seen.findings.some(({ maskable }) => !maskable)).toBe(shown);
    for (const sizes of [[1], [40, 3]]) expect({ ...inspect(mail, sizes), waited: 0 }).toEqual({ ...seen, waited: 0 });
  });
});

describe('what only some readers see in a header', () => {
  const wide = Buffer.from(Array.from(PHONE, (digit) => [0xa3, 0x80 + digit.charCodeAt(0)]).flat()).toString('latin1');
  const hex = Array.from(PHONE, (digit) => `=${digit.charCodeAt(0).toString(16)}`).join('');
  const attached = (disposition: string): string => `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: ${disposition}\r\n\r\nx\r\n--b--`;
  it.each([
    ['raw bytes of GBK in a subject', `${HEAD}Subject: ${wide}\r\n\r\nx`],
    ['raw bytes of GBK in a name', attached(`form-data; name="${wide}"`)],
    ['a word behind 8 KiB', `${HEAD}Subject: ${'y '.repeat(5000)}=?utf-8?B?${b64('138001')}?= =?utf-8?B?${b64('38000')}?=\r\n\r\nx`],
    ['a word with a question mark', `${HEAD}Subject: =?utf-8?Q?a?b ${hex}?=\r\n\r\nx`],
    ['a word without a charset', `${HEAD}Subject: =??Q?${hex}?=\r\n\r\nx`],
    ['UTF-16 in the order of its zeros', `${HEAD}Subject: =?utf-16?B?${Buffer.from(PHONE, 'utf16le').swap16().toString('base64')}?=\r\n\r\nx`],
    ['UTF-16 in the order of its mark', `${HEAD}Subject: =?utf-16?B?${Buffer.from(`\ufeff${PHONE}`, 'utf16le').swap16().toString('base64')}?=\r\n\r\nx`],
    ['sections with zeros before their numbers', attached('attachment; filename*00="138001"; filename*01="38000"')],
    ['sections of which one is missing', attached('attachment; filename*1="138001"; filename*3="38000"')],
    ['seventy sections', attached(`attachment; ${Array.from(`${'x'.repeat(59)}${PHONE}`, (one, i) => `name*${i}=${one}`).join('; ').replaceAll('name', 'filename')}`)],
  ])('is found out: %s', (_name, mail) => {
    const seen = inspectBody('message/rfc822', chunked(Buffer.from(mail, 'latin1'), [1 << 20]), () => true, factory);
    expect([problems(seen), seen.findings.map(({ detector, maskable }) => [detector, maskable])]).toEqual([[], [['cn.phone', false]]]);
  });

  it.each([
    ['a word in UTF-7', `${HEAD}Subject: =?utf-7?Q?+ADEAMwA4?=\r\n\r\nx`, 'unsupported body/header'],
    ['a word in HZ', `${HEAD}Subject: =?hz-gb-2312?Q?~{#1#3#8~}?=\r\n\r\nx`, 'unsupported body/header'],
    ['a word in EBCDIC', `${HEAD}Subject: =?cp037?Q?=F1=F3=F8?=\r\n\r\nx`, 'unsupported body/header'],
    ['an extended name in EBCDIC', attached("attachment; filename*=cp037''%F1%F3%F8"), 'unsupported body/1/header'],
    ['a name in sections of EBCDIC', attached("attachment; filename*0*=cp037''%F1%F3%F8"), 'unsupported body/1/header'],
    ['sections behind what nobody can read', attached(`attachment; =; filename*0="138001"; filename*1="38000"`), 'malformed body/rest'],
    ['sections in a field of more than 4 KiB', attached(`attachment; x="${'y'.repeat(4096)}"; filename*0="138001"; filename*1="38000"`), 'malformed body/rest'],
  ])('is on record as unread: %s', (_name, mail, problem) => {
    const seen = inspect(mail);
    expect(problems(seen)).toEqual([problem]);
    for (const sizes of [[1], [40, 3]]) expect({ ...inspect(mail, sizes), waited: 0 }).toEqual({ ...seen, waited: 0 });
  });

  it('is no charset, though nobody knows it, where mailers say that they do not know it themselves', () => {
    expect(problems(inspect(`${HEAD}Subject: =?unknown?B?${b64('测试')}?= =?unknown-8bit?Q?x?=\r\n\r\nx`))).toEqual([]);
  });
});

describe('an encoded word', () => {
  it.each([
    [`=?utf-8?B?${Buffer.from(`电话 ${PHONE} 好`).toString('base64')}?=`, `电话 138____8000 好`],
    [`=?utf-8?Q?=E7=94=B5=E8=AF=9D =${PHONE.charCodeAt(0).toString(16)}${PHONE.slice(1)}?=`.replaceAll(' ', '_'), '电话 138    8000'],
    [`=?GB2312?B?${Buffer.from([0xb5, 0xe7, 0xbb, 0xb0, ...Buffer.from(PHONE)]).toString('base64')}?=`, '电话138____8000'],
  ])('%s is masked over its own characters', async (subject, expected) => {
    const seen = inspect(`${HEAD}Subject: ${subject}\r\n\r\nx`);
    expect(seen.findings.map(({ maskable }) => maskable)).toEqual([true]);
    expect((await PostalMime.parse(seen.output)).subject).toBe(expected);
  });
});

describe('a hostile mail', () => {
  const timed = (raw: string, sizes?: readonly number[]): Seen => {
    const { result: seen, cpuMs } = costing(() => inspect(raw, sizes), 3000);
    expect(cpuMs).toBeLessThan(3000);
    expect(seen.receipt.scanned + seen.receipt.unscanned).toBe(Buffer.byteLength(raw));
    expect(seen.receipt.parts.length).toBeLessThanOrEqual(200);
    return seen;
  };
  it.each([
    ['a header that comes in crumbs', `${HEAD}X: ${`${'y'.repeat(900)}\r\n `.repeat(250)}\r\n\r\n${PHONE}`, [4]],
    ['a header of one line that comes in crumbs', `X: ${'y'.repeat(240_000)}`, [4]],
    ['a hundred thousand fields', `${HEAD}${'a:\r\n'.repeat(60_000)}\r\nx`, [1 << 16]],
    ['nothing but encoded words', `${HEAD}${`X: ${'=?utf-8?Q?=31?= '.repeat(60)}\r\n`.repeat(150)}\r\nx`, [1 << 16]],
    ['raw bytes in each of its fields', `${HEAD}${Array.from({ length: 25_000 }, (_, i) => `a:=?\u{1}${i}\r\n`).join('')}\r\nx`, [1 << 16]],
    ['nothing but unfinished encoded words', `${HEAD}X: ${'=?utf-8?Q?'.repeat(20_000)}\r\n\r\nx`, [1 << 16]],
    ['ten thousand parameters', `${HEAD}Content-Type: text/plain${'; a=b'.repeat(10_000)}\r\n\r\nx`, [1 << 16]],
    ['comments in comments', `${HEAD}Content-Type: text/plain ${'('.repeat(50_000)}\r\n\r\nx`, [1 << 16]],
    ['ten thousand parts', `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(10_000)}--b--`, [999]],
    ['a hundred thousand half delimiters', `${HEAD}Content-Type: multipart/mixed; boundary=bb\r\n\r\n${'--b\r\n-'.repeat(100_000)}`, [999]],
    ['a thousand mails in one another', `${`${HEAD}Content-Type: message/rfc822\r\n\r\n`.repeat(1000)}x`, [999]],
    ['a thousand multiparts in one another', Array.from({ length: 1000 }, (_, i) => `${i === 0 ? HEAD : `--b${i - 1}.\r\n`}Content-Type: multipart/mixed; boundary=b${i}.\r\n\r\n`).join(''), [999]],
    ['ten thousand mails of a mailbox', `From a b 09:00\r\nA: b\r\n\r\nx\r\n\r\n`.repeat(10_000), [999]],
    ['ten thousand uuencoded files', `${HEAD}\r\n${'begin 644 a\r\n#86)C\r\nend\r\n'.repeat(10_000)}`, [999]],
  ])('with %s ends soon, in one small account', (_name, raw, sizes) => {
    timed(raw, sizes);
  });
});

it.each(['application/octet-stream', 'application/msword', undefined])('a page that an office program saved as one file is read as what it is, called %s', (type) => {
  const page = `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="----=_NextPart_01DB"\r\n\r\nThis document is a Single File Web Page.\r\n\r\n------=_NextPart_01DB\r\nContent-Location: file:///C:/A1B2/a.htm\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: text/html; charset="gb2312"\r\n\r\n<p class=3DMsoNormal>=B5=E7=BB=B0 13800=\r\n138000</p>\r\n\r\n------=_NextPart_01DB--\r\n`;
  const seen = inspect(page, [1 << 20], type ?? '');
  expect([problems(seen), seen.findings.map(({ part, maskable }) => [part, maskable])]).toEqual([[], [['body/1', true]]]);
  expect(seen.output.toString()).toContain('138__=\r\n__8000'.replaceAll('_', '*'));
});

describe('what is no mail', () => {
  it.each([
    `From: 张三\r\nSent: 2026-11-02\r\nTo: 李四\r\nSubject: 报价\r\n\r\n电话 ${PHONE}`,
    `Note: x\r\nMIME-Version is a field\r\n\r\n${PHONE}`,
    `Content-Type: text/plain\r\n\r\n${PHONE}`,
  ])('is read as text: %j', (text) => {
    const seen = inspect(text, [1 << 20], 'text/plain; charset=utf-8');
    expect([problems(seen), seen.findings.map(({ part, maskable }) => [part, maskable])]).toEqual([[], [['body', true]]]);
  });

  it('cannot hide as text what only its reader as a mail would not show', () => {
    const text = `${HEAD}Content-Transfer-Encoding: base64\r\n\r\n${PHONE} \r\n`;
    const seen = inspect(text, [1 << 20], 'text/plain; charset=utf-8');
    expect(seen.findings.map(({ maskable, start }) => [maskable, start])).toEqual([[false, text.indexOf(PHONE)]]);
    expect({ ...inspect(text, [1], 'text/plain; charset=utf-8'), waited: 0 }).toEqual({ ...seen, waited: 0 });
  });
});
