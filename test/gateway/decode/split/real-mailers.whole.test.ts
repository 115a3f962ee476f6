/** Mails of real programs, sent to a real server, masked, and read again by another program. */
import { execFile, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import nodemailer from 'nodemailer';
import PostalMime from 'postal-mime';
import { engine, inspectBody, type Seen } from '../../../kit/engine.js';
import { encodeGb18030 } from '../../../kit/gb18030.js';
import { mailReceiver, type MailReceiver } from '../../../kit/mail-receiver.js';
import { tempFolder } from '../../../kit/temp.js';

const PHONE = '13800138000';
const MASKED = '138****8000';
const run = promisify(execFile);
const factory = engine();
const inspect = (raw: Buffer): Seen => inspectBody('message/rfc822', [Buffer.from(raw)], () => true, factory);

/** What Python's reader sees: every part that is no multipart, with its name and its bytes. */
const READ = `
import sys, json, email, email.policy
def walk(m):
    if m.get_content_type() == 'message/rfc822':
        yield from walk(m.get_payload(0))
    elif m.is_multipart():
        for p in m.get_payload():
            yield from walk(p)
    else:
        yield [m.get_content_type(), m.get_filename(), (m.get_payload(decode=True) or b'').decode('latin-1')]
print(json.dumps(list(walk(email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)))))
`;
type Part = readonly [type: string, name: string | null, bytes: string];
async function readByPython(raw: Buffer): Promise<readonly Part[]> {
  return JSON.parse((await python(READ, raw)).toString()) as readonly Part[];
}
function python(script: string, input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('python3', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new Error(`python3 ended with ${String(code)}`));
    });
    child.stdin.end(input);
  });
}

/** Masked in every part that Python sees, and in nothing else. */
async function expectMasked(raw: Buffer, findings: number): Promise<void> {
  const seen = inspect(raw);
  expect(seen.unscannable).toEqual([]);
  expect(seen.findings.map(({ maskable }) => maskable)).toEqual(new Array(findings).fill(true));
  const [before, after] = await Promise.all([readByPython(raw), readByPython(seen.output)]);
  expect(after).toEqual(before.map(([type, name, bytes]) => [type, name, bytes.replaceAll(PHONE, MASKED)]));
  expect(JSON.stringify(after).split(MASKED).length - 1).toBe(findings);
}

let receiver: MailReceiver;
const folder = tempFolder('weir-mailers-');
beforeAll(async () => {
  receiver = await mailReceiver({ options: { size: 10_000_000 } });
});
afterAll(() => receiver.close());

describe('a mail of swaks', () => {
  it('with attachments is masked in all of them', async () => {
    const list = join(folder, 'list.csv');
    writeFileSync(list, `name,phone\nLi,${PHONE}\n`);
    await run('swaks', ['--server', '127.0.0.1', '--port', String(receiver.port), '--from', 'a@example.cn', '--to', 'b@example.com', '--header', 'Subject: list', '--body', `phone ${PHONE}`, '--attach-type', 'text/csv', '--attach-name', 'list.csv', '--attach', `@${list}`, '--suppress-data']);
    const source = receiver.received[receiver.received.length - 1]?.source ?? '';
    await expectMasked(Buffer.from(source), 2);
    expect((await PostalMime.parse(inspect(Buffer.from(source)).output)).text).toContain(MASKED);
  });
});

describe('a mail of nodemailer', () => {
  it.each([['base64', '\r\n'], ['quoted-printable', '\r\n'], ['quoted-printable', '\n']] as const)('in %s, with %j, with alternatives, files and a mail inside, is masked in all of them', async (textEncoding, eol) => {
    const sender = nodemailer.createTransport({ host: '127.0.0.1', port: receiver.port, secure: false, ignoreTLS: true });
    const inner = `From: c@example.cn\r\nSubject: inner\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(`手机 ${PHONE}`).toString('base64')}\r\n`;
    await sender.sendMail({
      from: '张三 <a@example.cn>',
      to: ['b@example.com'],
      subject: '名单，请查收',
      text: `您好，电话 ${PHONE}。`,
      html: `<p>您好，电话 <b>${PHONE}</b></p><img src="cid:x">`,
      textEncoding,
      attachments: [
        { filename: '一个很长很长的中文文件名，长到必须分成几段才写得下的名单.txt', content: encodeGb18030(`姓名，电话：${PHONE}`), contentType: 'text/plain; charset=gb18030' },
        { filename: 'inner.eml', content: inner, contentType: 'message/rfc822' },
      ],
    });
    sender.close();
    const source = receiver.received[receiver.received.length - 1]?.source ?? '';
    await expectMasked(Buffer.from(source.replaceAll('\r\n', eol)), 4);
  });
});

describe("a mail of Python's", () => {
  it.each(['default', 'SMTP', 'compat32'])('under its policy %s is masked in all parts', async (policy) => {
    const raw = await python(
      `
import sys, email.policy
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.mime.message import MIMEMessage
phone = sys.stdin.read()
policy = email.policy.${policy}
if '${policy}' == 'compat32':
    m = MIMEMultipart('related')
    m.attach(MIMEText('电话 ' + phone, 'plain', 'gb2312'))
    m.attach(MIMEText('<p>' + phone + '</p>', 'html', 'utf-8'))
    inner = MIMEText('手机 ' + phone, 'plain', 'big5')
    m.attach(MIMEMessage(inner))
else:
    m = EmailMessage(policy=policy)
    m.set_content('电话 ' + phone + '\\n', cte='quoted-printable')
    m.add_alternative('<p>电话 ' + phone + '</p>', subtype='html')
    inner = EmailMessage(policy=policy)
    inner['Subject'] = '转发'
    inner.set_content('手机 ' + phone)
    m.add_attachment(inner)
m['Subject'] = '名单'
m['From'] = '张三 <a@example.cn>'
sys.stdout.buffer.write(m.as_bytes(policy=policy))
`,
      Buffer.from(PHONE),
    );
    await expectMasked(raw, 3);
  });
});
