/** One small sound file of every kind that Weir opens, with a phone number in it: made by real programs where there are some. What fuzzing damages, torture cuts and the bench reads. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import CFB from 'cfb';
import { SAMPLES } from '../gateway/decode/extract/media/samples.js';
import { writePdf } from '../gateway/decode/extract/pdf/write-pdf.js';
import { encodeGb18030 } from './gb18030.js';
import { converted, packed, realFiles, written } from './real-files.js';

export interface FormatFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** As magic.ts calls it; undefined where it is read while it streams. */
  readonly container?: string;
}

const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');
function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

/** Outlook's message, written with another library. */
function msg(phone: string): Buffer {
  const file = CFB.utils.cfb_new();
  const add = (path: string, bytes: Buffer): void => void CFB.utils.cfb_add(file, `/${path}`, bytes);
  add('__properties_version1.0', Buffer.concat([Buffer.alloc(32), Buffer.from([3, 0, 0xde, 0x3f, 6, 0, 0, 0]), Buffer.from([0xa8, 0x03, 0, 0, 0, 0, 0, 0])]));
  add('__substg1.0_001A001F', wide('IPM.Note'));
  add('__substg1.0_0037001F', wide('主题'));
  add('__substg1.0_1000001F', wide(`正文 ${'很长的文字 '.repeat(300)} 电话 ${phone}`));
  add('__attach_version1.0_#00000000/__properties_version1.0', Buffer.alloc(8));
  add('__attach_version1.0_#00000000/__substg1.0_3707001F', wide('名单.csv'));
  add('__attach_version1.0_#00000000/__substg1.0_37010102', Buffer.from(`name,phone\n张三,${phone}\n`));
  return Buffer.from(CFB.write(file, { type: 'buffer' }) as Uint8Array);
}

/** winmail.dat: a subject and one attachment. */
function tnef(phone: string): Buffer {
  const attribute = (level: number, id: number, data: Buffer): Buffer => {
    const sum = Buffer.alloc(2);
    sum.writeUInt16LE(data.reduce((all, byte) => (all + byte) % 65536, 0));
    return Buffer.concat([Buffer.from([level]), u32(id), u32(data.length), data, sum]);
  };
  return Buffer.concat([
    u32(0x223e9f78), Buffer.from([1, 0]), attribute(1, 0x00089006, u32(0x10000)), attribute(1, 0x0002800c, Buffer.from(`tel ${phone}\0`)),
    attribute(2, 0x00069002, Buffer.alloc(14)), attribute(2, 0x00018010, Buffer.from('list.txt\0')), attribute(2, 0x0006800f, Buffer.from(`phone ${phone}`)),
  ]);
}

function mail(phone: string): Buffer {
  const text = Buffer.from(`您好，电话 ${phone}。\r\n`);
  const lines = (bytes: Buffer): string => (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
  return Buffer.from(
    [
      'From: =?utf-8?B?5byg5LiJ?= <zhang@example.cn>', 'To: li@example.com', `Subject: =?gb2312?B?suLK1A==?= ${phone}`, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed;\r\n boundary="outer"', '',
      '--outer', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64', '', lines(text),
      '--outer', 'Content-Type: text/html; charset=gb18030', 'Content-Transfer-Encoding: quoted-printable', '', `<p>=B5=E7=BB=B0 ${phone.slice(0, 5)}=\r\n${phone.slice(5)}</p>`,
      '--outer', "Content-Type: text/csv; name*=gb18030''%C3%FB%B5%A5.csv", 'Content-Disposition: attachment; filename="=?gb2312?B?w/u1pS5jc3Y=?="', '', `name,phone\r\na,${phone}`,
      '--outer', 'Content-Type: message/rfc822', '', 'Subject: inner', 'Content-Type: application/zip', 'Content-Transfer-Encoding: base64', '', lines(gzipSync(text)), '--outer--', '',
    ].join('\r\n'),
  );
}

const SHEET = `import sys, openpyxl
book = openpyxl.Workbook()
sheet = book.active
sheet.append(['姓名', '手机'])
for i in range(12): sheet.append(['张三', sys.argv[2] if i % 2 else int(sys.argv[2])])
book.save(sys.argv[1])`;

function html(phone: string): string {
  return `<meta charset="utf-8"><h1>名单</h1><p>电话 ${phone}</p><table><tr><td>姓名</td><td>手机</td></tr><tr><td>张三</td><td>${phone}</td></tr></table>`;
}

/** What wraps text while it streams. */
function streamed(phone: string): readonly FormatFile[] {
  const text = `姓名,手机\n张三,${phone}\n李四：电话 ${phone}。\n`;
  const plain = Buffer.from(text);
  const form = ['--b', 'Content-Disposition: form-data; name="file"; filename="a.txt"', 'Content-Type: text/plain', '', text, '--b', 'Content-Disposition: form-data; name="tel"', '', phone, '--b--', ''].join('\r\n');
  return [
    { name: 'utf-8', bytes: plain, contentType: 'text/plain; charset=utf-8' },
    { name: 'utf-16', bytes: Buffer.concat([Buffer.from([0xff, 0xfe]), wide(text)]), contentType: 'text/plain' },
    { name: 'gb18030', bytes: Buffer.from(encodeGb18030(text)), contentType: 'text/plain; charset=gb18030' },
    { name: 'big5', bytes: Buffer.concat([Buffer.from([0xb9, 0x71, 0xb8, 0xdc]), Buffer.from(` ${phone} `), Buffer.from([0xb9, 0x71, 0xb8, 0xdc])]), contentType: 'text/plain; charset=big5' },
    { name: 'json', bytes: Buffer.from(JSON.stringify({ 电话: phone, inner: JSON.stringify({ file: plain.toString('base64') }), data: `data:text/plain;base64,${plain.toString('base64')}`, n: Number(phone) })), contentType: 'application/json' },
    { name: 'html', bytes: Buffer.from(`${html(phone)}<p>&#x31;${phone.slice(1).replaceAll('8', '&#56;')}</p>`), contentType: 'text/html' },
    { name: 'form', bytes: Buffer.from(`tel=${encodeURIComponent(`电话 ${phone}`)}&n=${phone.replace('8', '%38')}`), contentType: 'application/x-www-form-urlencoded' },
    { name: 'csv', bytes: plain, contentType: 'text/csv' },
    { name: 'vcf', bytes: Buffer.from(`BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0\r\nTEL:${phone.slice(0, 6)}\r\n ${phone.slice(6)}\r\nEND:VCARD\r\n`), contentType: 'text/vcard' },
    { name: 'multipart', bytes: Buffer.from(form), contentType: 'multipart/form-data; boundary=b' },
    { name: 'eml', bytes: mail(phone), contentType: 'message/rfc822' },
    { name: 'gzip-coding', bytes: Buffer.concat([gzipSync(plain), gzipSync(plain)]), contentType: 'text/plain', contentEncoding: 'gzip' },
    { name: 'deflate-coding', bytes: deflateSync(plain), contentType: 'text/plain', contentEncoding: 'deflate' },
    { name: 'br-coding', bytes: brotliCompressSync(plain), contentType: 'text/plain', contentEncoding: 'br' },
    { name: 'gzip-br-coding', bytes: brotliCompressSync(gzipSync(plain)), contentType: 'text/plain', contentEncoding: 'gzip, br' },
  ];
}

/** Archives, by the command that packs a.txt into `out`. */
const PACKERS: readonly (readonly [name: string, container: string, command: string])[] = [
  ['zip', 'zip', 'zip -q out.zip a.txt b.csv && mv out.zip out'], ['7z', '7z', '7z a -bd out a.txt b.csv >/dev/null && mv out.7z out'],
  ['tar', 'tar', 'tar --sort=name --mtime=@0 -cf out a.txt b.csv'], ['tgz', 'gzip', 'tar --sort=name --mtime=@0 -czf out a.txt b.csv'],
  ['gz', 'gzip', 'gzip -9c a.txt > out'], ['xz', 'xz', 'xz -c a.txt > out'], ['bz2', 'bzip2', 'bzip2 -c a.txt > out'], ['zst', 'zstd', 'zstd -q -19 -c a.txt > out'],
  ['lz4', 'lz4', 'lz4 -q -c a.txt > out'], ['ar', 'ar', 'ar rc out a.txt b.csv'],
];

const OFFICE: readonly (readonly [to: string, from: string, container: string])[] = [
  ['docx', 'html', 'zip'], ['odt', 'html', 'zip'], ['doc', 'html', 'ole'], ['rtf', 'html', 'rtf'], ['pdf', 'html', 'pdf'], ['xls', 'csv', 'ole'], ['ods', 'csv', 'zip'], ['pptx', 'fodp', 'zip'], ['ppt', 'fodp', 'ole'], ['odp', 'fodp', 'zip'],
];

function slides(phone: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.presentation"><office:master-styles><style:master-page style:name="D"/></office:master-styles><office:body><office:presentation><draw:page draw:master-page-name="D"><draw:frame svg:width="10cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>电话 ${phone}</text:p></draw:text-box></draw:frame></draw:page></office:presentation></office:body></office:document>`;
}

export async function everyFormat(phone: string): Promise<readonly FormatFile[]> {
  const text = `电话 ${phone}\n${'一二三 four five\n'.repeat(40)}`;
  const sources: Readonly<Record<string, string>> = { html: html(phone), csv: `姓名,手机\n张三,${phone}\n李四,电话 ${phone}\n`, fodp: slides(phone) };
  const [xlsx = Buffer.alloc(0), ...made] = await realFiles([
    written('xlsx', SHEET, phone),
    ...PACKERS.map(([, , command]) => packed({ 'a.txt': text, 'b.csv': sources['csv'] ?? '' }, ['sh', '-c', command], 'out')),
    ...OFFICE.map(([to, from]) => converted(from, sources[from] ?? '', to)),
  ]);
  const names = [...PACKERS.map(([name, container]) => ({ name, container })), ...OFFICE.map(([name, , container]) => ({ name, container }))];
  return [
    ...streamed(phone),
    ...names.map((one, index) => ({ ...one, bytes: made[index] ?? Buffer.alloc(0) })),
    { name: 'xlsx', container: 'zip', bytes: xlsx },
    { name: 'pdf-small', container: 'pdf', bytes: writePdf({ pages: [`BT /F1 12 Tf 50 700 Td (tel ${phone}) Tj ET`, `BT /F1 12 Tf 50 700 Td [(${phone.slice(0, 4)}) -20 (${phone.slice(4)})] TJ ET`], packed: true }) },
    { name: 'msg', container: 'ole', bytes: msg(phone) },
    { name: 'tnef', container: 'tnef', bytes: tnef(phone) },
    { name: 'zst-coding', bytes: made[7] ?? Buffer.alloc(0), contentType: 'text/plain', contentEncoding: 'zstd' },
    ...[...SAMPLES].map(([format, make]) => ({ name: format, container: format, bytes: make(`Tel ${phone}`) })),
  ];
}
