/** Letters of a given size that hold no number to find: Chinese text and HTML, dates and amounts as offices write them, and a table attached where they are long. */
import { base64Lines, quotedLines, bytesIn } from '../../kit/mail-writing.js';

const LINE = '本周完成三项，金额 4250.50 元，参考 A-417，会议于 2026-11-02 09:30 举行；请各位核对附表后回复。The quick brown fox jumps over the lazy dog.';
const ROW = '李四,市场部,2026-11-02,412.50,已付,备注：请在月底前核对,ref A-417\r\n';

const filled = (line: string, bytes: number): string => `${line}\r\n`.repeat(Math.max(1, Math.ceil(bytes / (Buffer.byteLength(line) + 2))));

/** Head and body of about `bytes`; `{N}` in the head stands for the letter's number. */
export function letter(bytes: number): string {
  const text = base64Lines(bytesIn('gbk', filled(LINE, 2_300)));
  const html = quotedLines(Buffer.from(`<html><body>${filled(`<p>${LINE}</p>`, 1_800)}</body></html>`));
  const parts = [
    `Content-Type: text/plain; charset=gbk\r\nContent-Transfer-Encoding: base64\r\n\r\n${text}`,
    `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${html}`,
  ];
  const head = [
    'From: =?utf-8?B?5byg5LiJ?= <zhang.san@corp.example>', 'To: =?utf-8?B?5p2O5Zub?= <li.si@partner.example>', 'Subject: =?gb2312?B?suLK1A==?= {N}', 'Date: Mon, 2 Nov 2026 09:12:44 +0800',
    'Message-ID: <bench-{N}@corp.example>', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="=_bench"', '', '',
  ].join('\r\n');
  const rest = bytes - parts.join('').length - head.length - 400;
  if (rest > 0) {
    const table = base64Lines(Buffer.from(`姓名,部门,日期,金额,状态,备注,编号\r\n${ROW.repeat(Math.max(1, Math.floor((rest * 0.73) / Buffer.byteLength(ROW))))}`));
    parts.push(`Content-Type: text/csv; charset=utf-8; name="table.csv"\r\nContent-Disposition: attachment; filename="table.csv"\r\nContent-Transfer-Encoding: base64\r\n\r\n${table}`);
  }
  return `${head}${parts.map((part) => `--=_bench\r\n${part}\r\n`).join('')}--=_bench--\r\n`;
}
