/** What the table `decode` reads: one text in every wrapping, real documents among them, each with the program that unwraps it as a floor or a peer. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { everyFormat } from '../../kit/every-format.js';
import { encodeGb18030 } from '../../kit/gb18030.js';
import { numberSource, randomBelow } from '../../kit/numbers.js';
import { converted, packed, realFiles } from '../../kit/real-files.js';

export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
  /** Bytes that it stands for, where that is known: rates go by them, else by the file. */
  readonly plain?: number;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** Reads the file `$1` and writes what is in it to nowhere. */
  readonly peer?: string;
}

/** Lines of Chinese and English drawn by chance: real texts repeat less than one line does. */
export function prose(bytes: number, seed = 1): string {
  const below = randomBelow(seed);
  const lines: string[] = [];
  for (let size = 0; size < bytes; ) {
    const han = Array.from({ length: 10 + below(20) }, () => String.fromCharCode(0x4e00 + below(3000))).join('');
    const line = `${han}，${below(90)} items of ${below(9000)}.50; ${Array.from({ length: 3 + below(6) }, () => String.fromCharCode(97 + below(26)).repeat(1 + below(3))).join(' ')}\n`;
    lines.push(line);
    size += Buffer.byteLength(line);
  }
  return lines.join('');
}

const DOCX = `import sys, docx
doc = docx.Document()
for line in open('a.txt', encoding='utf-8'): doc.add_paragraph(line.rstrip())
doc.save('out.docx')`;
const XLSX = `import openpyxl
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet()
for index, line in enumerate(open('a.txt', encoding='utf-8')): sheet.append([index, line.rstrip(), index * 1.5])
book.save('out.xlsx')`;
const READ_DOCX = `/usr/bin/python3 -c 'import sys, docx
for p in docx.Document(sys.argv[1]).paragraphs: p.text' "$1"`;
const READ_XLSX = `/usr/bin/python3 -c 'import sys, openpyxl
for row in openpyxl.load_workbook(open(sys.argv[1], "rb"), read_only=True).active.iter_rows(values_only=True): pass' "$1"`;

const lines76 = (bytes: Buffer): string => (bytes.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
const quoted = (bytes: Buffer): string => Array.from(bytes, (byte) => (byte === 10 ? '\r\n' : byte < 0x21 || byte > 0x7e || byte === 0x3d ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}` : String.fromCharCode(byte))).join('').replace(/(.{72})(?=[^\r])/g, '$1=\r\n');
const mail = (coding: string, body: string): Buffer => Buffer.from(`From: a@example.cn\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ${coding}\r\n\r\n${body}`);

/** `size` bytes of text in every wrapping; a tenth of it in formats that LibreOffice writes, which takes its time. */
export async function samples(size: number): Promise<readonly Sample[]> {
  const text = prose(size);
  const plain = Buffer.from(text);
  const small = prose(Math.ceil(size / 10), 2);
  // About 3 MB when it is packed.
  const long = prose(5_000_000, 3);
  const pack = (command: string, source = text): ReturnType<typeof packed> => packed({ 'a.txt': source }, ['sh', '-c', command], 'out');
  const html = `<meta charset="utf-8">${small.split('\n').map((line) => `<p>${line}</p>`).join('')}`;
  const csv = small.split('\n').map((line, index) => `${index},"${line}"`).join('\n');
  const made = await realFiles([
    pack('zip -q out.zip a.txt && mv out.zip out'), pack('tar -cf out a.txt'), pack('7z a -bd -mx=1 out.7z a.txt > /dev/null && mv out.7z out'), pack('xz -1 -c a.txt > out'), pack('zstd -q -c a.txt > out'),
    packed({ 'a.txt': long, 'w.py': DOCX }, ['/usr/bin/python3', 'w.py'], 'out.docx'), packed({ 'a.txt': text, 'w.py': XLSX }, ['/usr/bin/python3', 'w.py'], 'out.xlsx'),
    converted('html', html, 'odt'), converted('html', html, 'pdf'), converted('html', html, 'rtf'), converted('html', html, 'doc'), converted('csv', csv, 'xls'),
  ]);
  const at = (index: number): Buffer => made[index] ?? Buffer.alloc(0);
  const file = (name: string, index: number, peer: string | undefined, stands?: number): Sample => ({ name, bytes: at(index), ...(stands === undefined ? {} : { plain: stands }), ...(peer === undefined ? {} : { peer }) });
  const form = Buffer.concat([Buffer.from('--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n'), plain, Buffer.from('\r\n--b--\r\n')]);
  const others = await everyFormat(numberSource(1).phone());
  const tiny = (name: string): Sample[] => others.filter((one) => one.name === name).map(({ bytes, contentType }) => ({ name: `${name}, small`, bytes, ...(contentType === undefined ? {} : { contentType }) }));
  return [
    { name: 'utf-8', bytes: plain, contentType: 'text/plain; charset=utf-8', peer: 'cat "$1"' },
    { name: 'utf-16', bytes: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]), plain: plain.length, contentType: 'text/plain', peer: 'iconv -f utf-16 -t utf-8 "$1"' },
    { name: 'gb18030', bytes: Buffer.from(encodeGb18030(text)), plain: plain.length, contentType: 'text/plain; charset=gb18030', peer: 'iconv -f gb18030 -t utf-8 "$1"' },
    { name: 'base64', bytes: mail('base64', lines76(plain)), plain: plain.length, contentType: 'message/rfc822', peer: "sed '1,/^\r$/d' \"$1\" | base64 -di" },
    { name: 'quoted-printable', bytes: mail('quoted-printable', quoted(plain)), plain: plain.length, contentType: 'message/rfc822', peer: `/usr/bin/python3 -c 'import sys, quopri; quopri.decodestring(open(sys.argv[1], "rb").read())' "$1"` },
    { name: 'multipart', bytes: form, plain: plain.length, contentType: 'multipart/form-data; boundary=b', peer: 'cat "$1"' },
    { name: 'gzip', bytes: gzipSync(plain), plain: plain.length, contentType: 'text/plain; charset=utf-8', contentEncoding: 'gzip', peer: 'gzip -dc < "$1"' },
    { name: 'deflate', bytes: deflateSync(plain), plain: plain.length, contentType: 'text/plain; charset=utf-8', contentEncoding: 'deflate' },
    { name: 'br', bytes: brotliCompressSync(plain.subarray(0, 2 ** 20)), plain: Math.min(plain.length, 2 ** 20), contentType: 'text/plain; charset=utf-8', contentEncoding: 'br' },
    { name: 'zstd', bytes: at(4), plain: plain.length, contentType: 'text/plain; charset=utf-8', contentEncoding: 'zstd', peer: 'zstd -qdc < "$1"' },
    file('zip', 0, 'unzip -p "$1"', plain.length), file('tar', 1, 'tar -xOf "$1"', plain.length), file('7z', 2, '7z x -so "$1"', plain.length), file('xz', 3, 'xz -dc < "$1"', plain.length), file('zst', 4, 'zstd -qdc < "$1"', plain.length),
    file('docx of 3 MB', 5, READ_DOCX), file('xlsx', 6, READ_XLSX), file('odt', 7, undefined), file('pdf', 8, 'pdftotext "$1" -'), file('rtf', 9, undefined), file('doc', 10, undefined), file('xls', 11, undefined),
    ...['pptx', 'msg', 'eml', 'big5'].flatMap(tiny),
  ];
}
