/** Numbers that are addresses of the envelope, in the header of the mail that the envelope belongs to. */
import { describe, it, expect } from '@jest/globals';
import { bodyHead, engine } from '../../../kit/engine.js';
import { numberSource } from '../../../kit/numbers.js';

const numbers = numberSource(7_001);

/** How many phone numbers count in this mail, and how it reads once each is masked. */
function phones(mail: string, numbered: readonly string[]): { readonly count: number; readonly masked: string } {
  const inspector = engine().inspect({ ...bodyHead('message/rfc822'), mail: { numbered: new Set(numbered) } }, new Uint8Array(0), () => true, { defers: false });
  const bytes = Buffer.from(mail);
  const edits = [...inspector.write(Uint8Array.from(bytes)).edits, ...inspector.end(true).edits];
  for (const edit of edits) bytes.set(edit.bytes, edit.at);
  return { count: inspector.evidence().classes.filter(({ detector }) => detector === 'cn.phone').reduce((sum, { count }) => sum + count, 0), masked: bytes.toString() };
}
const mail = (header: readonly string[], body = 'hello'): string => [...header, 'Subject: x', '', body, ''].join('\r\n');

describe('numbers that are addresses', () => {
  it('are no finding in the address fields of the mail whose envelope names them', () => {
    const address = `${numbers.phone()}@139.example`;
    for (const header of [[`From: <${address}>`], [`From: =?utf-8?B?5byg5LiJ?= <${address}>`], ['To: a@b.example,', ` ${address}`], [`Reply-To: "${address}" <${address.toUpperCase()}>`], ['Received: from a by b (Postfix) with ESMTP id 4F1', `\tfor <${address}>; Mon, 1 Jan 2026 00:00:00 +0000 (UTC)`]]) {
      const text = mail(header);
      expect(phones(text, [address])).toEqual({ count: 0, masked: text });
      expect(phones(text, []).count).toBeGreaterThan(0);
    }
  });

  it('are findings everywhere else: in names, subjects, bodies, mails within, and where the envelope names another', () => {
    const phone = numbers.phone();
    const other = numbers.phone();
    const address = `${phone}@139.example`;
    expect(phones(mail([`From: "${other}" <${address}>`]), [address]).count).toBe(1);
    expect(phones(mail([`From: <${other}@139.example>`]), [address]).count).toBe(1);
    expect(phones(mail([`From: <${phone}@139.example.org>`]), [address]).count).toBe(1);
    expect(phones(mail([`X-Note: ${address}`]), [address]).count).toBe(1);
    expect(phones(mail([`From: <${address}>`], `call ${phone}`), [address]).count).toBe(1);
    const forwarded = mail([`From: <${address}>`, 'MIME-Version: 1.0', 'Content-Type: message/rfc822'], mail([`From: <${address}>`]));
    expect(phones(forwarded, [address]).count).toBe(1);
  });
});
