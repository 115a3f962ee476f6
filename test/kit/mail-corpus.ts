/** Mails of Chinese offices, from seeded numbers: how each is written, what is in it, and how it must end under the shipped mail policy. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attachment, filePart, forwarded, multipart, textPart, word, written, type Entity } from './mail-writing.js';
import { numberSource, type NumberSource } from './numbers.js';
import { converted, packed, realFiles, written as byPython } from './real-files.js';

export type MailEnd = 'unchanged' | 'masked' | 'blocked' | 'held';
export interface CorpusMail {
  readonly name: string;
  readonly end: MailEnd;
  readonly to: string;
  /** Line ends are CRLF; without a dot at its end. */
  readonly raw: Buffer;
  /** As they stand in it somewhere; none may show in what arrives masked. */
  readonly numbers: readonly string[];
  /** What a reader of mail must find in subject, text or HTML of what arrives, or in a name. */
  readonly shows: readonly string[];
  /** What a reader of the attached document must find in it. */
  readonly file?: { readonly kind: 'docx' | 'xlsx'; readonly shows: readonly string[] };
}

export const maskedPhone = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(-4)}`;
export const maskedId = (id: string): string => `${id.charAt(0)}${'*'.repeat(16)}${id.charAt(17)}`;
export const maskedCard = (card: string): string => `${'*'.repeat(card.length - 4)}${card.slice(-4)}`;

const TYPES = {
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

const PARTNER = 'li.si@partner.example';
let letters = 0;
function mail(subject: string, entity: Entity, more: readonly (string | Buffer)[] = [], to = PARTNER): Buffer {
  letters += 1;
  return written({
    fields: [
      `From: ${word('utf-8', '张三')} <zhang.san@corp.example>`,
      `To: "Li, Si" <${to}>`,
      `Subject: ${subject}`,
      'Date: Mon, 2 Nov 2026 09:12:44 +0800',
      `Message-ID: <letter-${String(letters)}@corp.example>`,
      ...more,
      'MIME-Version: 1.0',
      ...entity.fields,
    ],
    body: Buffer.concat([entity.body, Buffer.from('\r\n')]),
  });
}

const page = (text: string): string => `<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><p>${text}</p></body></html>`;
const SHEET = `import sys, openpyxl
book = openpyxl.Workbook()
book.active.append(['姓名', '身份证号'])
for one in sys.argv[2:]: book.active.append(['张三', one])
book.save(sys.argv[1])`;

/** Signed by a key that lives as long as this call. */
function signed(entity: Entity): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'weir-smime-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...words: readonly string[]): void => void execFileSync('openssl', [...words], { stdio: 'ignore' });
  try {
    openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', at('key'), '-out', at('cert'), '-days', '30', '-subj', '/CN=zhang san/emailAddress=zhang.san@corp.example');
    writeFileSync(at('in'), written(entity));
    openssl('smime', '-sign', '-in', at('in'), '-out', at('out'), '-signer', at('cert'), '-inkey', at('key'), '-binary', '-crlfeol');
    return readFileSync(at('out'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** openssl writes its own `MIME-Version`; ours stand in front of what it wrote. */
function signedMail(subject: string, entity: Entity): Buffer {
  const whole = signed(entity).toString('latin1').replace(/\r?\n/g, '\r\n').replace(/^MIME-Version: 1\.0\r\n/, '');
  const end = whole.indexOf('\r\n\r\n');
  return mail(subject, { fields: [Buffer.from(whole.slice(0, end), 'latin1')], body: Buffer.from(whole.slice(end + 4), 'latin1') });
}

function clean(phone: string): readonly CorpusMail[] {
  const one = (name: string, raw: Buffer, ...shows: readonly string[]): CorpusMail => ({ name, end: 'unchanged', to: PARTNER, raw, numbers: [], shows });
  const hello = '各位同事，周报见下。\r\n.\r\n..以点开头的行\r\n  末尾有空格  \r\n\r\n';
  return [
    one('UTF-8 in 8 bits, with lines that begin with dots', mail(word('utf-8', '周报'), textPart('plain', 'utf-8', '8bit', hello)), '周报', '周报见下'),
    one('GBK in base64', mail(word('gbk', '会议纪要'), textPart('plain', 'gbk', 'base64', hello)), '会议纪要', '周报见下'),
    one('Big5 in quoted-printable, with HTML', mail(word('big5', '週報'), multipart('alternative', 'b5', [textPart('plain', 'big5', 'quoted-printable', '各位同事，本週完成三項。\r\n'), textPart('html', 'big5', 'quoted-printable', '<p>各位同事，本週完成三項。</p>\r\n')])), '週報', '本週完成三項'),
    one('a line of 60 KiB, a subject of raw bytes, no text of its own', mail('raw \u5468\u62a5', textPart('plain', 'utf-8', '8bit', `${'long '.repeat(12_000)}\r\n`)), 'long long'),
    { ...one('a phone number that is the address it goes to', mail('hello', textPart('plain', 'utf-8', '8bit', '您好\r\n'), [], `${phone}@139.example`), '您好'), to: `${phone}@139.example` },
  ];
}

function texts(numbers: NumberSource): readonly CorpusMail[] {
  const out: CorpusMail[] = [];
  const add = (name: string, secrets: readonly string[], shows: readonly string[], raw: Buffer): void => void out.push({ name, end: 'masked', to: PARTNER, raw, numbers: secrets, shows });

  const [a, b, c, d, e, f, g, h, i, j, k] = Array.from({ length: 11 }, () => numbers.phone());
  const phone = (one: string | undefined): string => one ?? '';
  const id = numbers.residentId();
  const card = numbers.bankCard();

  add('GBK in 8 bits', [phone(a)], [maskedPhone(phone(a))], mail(word('gbk', '客户'), textPart('plain', 'gbk', '8bit', `客户电话 ${phone(a)}，请回电。\r\n`)));
  add('GB18030 in base64', [id], [maskedId(id)], mail(word('gb18030', '证件'), textPart('plain', 'gb18030', 'base64', `身份证号 ${id}，请核对。\r\n`)));
  const soft = `您的卡号 ${card}，已开通。\r\n`;
  add('UTF-8 in quoted-printable, cut within a card number', [card], [maskedCard(card)], mail('card', textPart('plain', 'utf-8', 'quoted-printable', soft, [], Buffer.byteLength('您的卡号 ') + 7)));
  add('Big5 in quoted-printable', [phone(b)], [maskedPhone(phone(b))], mail('tel', textPart('plain', 'big5', 'quoted-printable', `聯絡電話 ${phone(b)}\r\n`)));
  add('text and HTML that say the same', [phone(c)], [maskedPhone(phone(c))], mail('both', multipart('alternative', 'alt', [textPart('plain', 'utf-8', 'base64', `电话 ${phone(c)}\r\n`), textPart('html', 'gbk', 'quoted-printable', `<p>电话&nbsp;<b>${phone(c)}</b></p>\r\n`)])));
  add('a number in an encoded subject', [phone(d)], [maskedPhone(phone(d)).replaceAll('*', '_')], mail(word('gb18030', `请联系 ${phone(d)}`), textPart('plain', 'utf-8', '8bit', '见标题。\r\n')));
  const list = (style: 'words' | 'pieces' | 'raw', name: string): Buffer => mail('list', multipart('mixed', 'mix', [textPart('plain', 'utf-8', '8bit', '见附件。\r\n'), textPart('csv', 'gbk', 'base64', '姓名\r\n张三\r\n', [attachment(style, 'gbk', name)])]));
  const fileMask = (one: string | undefined): string => maskedPhone(phone(one)).replaceAll('*', '_');
  add('a number in the name of a file, RFC 2047', [phone(e)], [fileMask(e)], list('words', `名单${phone(e)}.csv`));
  add('a number in the name of a file, RFC 2231 in pieces', [phone(f)], [fileMask(f)], list('pieces', `名单 ${phone(f)}.csv`));
  add('a number in the name of a file, raw GBK', [phone(g)], [], list('raw', `名单 ${phone(g)}.csv`));
  const inner = mail(word('gbk', '转发'), textPart('plain', 'gb18030', 'quoted-printable', `里面的电话 ${phone(h)}\r\n`));
  const middle = mail('fw', multipart('mixed', 'in1', [textPart('plain', 'utf-8', 'base64', `中间的电话 ${phone(i)}\r\n`), forwarded(inner)]));
  add('a forward of a forward', [phone(h), phone(i)], [maskedPhone(phone(h)), maskedPhone(phone(i))], mail('fw: fw', multipart('mixed', 'out1', [textPart('plain', 'utf-8', '8bit', '请看转发。\r\n'), forwarded(middle)])));
  add('full-width digits', [phone(j)], [], mail('wide', textPart('plain', 'utf-8', 'base64', `电话 ${phone(j).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))}\r\n`)));
  const seal = ['DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=corp.example; s=s1;\r\n\th=from:to:subject; bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=;\r\n\tb=Zm9vYmFyZm9vYmFyZm9vYmFy'];
  add('signed by its domain (DKIM)', [phone(k)], [maskedPhone(phone(k))], mail('dkim', textPart('plain', 'utf-8', '8bit', `电话 ${phone(k)}\r\n`), seal));
  return out;
}

async function files(numbers: NumberSource): Promise<readonly CorpusMail[]> {
  const [phone, id, first, second, third] = [numbers.phone(), numbers.residentId(), numbers.residentId(), numbers.residentId(), numbers.residentId()];
  const [docx = Buffer.alloc(0), fromSheet = Buffer.alloc(0), xlsx = Buffer.alloc(0), many = Buffer.alloc(0)] = await realFiles([
    converted('html', page(`乙方电话 ${phone}，请核对`), 'docx'),
    converted('csv', `姓名,证件\n张三,编号 ${id} 号\n`, 'xlsx'),
    byPython('xlsx', SHEET, id),
    byPython('xlsx', SHEET, first, second, third),
  ]);
  const [zip = Buffer.alloc(0), locked = Buffer.alloc(0)] = await realFiles([
    packed({ '名单.xlsx': xlsx, 'read me.txt': 'nothing here\n' }, ['zip', '-q', 'a.zip', '名单.xlsx', 'read me.txt'], 'a.zip'),
    packed({ 'list.txt': 'nothing here\n' }, ['zip', '-q', '-P', 'secret', 'a.zip', 'list.txt'], 'a.zip'),
  ]);
  const withFile = (subject: string, part: Entity): Buffer => mail(word('utf-8', subject), multipart('mixed', '=_files', [textPart('plain', 'gbk', 'base64', '请查收附件。\r\n'), part]));
  const armor = randomBytes(600).toString('base64').match(/.{1,64}/g)?.join('\r\n') ?? '';
  const pgp: Entity = {
    fields: ['Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";\r\n\tboundary="pgp"'],
    body: Buffer.from(`--pgp\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n--pgp\r\nContent-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n${armor}\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n\r\n--pgp--\r\n`),
  };
  return [
    { name: 'a contract by LibreOffice', end: 'masked', to: PARTNER, numbers: [phone], shows: ['请查收附件'], file: { kind: 'docx', shows: [maskedPhone(phone)] }, raw: withFile('合同', filePart(TYPES.docx, docx, attachment('words', 'gb18030', '合同.docx'))) },
    { name: 'a sheet by LibreOffice', end: 'masked', to: PARTNER, numbers: [id], shows: ['请查收附件'], file: { kind: 'xlsx', shows: [maskedId(id)] }, raw: withFile('表格', filePart(TYPES.xlsx, fromSheet, attachment('pieces', 'utf-8', '表格.xlsx'))) },
    { name: 'a sheet in a zip', end: 'masked', to: PARTNER, numbers: [id], shows: ['请查收附件'], raw: withFile('压缩', filePart('application/zip', zip, attachment('raw', 'gbk', '压缩.zip'))) },
    { name: 'a list of people in a sheet', end: 'blocked', to: PARTNER, numbers: [first, second, third], shows: [], raw: withFile('名单', filePart(TYPES.xlsx, many, attachment('words', 'gbk', '名单.xlsx'))) },
    { name: 'an encrypted archive', end: 'held', to: PARTNER, numbers: [], shows: ['请查收附件'], raw: withFile('加密', filePart('application/zip', locked, attachment('words', 'gbk', '加密.zip'))) },
    { name: 'a mail in PGP', end: 'held', to: PARTNER, numbers: [], shows: [], raw: mail('pgp', pgp) },
  ];
}

/** The same for the same seed, but for keys and noise. */
export async function mailCorpus(seed: number): Promise<readonly CorpusMail[]> {
  const numbers = numberSource(seed);
  const secret = numbers.phone();
  return [
    ...clean(numbers.phone()),
    ...texts(numbers),
    ...(await files(numbers)),
    { name: 'signed (S/MIME), with a number', end: 'held', to: PARTNER, numbers: [secret], shows: [maskedPhone(secret)], raw: signedMail('signed', textPart('plain', 'utf-8', 'quoted-printable', `电话 ${secret}\r\n`)) },
  ];
}
