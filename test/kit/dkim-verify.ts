/** A verifier of DKIM signatures (RFC 6376, relaxed/relaxed) over a whole mail, written apart from what signs: slow, plain, and strict. */
import { createHash, verify, type KeyObject } from 'node:crypto';

/** What the first DKIM-Signature of the mail comes to. */
export function dkimVerdict(mail: Buffer, key: KeyObject): 'pass' | 'no-signature' | 'body' | 'header' {
  const text = mail.toString('latin1');
  const end = text.indexOf('\r\n\r\n');
  const fields = text.slice(0, end).split(/\r\n(?![ \t])/);
  const body = text.slice(end + 4);
  const own = fields.find((field) => /^dkim-signature\s*:/i.test(field));
  if (own === undefined) return 'no-signature';
  const tags = new Map(own.slice(own.indexOf(':') + 1).split(';').map((tag) => {
    const equals = tag.indexOf('=');
    return [tag.slice(0, equals).trim(), tag.slice(equals + 1).replace(/\s/g, '')] as const;
  }));
  if (tags.get('c') !== 'relaxed/relaxed' || tags.get('v') !== '1') return 'no-signature';

  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  const canonical = lines.length === 0 ? '' : `${lines.join('\r\n')}\r\n`;
  if (createHash('sha256').update(canonical, 'latin1').digest('base64') !== tags.get('bh')) return 'body';

  const relaxed = (field: string): string => {
    const [, name = '', value = ''] = /^([^:]*):([\s\S]*)$/.exec(field) ?? [];
    return `${name.trim().toLowerCase()}:${value.replaceAll('\r\n', '').replace(/[ \t]+/g, ' ').trim()}`;
  };
  const left = [...fields];
  const signed = (tags.get('h') ?? '').split(':').flatMap((name) => {
    const at = left.findLastIndex((field) => field.slice(0, field.indexOf(':')).trim().toLowerCase() === name.toLowerCase());
    return at === -1 ? [] : left.splice(at, 1).map((field) => `${relaxed(field)}\r\n`);
  });
  const bytes = Buffer.from(`${signed.join('')}${relaxed(own.replace(/([;\s]b=)[^;]*/, '$1'))}`, 'latin1');
  const signature = Buffer.from(tags.get('b') ?? '', 'base64');
  const good = tags.get('a') === 'ed25519-sha256' ? verify(null, createHash('sha256').update(bytes).digest(), key, signature) : verify('sha256', bytes, key, signature);
  return good ? 'pass' : 'header';
}
