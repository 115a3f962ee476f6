/** What receivers make of a mail: postal-mime as a mail program's reader, Python's email as another one, with everything packed in it unpacked. */
import PostalMime from 'postal-mime';
import { askPython } from './real-files.js';

/** Each thing a person would see in the mail or in mails inside it: subject, texts, names. */
export async function seenByPostalMime(raw: Uint8Array): Promise<readonly string[]> {
  const mail = await PostalMime.parse(raw, { forceRfc822Attachments: true, attachmentEncoding: 'arraybuffer', maxNestingDepth: 100 });
  const seen = [mail.subject ?? '', mail.text ?? '', mail.html ?? ''];
  for (const { filename, mimeType, content } of mail.attachments) {
    seen.push(filename ?? '');
    const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
    if (mimeType === 'message/rfc822') seen.push(...(await seenByPostalMime(bytes)));
  }
  return seen;
}

/** The first attachment whose name ends so. */
export async function attachedFile(raw: Uint8Array, ending: string): Promise<Buffer> {
  const { attachments } = await PostalMime.parse(raw, { attachmentEncoding: 'arraybuffer' });
  const found = attachments.find(({ filename }) => filename?.endsWith(ending) === true);
  if (found === undefined) throw new Error(`nothing attached is called *${ending}: ${attachments.map(({ filename }) => filename ?? '').join(', ')}`);
  return typeof found.content === 'string' ? Buffer.from(found.content) : Buffer.from(new Uint8Array(found.content));
}

const WALK = `import sys, io, json, zipfile, email, unicodedata
from email import policy
out = []
def text(b, charset):
    for c in [charset, 'utf-8', 'gb18030', 'big5']:
        try:
            if c: out.append(b.decode(c))
        except (LookupError, UnicodeDecodeError): pass
def file(b):
    try:
        z = zipfile.ZipFile(io.BytesIO(b))
        for i in z.infolist():
            if i.flag_bits & 1: continue
            out.append(i.filename)
            d = z.read(i)
            text(d, None)
            file(d)
    except zipfile.BadZipFile: pass
def walk(m):
    for k, v in m.items(): out.append(k + ': ' + str(v))
    for k in ('subject', 'from', 'to'):
        for v in m.get_all(k, []): out.append(str(v))
    if m.is_multipart():
        for p in m.iter_parts() if m.get_content_maintype() == 'multipart' else m.get_payload(): walk(p)
        return
    out.append(m.get_filename() or '')
    b = m.get_payload(decode=True) or b''
    text(b, m.get_content_charset())
    file(b)
raw = open(sys.argv[1], 'rb').read()
text(raw, None)
walk(email.message_from_bytes(raw, policy=policy.default))
print(json.dumps([s for o in out for s in (o, unicodedata.normalize('NFKC', o))]))`;

/** Every text that Python can get out of it: fields, bodies, names, members of archives and documents; each also with full-width digits made plain. */
export async function seenByPython(raw: Uint8Array): Promise<readonly string[]> {
  return JSON.parse(await askPython(raw, 'eml', WALK)) as string[];
}

/** The mail without the field that Weir puts in front, and that field. Undefined where there is none. */
export function behindReceived(raw: Buffer): { readonly received: string; readonly rest: Buffer } | undefined {
  const text = raw.toString('latin1');
  const field = /^Received:.*\r\n(?:[ \t].*\r\n)*/.exec(text)?.[0];
  return field === undefined ? undefined : { received: field, rest: raw.subarray(field.length) };
}
