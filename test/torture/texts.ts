/** Hostile bodies that are read while they stream: parts without end, texts in texts, and what makes a careless reader go back and back. */
import { ANYHOW, times, type Hostile } from './hostile.js';

const MIB = 2 ** 20;
const PHONE = '13800138000';
const text = (make: () => string | Buffer, contentType = 'text/plain; charset=utf-8') => (): { bytes: Buffer; contentType: string } => ({ bytes: Buffer.from(make()), contentType });

function mails(levels: number): string {
  return `${'Content-Type: message/rfc822\r\n\r\n'.repeat(levels)}Subject: x\r\n\r\n${PHONE}\r\n`;
}
function multiparts(levels: number): string {
  const heads = Array.from({ length: levels }, (_, i) => `--b${i}\r\nContent-Type: multipart/mixed; boundary=b${i + 1}\r\n\r\n`);
  return `${heads.join('')}--b${levels}\r\n\r\n${PHONE}\r\n`;
}
/** JSON in base64 in JSON …: a third more for every level. */
function inBase64(levels: number): string {
  let inner = JSON.stringify({ tel: PHONE });
  for (let level = 0; level < levels; level++) inner = JSON.stringify({ data: Buffer.from(inner).toString('base64') });
  return inner;
}
const inner = (head: string, body: string): string => `MIME-Version: 1.0\r\nFrom: a@example.cn\r\n${head}\r\n\r\n${body}\r\n`;
const MIXED = 'multipart/mixed; boundary=b';

export const TEXTS: readonly Hostile[] = [
  { name: 'mails in mails, a thousand deep', ends: /too-deep/, make: text(() => mails(1000), 'message/rfc822') },
  { name: 'multiparts in multiparts, a thousand deep', ends: /too-deep/, make: text(() => multiparts(1000), 'multipart/mixed; boundary=b0') },
  { name: '10,000 parts', ends: /too-many-parts/, make: text(() => `${'--b\r\nContent-Type: text/plain\r\n\r\nx\r\n'.repeat(10_000)}--b--`, MIXED) },
  { name: '10,000 files in a form', ends: /too-many-parts/, make: text(() => `${'--b\r\nContent-Disposition: form-data; name="f"; filename="a.zip"\r\n\r\nPK\x03\x04xxxx\r\n'.repeat(10_000)}--b--`, 'multipart/form-data; boundary=b') },
  { name: 'a million boundaries and nothing between them', ends: ANYHOW, make: text(() => '--b\r\n'.repeat(1_000_000), MIXED) },
  { name: 'a million lines that are nearly boundaries', ends: ANYHOW, make: text(() => `--b\r\n\r\n${'--bx\r\n--\r\n-'.repeat(400_000)}`, MIXED) },
  { name: 'a file name of 64 KiB', ends: /malformed/, make: text(() => `--b\r\nContent-Disposition: form-data; name=f; filename="${'n'.repeat(65_536)}"\r\n\r\n${PHONE}\r\n--b--`, MIXED) },
  { name: 'a file name in 10,000 sections', ends: /malformed/, make: text(() => inner(`Content-Type: ${MIXED}`, `--b\r\nContent-Type: text/plain;${Array.from({ length: 500 }, (_, i) => `\r\n name*${i}*=%31%33`).join(';')}\r\n\r\n${PHONE}\r\n--b--`), 'message/rfc822') },
  { name: 'a mail whose header never ends', ends: /malformed/, make: text(() => `From: a@example.cn\r\n${'X-A: b\r\n'.repeat(500_000)}`, 'message/rfc822') },
  { name: 'a mail of one header line of 5 MiB', ends: /malformed/, make: text(() => `Subject: ${'=?utf-8?B?'.repeat(500_000)}`, 'message/rfc822') },
  { name: 'a subject of 13,600 encoded words that are cut', ends: ANYHOW, make: text(() => inner(`Subject: ${'=?utf-8?Q?=E4=B8?='.repeat(13_600)}`, 'x'), 'message/rfc822') },
  { name: 'a mail of comments in comments', ends: ANYHOW, make: text(() => inner(`Content-Type: ${'('.repeat(100_000)}text/plain`, PHONE), 'message/rfc822') },
  { name: 'a mailbox of 200,000 mails', ends: /too-many-parts/, make: text(() => 'From a@b Mon Jan  1 00:00:00 2026\r\nSubject: x\r\n\r\nx\r\n\r\n'.repeat(200_000), 'application/mbox') },
  { name: '100,000 attached blocks', ends: ANYHOW, make: text(() => 'begin 644 a.txt\n#0V%T\n`\nend\n'.repeat(100_000)) },
  { name: 'JSON in base64 in JSON, twenty deep', ends: ANYHOW, make: text(() => inBase64(20), 'application/json') },
  { name: '20,000 strings of base64 that begin like zips', ends: /too-many-parts/, make: text(() => JSON.stringify(Array.from({ length: 20_000 }, () => Buffer.from('PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaa', 'latin1').toString('base64'))), 'application/json') },
  { name: 'base64 of 5 MiB of the same letter', ends: /^$/, make: text(() => 'A'.repeat(5 * MIB)) },
  { name: 'arrays in arrays in JSON, a million deep', ends: /^$/, finds: 1, make: text(() => `${'['.repeat(1_000_000)}"${PHONE}"`, 'application/json') },
  { name: 'JSON of escapes that are cut', ends: /^$/, make: text(() => `"${'\\u003'.repeat(500_000)}`, 'application/json') },
  { name: 'JSON of backslashes alone', ends: /^$/, make: text(() => `"${'\\'.repeat(3 * MIB)}`, 'application/json') },
  { name: 'references that never end', ends: /malformed/, make: text(() => `&#${'0'.repeat(2 * MIB)}49;`, 'text/html') },
  { name: 'a million ampersands', ends: /^$/, make: text(() => '&#x&#&'.repeat(300_000), 'text/html') },
  { name: 'a million tags in one another', ends: /^$|malformed/, finds: 1, make: text(() => `${'<b>'.repeat(500_000)}${PHONE}${'</b>'.repeat(500_000)}`, 'text/html') },
  { name: 'a tag that never ends', ends: /^$/, finds: 1, make: text(() => `<a href="${'x'.repeat(3 * MIB)} ${PHONE}`, 'text/html') },
  { name: 'a number in ten thousand tags', ends: ANYHOW, make: text(() => `<p>${Array.from(PHONE).join('<i></i>'.repeat(1000))}</p>`.repeat(20), 'text/html') },
  { name: 'entities that stand for entities', ends: /unsupported/, make: text(() => `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "1"><!ENTITY b "&a;&a;">]><x>&b;</x>`, 'application/xml') },
  { name: 'percent signs alone', ends: /^$/, make: text(() => '%'.repeat(3 * MIB), 'application/x-www-form-urlencoded') },
  { name: 'soft line ends alone', ends: ANYHOW, make: text(() => inner('Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/plain', `13800${'=\r\n'.repeat(500_000)}138000`), 'message/rfc822') },
  { name: 'a base64 part of blanks alone', ends: ANYHOW, make: text(() => inner('Content-Transfer-Encoding: base64\r\nContent-Type: text/plain', `${' \r\n'.repeat(1_000_000)}MTM4`), 'message/rfc822') },
  { name: 'UTF-7', ends: /bad-charset|unsupported/, make: text(() => '+ADEAMwA4ADAAMAAxADMAOAAwADAAMA-', 'text/plain; charset=utf-7') },
  { name: 'a charset that nobody knows', ends: /bad-charset|unsupported/, make: text(() => PHONE, 'text/plain; charset=x-weir-9') },
  { name: 'invisible signs between digits', ends: /malformed/, make: text(() => `1${'\u200b'.repeat(500_000)}3800138000`) },
  { name: '2 MiB of numbers that touch', ends: ANYHOW, make: text(() => PHONE.repeat(200_000)) },
  { name: 'digits and gaps without end', ends: /^$|malformed/, make: text(() => '1 3-8 '.repeat(30_000)) },
  { name: 'a calendar of folds alone', ends: /^$|malformed/, make: text(() => `BEGIN:VCALENDAR\r\nX:13800${'\r\n '.repeat(500_000)}138000\r\n`, 'text/calendar') },
  { name: 'a table of 100,000 columns', ends: /^$/, finds: 1, make: text(() => `${'手机,'.repeat(100_000)}\n${'x,'.repeat(100_000)}${PHONE}\n`, 'text/csv') },
  { name: 'a row of 5 MiB', ends: /^$/, make: text(() => `手机,姓名\n"${'x""'.repeat(1_500_000)}`, 'text/csv') },
  { name: 'nothing at all, said to be a mail', ends: /^$/, make: text(() => '', 'message/rfc822') },
  { name: 'nothing at all, said to be parts', ends: /^$/, make: text(() => '', MIXED) },
  { name: '3 MiB of zeros', ends: ANYHOW, make: () => ({ bytes: Buffer.alloc(3 * MIB) }) },
  { name: '3 MiB of surrogates that are cut', ends: ANYHOW, make: () => ({ bytes: Buffer.concat([Buffer.from([0xff, 0xfe]), times(MIB, Buffer.from([0x00, 0xd8]))]), contentType: 'text/plain' }) },
];
