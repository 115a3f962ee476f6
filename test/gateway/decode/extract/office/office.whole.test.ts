/** Documents that real programs wrote: every value in them is found, masked, and gone for other readers; they open as before. */
import { beforeAll, describe, it, expect } from '@jest/globals';
import type { Finding } from '../../../../../gateway/ports.js';
import { readContainer } from '../../../../../gateway/decode/extract/read-container.js';
import { rewriteContainer } from '../../../../../gateway/decode/extract/child-rewrite.js';
import { childPart, containerTools, told } from '../../../../kit/containers.js';
import { numberSource } from '../../../../kit/numbers.js';
import { askPython, converted, packed, readBack, realFiles, written } from '../../../../kit/real-files.js';
import { collected, memorySource } from '../../../../kit/zip.js';

const numbers = numberSource(66);
const [a, b, c, d, e, f, g] = Array.from({ length: 7 }, () => numbers.phone()) as [string, string, string, string, string, string, string];
const id = numbers.residentId();
const card = numbers.bankCard();
const tools = containerTools();
const signal = new AbortController().signal;

interface Masked {
  readonly values: number;
  readonly findings: readonly Finding[];
  readonly output: Buffer;
  /** What was not read, pictures of the first page aside. */
  readonly reasons: readonly string[];
}

async function masked(file: Uint8Array): Promise<Masked> {
  const child = childPart('zip');
  const first = told();
  const memo = await readContainer(tools, child, memorySource(file), first.sink, signal);
  const wanted = memo?.samples.map(() => true) ?? [];
  const output = memo === undefined ? Buffer.alloc(0) : Buffer.from(await collected(rewriteContainer(tools, child, memorySource(file), memo, wanted, signal)));
  return { values: new Set(first.findings.map(({ fingerprint }) => fingerprint)).size, findings: first.findings, output, reasons: first.unscannable.filter(({ reason }) => reason !== 'no-text').map(({ reason, detail, part }) => `${part} ${reason} ${detail}`) };
}

/** What is still found in it. */
async function left(file: Uint8Array): Promise<readonly string[]> {
  const again = told();
  await readContainer(tools, childPart('zip'), memorySource(file), again.sink, signal);
  return again.findings.map(({ part, preview, detector }) => `${part} ${detector} ${preview}`);
}

const stars = (phone: string): string => `${phone.slice(0, 3)}****${phone.slice(7)}`;

const DOCX = `import sys, docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
a, b, c, d, e, f, id, card = sys.argv[2:]
doc = docx.Document()
p = doc.add_paragraph('电话 ')
for i, part in enumerate([a[:2], a[2:3], a[3:7], a[7:]]):
    p.add_run(part).bold = i % 2 == 0
q = doc.add_paragraph('身份证 ')
for digit in id: q.add_run(digit)
t = doc.add_table(rows=2, cols=2)
t.cell(0, 0).text = '姓名'; t.cell(0, 1).text = '手机'; t.cell(1, 0).text = '张三'; t.cell(1, 1).text = b
s = doc.sections[0]
s.header.paragraphs[0].text = '页眉 ' + c
s.footer.paragraphs[0].text = '页脚 ' + d
doc.core_properties.comments = '备注 ' + e
rel = doc.part.relate_to('tel:' + f, 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink', is_external=True)
h = OxmlElement('w:hyperlink'); h.set(qn('r:id'), rel); r = OxmlElement('w:r'); w = OxmlElement('w:t'); w.text = 'call'; r.append(w); h.append(r); q._p.append(h)
doc.add_paragraph('卡号 ' + card)
doc.save(sys.argv[1])
`;
const XLSX = `import sys, openpyxl
from openpyxl.comments import Comment
a, b, c, d, e, id = sys.argv[2:]
w = openpyxl.Workbook(); s = w.active
s.append(['姓名', '手机', '证件'])
s.append(['张', int(a), id])
s.append(['李', b, ''])
s['D2'] = '=B2&""'
s['A2'].comment = Comment('回电 ' + c, 'x')
h = w.create_sheet('hidden'); h.sheet_state = 'hidden'; h['A1'] = '号码'; h['A2'] = float(d)
w.properties.description = '联系 ' + e
w.save(sys.argv[1])
`;
const READ_DOCX = `import sys, docx
d = docx.Document(sys.argv[1])
print('\\n'.join(p.text for p in d.paragraphs)); print(d.tables[0].cell(1, 1).text); print(d.sections[0].header.paragraphs[0].text); print(d.core_properties.comments)`;
const READ_XLSX = `import sys, openpyxl
w = openpyxl.load_workbook(sys.argv[1])
for s in w:
    for row in s.iter_rows():
        for cell in row:
            if cell.value is not None: print(s.title, cell.coordinate, repr(cell.value), cell.comment.text if cell.comment else '')
print(w.properties.description)`;
/** Names and checksums of all parts that are the same in both. */
const SAME = `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print('\\n'.join(sorted(f'{i.filename} {i.CRC}' for i in z.infolist())))`;
const FODP = (text: string): string => `<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation><draw:page draw:name="p1"><draw:frame svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box>${text}</draw:text-box></draw:frame></draw:page></office:presentation></office:body></office:document>`;
const OFD_PAGE = (objects: string): string => `<?xml version="1.0" encoding="UTF-8"?><ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Content><ofd:Layer ID="3">${objects}</ofd:Layer></ofd:Content></ofd:Page>`;
const ofdObject = (number: number, x: number, y: number, text: string, delta: string): string =>
  `<ofd:TextObject ID="${number}" Boundary="${x} ${y} 80 6" Font="1" Size="4"><ofd:TextCode X="0" Y="4" DeltaX="${delta}">${text}</ofd:TextCode></ofd:TextObject>`;

let files: readonly Buffer[] = [];
const file = (index: number): Buffer => files[index] ?? Buffer.alloc(0);

beforeAll(async () => {
  const html = `<p>手机 <b>${a.slice(0, 3)}</b><i>${a.slice(3)}</i></p><table><tr><td>姓名</td><td>卡号</td></tr><tr><td>王</td><td>${card}</td></tr></table><p>号码 ${b.slice(0, 4)}<span lang="en">${b.slice(4)}</span></p>`;
  const csv = `姓名,手机,证件\n甲,${a},x${id}\n乙,+86 ${b},无\n`;
  const slide = FODP(`<text:p>电话 <text:span>${a.slice(0, 5)}</text:span><text:span>${a.slice(5)}</text:span></text:p><text:p>卡 ${card}</text:p>`);
  files = await realFiles([
    written('docx', DOCX, a, b, c, d, e, f, id, card),
    written('xlsx', XLSX, a, b, c, d, e, id),
    converted('html', html, 'docx'),
    converted('html', html, 'odt'),
    converted('csv', csv, 'xlsx'),
    converted('csv', csv, 'ods'),
    converted('fodp', slide, 'pptx'),
    converted('fodp', slide, 'odp'),
    packed(
      {
        'OFD.xml': `<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.1" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:Title>电话 ${g}</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>`,
        'Doc_0/Document.xml': '<?xml version="1.0" encoding="UTF-8"?><ofd:Document xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages></ofd:Document>',
        'Doc_0/Pages/Page_0/Content.xml': OFD_PAGE(ofdObject(4, 10, 10, `电话${a}`, '4 4 g 10 2.1') + Array.from(card, (digit, i) => ofdObject(10 + i, 10 + i * 2.2, 30, digit, '')).join('')),
      },
      ['zip', '-q', '-r', 'a.ofd', 'OFD.xml', 'Doc_0'],
      'a.ofd',
    ),
  ]);
});

describe('documents of real programs', () => {
  it.each([
    ['docx by python-docx: runs, table, header, footer, properties, link', 0, 8],
    ['xlsx by openpyxl: numbers, texts, comment, hidden sheet, properties', 1, 6],
    ['docx by LibreOffice', 2, 3],
    ['odt by LibreOffice', 3, 3],
    ['xlsx by LibreOffice: shared strings', 4, 3],
    ['ods by LibreOffice: values and what they show', 5, 3],
    ['pptx by LibreOffice', 6, 2],
    ['odp by LibreOffice', 7, 2],
    ['ofd as the standard writes it', 8, 3],
  ])('%s: all found, none left after masking, and every other part as it was', async (_, index, values) => {
    const before = file(index);
    const { values: seen, findings, output, reasons } = await masked(before);
    expect(reasons).toEqual([]);
    expect(seen).toBe(values);
    expect(findings.every(({ maskable }) => maskable)).toBe(true);
    expect(await left(output)).toEqual([]);
    const [was, is] = await Promise.all([askPython(before, 'zip', SAME), askPython(output, 'zip', SAME)]);
    const names = (text: string): string[] => text.trim().split('\n').map((line) => line.replace(/ \d+$/, ''));
    expect(names(is)).toEqual(names(was));
    const touched = new Set(findings.map(({ part }) => part)).size;
    const changed = was.split('\n').filter((line) => !is.includes(line)).length;
    expect(changed).toBe(touched);
  });

  it('open in python-docx and openpyxl with masks where the values were', async () => {
    const docx = await askPython((await masked(file(0))).output, 'docx', READ_DOCX);
    expect(docx).toContain(`电话 ${stars(a)}`);
    expect(docx).toContain(`身份证 ${id.slice(0, 1)}${'*'.repeat(16)}${id.slice(17)}`);
    for (const phone of [b, c, e]) expect(docx).toContain(stars(phone));
    const xlsx = await askPython((await masked(file(1))).output, 'xlsx', READ_XLSX);
    expect(xlsx).toContain('B2 10000000000');
    expect(xlsx).toContain(`B3 '${stars(b)}'`);
    expect(xlsx).toContain(stars(c));
    expect(xlsx).toContain('hidden A2 10000000000');
  });

  it('open in LibreOffice with masks where the values were', async () => {
    const [text, odt, csv] = await Promise.all([
      readBack((await masked(file(2))).output, 'docx', 'txt:Text (encoded):UTF8'),
      readBack((await masked(file(3))).output, 'odt', 'txt:Text (encoded):UTF8'),
      readBack((await masked(file(5))).output, 'ods', 'csv:Text - txt - csv (StarCalc):44,34,76'),
    ]);
    expect(text).toContain(`手机 ${stars(a)}`);
    expect(text).toContain(stars(b));
    expect(odt).toContain(`手机 ${stars(a)}`);
    expect(csv).toContain('10000000000');
    expect(csv).not.toContain(a);
  });
});
