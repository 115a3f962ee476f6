/** Mails as they leave: bytes that nobody had to touch, signatures that no longer hold, and new ones that do. */
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import DKIM from 'nodemailer/lib/dkim';
import { describe, expect, it } from '@jest/globals';
import { dkimSigner, type DkimSigner } from '../../../../gateway/act/mail/dkim.js';
import { mailDate, outgoingMails, receivedField } from '../../../../gateway/act/mail/outgoing.js';
import type { ExchangeId, MailClient, MailContent, OutgoingMail } from '../../../../gateway/ports.js';
import { dkimVerdict } from '../../../kit/dkim-verify.js';

const id = '01K0000000000000000000TEST' as ExchangeId;
const AT = Date.UTC(2026, 10, 22, 9, 5, 3);
const RECEIVED = 'Received: by weir.test id 1;\r\n\tSun, 22 Nov 2026 09:05:03 +0000\r\n';

async function bytesOf(content: MailContent): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content.stream()) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}
function mail(text: string | Buffer, more: Partial<OutgoingMail> = {}, cuts: readonly number[] = []): OutgoingMail {
  const bytes = Buffer.from(text);
  return {
    async *body() {
      const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      for (let i = 1; i < places.length; i += 1) yield bytes.subarray(places[i - 1], places[i]);
    },
    length: bytes.length, received: RECEIVED, incident: undefined, changed: false, signAs: undefined, ...more,
  };
}
const outgoing = (dkim?: DkimSigner, incidentHeader = false): ((mail: OutgoingMail) => MailContent) => outgoingMails({ incidentHeader, dkim, now: () => AT });

const SIGNED = [
  'DKIM-Signature: v=1; a=rsa-sha256;\r\n\tb=abc\r\n def\r\n',
  'From: "王" <w@corp.example>\r\n',
  'ARC-Seal: i=1\r\n',
  'arc-authentication-results : i=1;\r\n x\r\n',
  'Subject: a\r\n  folded  \tone \r\n',
  'X-Google-DKIM-Signature: v=1\r\n',
  'DKIM-Signature-Like: kept\r\n',
  'To: b@x.example\r\n',
].join('');
const CLEAN = 'From: "王" <w@corp.example>\r\nSubject: a\r\n  folded  \tone \r\nDKIM-Signature-Like: kept\r\nTo: b@x.example\r\n';
const BODY = '\r\nDKIM-Signature: in the body\r\nARC-Seal: too\r\n\r\nend \t of it  \r\n\r\n\r\n';

describe('a mail as it leaves', () => {
  it('has Received in front, the incident where it is wanted, and is untouched behind them', async () => {
    expect((await bytesOf(outgoing()(mail(SIGNED + BODY, { incident: id })))).toString()).toBe(RECEIVED + SIGNED + BODY);
    const named = outgoing(undefined, true)(mail(SIGNED + BODY, { incident: id }));
    const expected = Buffer.from(`${RECEIVED}X-Weir-Incident: ${id}\r\n${SIGNED}${BODY}`);
    expect((await bytesOf(named)).equals(expected)).toBe(true);
    expect(named.length).toBe(expected.length);
    expect((await bytesOf(outgoing(undefined, true)(mail(BODY)))).toString()).toBe(RECEIVED + BODY);
  });

  it('has lost the signatures of its own header once it was changed, and no other byte, in any cutting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 12 }), async (cuts) => {
        expect((await bytesOf(outgoing()(mail(SIGNED + BODY, { changed: true }, cuts)))).toString()).toBe(RECEIVED + CLEAN + BODY);
      }),
      { numRuns: 200, seed: 7 },
    );
    const whole = [...Array(Buffer.byteLength(SIGNED + BODY)).keys()];
    expect((await bytesOf(outgoing()(mail(SIGNED + BODY, { changed: true }, whole)))).toString()).toBe(RECEIVED + CLEAN + BODY);
  });

  it('keeps what only looks like a header: bodies without one, lines that are no fields', async () => {
    for (const text of ['no field here\r\nDKIM-Signature: x\r\n', '\r\nDKIM-Signature: x\r\n', `${'x'.repeat(500)}: y\r\n\r\nz`, 'DKIM-Sig', '', ' continued: x\r\n\r\n']) {
      expect((await bytesOf(outgoing()(mail(text, { changed: true })))).toString()).toBe(RECEIVED + text);
    }
  });
});

describe('a signature of ours', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ed = generateKeyPairSync('ed25519');
  const pem = (key: typeof rsa.privateKey): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  const signer = dkimSigner([{ domain: 'corp.example', selector: 'weir', key: pem(rsa.privateKey) }, { domain: '*.ed.example', selector: 'ed', key: pem(ed.privateKey) }]);

  it('is accepted by a verifier of its own, which accepts nodemailer\'s as well', async () => {
    const theirs = new DKIM({ domainName: 'corp.example', keySelector: 'weir', privateKey: pem(rsa.privateKey) }).sign(CLEAN + BODY);
    const chunks: Buffer[] = [];
    for await (const chunk of theirs as AsyncIterable<Buffer>) chunks.push(chunk);
    expect(dkimVerdict(Buffer.concat(chunks), rsa.publicKey)).toBe('pass');
    const ours = await bytesOf(outgoing(signer)(mail(SIGNED + BODY, { changed: true, signAs: 'Corp.Example' })));
    expect(dkimVerdict(ours, rsa.publicKey)).toBe('pass');
    expect(ours.toString()).toMatch(/^Received: [^]*\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed\/relaxed; d=corp\.example;/);
    expect(dkimVerdict(await bytesOf(outgoing(signer)(mail(SIGNED + BODY, { changed: true, signAs: 'mail.ed.example' }))), ed.publicKey)).toBe('pass');
  });

  it('holds for every body and cutting, also empty ones and those of blanks', async () => {
    const line = fc.stringMatching(/^[ \ta.é]{0,6}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.boolean(), fc.array(fc.nat(), { maxLength: 6 }), async (lines, ended, cuts) => {
        const text = `${CLEAN}\r\n${lines.join('\r\n')}${ended ? '\r\n' : ''}`;
        expect(dkimVerdict(await bytesOf(outgoing(signer)(mail(text, { changed: true, signAs: 'a.ed.example' }, cuts))), ed.publicKey)).toBe('pass');
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  it('is broken by any later change to what was signed', async () => {
    const good = (await bytesOf(outgoing(signer)(mail(CLEAN + BODY, { changed: true, signAs: 'corp.example' })))).toString('latin1');
    const changes: readonly [string, string][] = [['end ', 'End '], ['b@x.example', 'c@x.example'], ['folded', 'fold ed'], ['To: b', 'From: evil@x.example\r\nTo: b'], ['To: b', 'Cc: more@x.example\r\nTo: b'], ['To: b', 'Content-Type: text/html\r\nTo: b'], ['d=corp.example', 'd=corp2.example']];
    for (const [what, by] of changes) {
      const changed = good.replace(what, by);
      expect(changed).not.toBe(good);
      expect(dkimVerdict(Buffer.from(changed, 'latin1'), rsa.publicKey)).not.toBe('pass');
    }
    expect(dkimVerdict(Buffer.from(`Received: by another\r\n${good}`, 'latin1'), rsa.publicKey)).toBe('pass');
  });

  it('is left out for other domains, for unchanged mails, and where the header has no end', async () => {
    for (const more of [{ changed: true, signAs: 'other.example' }, { changed: true, signAs: undefined }, { changed: false, signAs: 'corp.example' }]) {
      expect((await bytesOf(outgoing(signer)(mail(CLEAN + BODY, more)))).toString()).toBe(RECEIVED + CLEAN + BODY);
    }
    const endless = `From: a@corp.example\r\n${'X: y\r\n'.repeat(400_000)}`;
    expect((await bytesOf(outgoing(signer)(mail(endless, { changed: true, signAs: 'corp.example' })))).length).toBe(RECEIVED.length + endless.length);
  });

  it('is not made with a key that cannot sign mail', () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(() => dkimSigner([{ domain: 'a.example', selector: 's', key: pem(ec.privateKey) }])).toThrow(TypeError);
    expect(() => dkimSigner([{ domain: 'a.example', selector: 's', key: 'nonsense' }])).toThrow();
  });
});

describe('the Received field', () => {
  const client = (more: Partial<MailClient> = {}): MailClient => ({ address: '10.1.2.3', helo: 'pc.corp.example', user: 'name', tls: undefined, protocol: 'ESMTP', ...more });
  const field = (more: Partial<MailClient> = {}, recipients = ['b@x.example']): string =>
    receivedField({ client: client(more), hostname: 'weir.corp.example', id, at: AT, recipients: recipients.map((address) => ({ address, notify: undefined, orcpt: undefined })) });

  it('says whence, by whom, how, for whom and when', () => {
    expect(field()).toBe(`Received: from pc.corp.example ([10.1.2.3])\r\n\tby weir.corp.example (Weir) with ESMTP id ${id}\r\n\tfor <b@x.example>;\r\n\tSun, 22 Nov 2026 09:05:03 +0000\r\n`);
    expect(field({ address: '2001:db8::1', tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' }, protocol: 'ESMTPSA' })).toMatch(/\(\[IPv6:2001:db8::1\]\)\r\n\t\(using TLSv1\.3 with cipher TLS_AES_256_GCM_SHA384\)\r\n\tby [^]* with ESMTPSA id /);
    expect(mailDate(0)).toBe('Thu, 1 Jan 1970 00:00:00 +0000');
  });

  it('tells no recipient of another, and nobody a name that is none', () => {
    expect(field({}, ['b@x.example', 'c@x.example'])).not.toContain('x.example');
    for (const helo of ['evil\r\nBcc: x', 'a(b', 'x'.repeat(300), '13800138000', '138-0013-8000.corp.example', undefined]) expect(field({ helo })).toContain('from unknown (');
    expect(field({ helo: '[192.168.100.200]' })).toContain('from [192.168.100.200] (');
    expect(field({ address: undefined })).toContain('(unknown)');
  });
});
