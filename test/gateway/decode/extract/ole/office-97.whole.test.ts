/** Documents of Office 97 to 2003 as LibreOffice writes them: all their text comes out, in order. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ole } from '../../../../../gateway/decode/extract/ole/ole.js';
import { membersOf, opened, textOf, type Shown } from '../../../../kit/members.js';
import { converted, realFiles } from '../../../../kit/real-files.js';

const HTML = `<html><head><meta charset="utf-8"><title>标题 13600136000</title></head><body><p>姓名 张三，身份证 11010519491231002X</p>
<table><tr><td>姓名</td><td>手机</td></tr><tr><td>王五</td><td>13800138000</td></tr></table><p>Latin only 6222020200012345678</p><p>part<b>139</b><i>0013</i>9000</p>${'<p>段落 文字 padding</p>'.repeat(2000)}<p>末尾 13700137000</p></body></html>`;

const cell = (value: string, formula?: string): string =>
  /^[\d.]+$/.test(value)
    ? `<table:table-cell office:value-type="float" office:value="${value}"/>`
    : `<table:table-cell ${formula === undefined ? '' : `table:formula="of:=${formula}" `}office:value-type="string" office:string-value="${value}"><text:p>${value}</text:p></table:table-cell>`;
const row = (...cells: readonly string[]): string => `<table:table-row>${cells.join('')}</table:table-row>`;
const NOTE = '<table:table-cell office:value-type="string"><office:annotation><text:p>批注 13600136000</text:p></office:annotation><text:p>有批注</text:p></table:table-cell>';
const FODS = `<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:automatic-styles><style:style style:name="hide" style:family="table"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet><table:table table:name="名单">${[
  row(cell('姓名'), cell('手机'), cell('卡号')),
  row(cell('张三'), cell('13800138000'), cell('6222020200012345678x', "&quot;6222&quot;&amp;&quot;020200012345678x&quot;")),
  row(cell('李四'), cell('全角１３９００１３９０００'), cell('42')),
  row(NOTE),
  ...Array.from({ length: 3000 }, (_, i) => row(cell(`客户${i}`), cell('长'.repeat(1 + (i % 90))), cell(`${i}.5`))),
  row(cell('末'), cell('13700137000'), cell('1')),
].join('')}</table:table><table:table table:name="隐藏" table:style-name="hide">${row(cell('hidden 13500135000'))}</table:table></office:spreadsheet></office:body></office:document>`;

const FODP = `<?xml version="1.0" encoding="UTF-8"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation><draw:page draw:name="页"><draw:frame svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>联系 13800138000</text:p></draw:text-box></draw:frame><draw:frame svg:width="20cm" svg:height="3cm" svg:x="1cm" svg:y="5cm"><draw:text-box><text:p>latin 13900139000</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame svg:width="10cm" svg:height="3cm" svg:x="1cm" svg:y="15cm"><draw:text-box><text:p>备注 13700137000</text:p></draw:text-box></draw:frame></presentation:notes></draw:page></office:presentation></office:body></office:document>`;

let doc: Buffer;
let xls: Buffer;
let ppt: Buffer;

beforeAll(async () => {
  const [first, second, third] = await realFiles([converted('html', HTML, 'doc'), converted('fods', FODS, 'xls'), converted('fodp', FODP, 'ppt')]);
  if (first === undefined || second === undefined || third === undefined) throw new Error('LibreOffice made no files');
  [doc, xls, ppt] = [first, second, third];
});

const labelled = (shown: readonly Shown[], label: string): string => shown.find((member) => member.label === label)?.bytes.toString('utf8') ?? '';

describe('an old Office document', () => {
  it('of Word shows its text, tables and runs in order, and its title', async () => {
    const shown = await membersOf(ole, doc);
    const text = labelled(shown, 'document');
    expect(text.replace(/[ \u00a0]/g, '')).toMatch(/姓名\s?\t手机\s?\t\n王五\s?\t13800138000/);
    for (const part of ['姓名 张三，身份证 11010519491231002X', 'Latin only 6222020200012345678', 'part13900139000', '末尾 13700137000']) expect(text).toContain(part);
    expect(shown.map((member) => member.bytes.toString('utf8')).join('\n')).toContain('13600136000');
    expect(shown.every((member) => !member.maskable && member.unscannable === undefined)).toBe(true);
    expect((await opened(ole, doc)).chain).toEqual(['doc']);
  });

  it('of Excel shows its cells row by row, comments and hidden sheets, and the texts within formulas', async () => {
    const shown = await membersOf(ole, xls);
    const text = labelled(shown, 'workbook');
    // LibreOffice leaves the result of a formula it has not calculated at 0.
    expect(labelled(shown, 'rest')).toContain('020200012345678x');
    expect(text.slice(text.indexOf('姓名')).slice(0, 80)).toContain('姓名\t手机\t卡号\n张三\t13800138000\t0\n李四\t全角１３９００１３９０００\t42\n');
    expect(text.slice(text.indexOf('客户2999\t')).slice(0, 80)).toContain(`客户2999\t${'长'.repeat(30)}\t2999.5\n末\t13700137000\t1`);
    for (const part of ['批注 13600136000', '隐藏', 'hidden 13500135000']) expect(text.includes(part)).toBe(true);
    expect((await opened(ole, xls)).chain).toEqual(['xls']);
  });

  it('of PowerPoint shows the texts of slides and notes', async () => {
    const text = labelled(await membersOf(ole, ppt), 'presentation');
    for (const part of ['联系 13800138000', 'latin 13900139000', '备注 13700137000']) expect(text).toContain(part);
    expect((await opened(ole, ppt)).chain).toEqual(['ppt']);
  });

  it('that is encrypted says so', async () => {
    const locked = Buffer.from(doc);
    // The flag in the header of the document's own stream, wherever that lies.
    const at = locked.indexOf(Buffer.from([0xec, 0xa5]));
    locked.writeUInt16LE(locked.readUInt16LE(at + 10) | 0x100, at + 10);
    expect((await membersOf(ole, locked)).map((member) => member.unscannable?.reason)).toContain('encrypted');
  });

  it('whose bytes were changed anywhere ends in a reason, and soon', async () => {
    for (const bytes of [doc, xls, ppt]) {
      for (let step = 0; step < 60; step++) {
        const changed = Buffer.from(bytes);
        // Structures stand in front and at sector borders.
        const at = step < 30 ? step * 17 : Math.floor((bytes.length * (step - 30)) / 30);
        changed.fill(0xa5, at, at + 3);
        await textOf(ole, changed).catch((thrown: unknown) => expect(thrown).toMatchObject({ name: 'ExtractError' }));
      }
      await expect(textOf(ole, bytes.subarray(0, 1000))).rejects.toMatchObject({ name: 'ExtractError' });
    }
  });

  it('hides nothing behind its last stream', async () => {
    const more = Buffer.concat([doc, Buffer.from('tail 13500135000'.padEnd(512, ' '))]);
    expect(await textOf(ole, more)).toContain('tail 13500135000');
  });
});
