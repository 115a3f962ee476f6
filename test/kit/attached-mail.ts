/** A mail as an office writes one: its text in GB18030 and base64, a document, and an archive with a sheet in it, each with a number. */
import { encodeGb18030 } from './gb18030.js';
import { packed, realFiles, written } from './real-files.js';

export interface MailNumbers {
  readonly text: string;
  readonly document: string;
  readonly cell: string;
  /** In the name of the archive. */
  readonly name: string;
  /** In a forwarded mail, quoted-printable. */
  readonly forwarded: string;
}

const DOCUMENT = `import sys, docx
d = docx.Document()
d.add_heading('合同', 1)
d.add_paragraph('乙方身份证 ' + sys.argv[2] + '，请核对')
d.save(sys.argv[1])`;
const SHEET = `import sys, openpyxl
w = openpyxl.Workbook()
w.active.append(['姓名', '身份证号'])
w.active.append(['张三', sys.argv[2]])
w.save(sys.argv[1])`;

const lines = (bytes: Uint8Array): string => (Buffer.from(bytes).toString('base64').match(/.{1,76}/g) ?? []).join('\r\n');
const word = (text: string): string => `=?GB18030?B?${Buffer.from(encodeGb18030(text)).toString('base64')}?=`;

/** The body of a multipart/mixed with the boundary `b0undary`. */
export async function attachedMail({ text, document, cell, name, forwarded }: MailNumbers): Promise<Buffer> {
  const [docx, xlsx] = (await realFiles([written('docx', DOCUMENT, document), written('xlsx', SHEET, cell)])) as [Buffer, Buffer];
  const [zip] = (await realFiles([packed({ '名单.xlsx': xlsx, 'read me.txt': 'nothing here\n' }, ['zip', '-q', 'a.zip', '名单.xlsx', 'read me.txt'], 'a.zip')])) as [Buffer];
  const inner = ['From: a@a.example', 'Subject: fw', 'MIME-Version: 1.0', 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', '', `=E8=BA=AB=E4=BB=BD=E8=AF=81 ${forwarded.slice(0, 9)}=`, `${forwarded.slice(9)} =E8=B0=A2=E8=B0=A2`].join('\r\n');
  const parts = [
    ['Content-Type: text/plain; charset=gb18030', 'Content-Transfer-Encoding: base64', '', lines(encodeGb18030(`各位好，身份证 ${text}，谢谢。\r\n`))],
    ['Content-Type: application/vnd.openxmlformats-officedocument.wordprocessingml.document', `Content-Disposition: attachment; filename="${word('合同.docx')}"`, 'Content-Transfer-Encoding: base64', '', lines(docx)],
    ['Content-Type: application/zip', `Content-Disposition: attachment; filename="${word(`客户 ${name}.zip`)}"`, 'Content-Transfer-Encoding: base64', '', lines(zip)],
    ['Content-Type: message/rfc822', '', inner],
  ];
  return Buffer.from(`${parts.map((part) => `--b0undary\r\n${part.join('\r\n')}\r\n`).join('')}--b0undary--\r\n`);
}
export const ATTACHED_TYPE = 'multipart/mixed; boundary=b0undary';
