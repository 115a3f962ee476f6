/** Documents in XML: values are found across what splits them, and masked where they stand. */
import { describe, it, expect } from '@jest/globals';
import { numberSource } from '../../../../kit/numbers.js';
import { readXml } from './read-xml.js';

const numbers = numberSource(6);
const phone = numbers.phone();
const id = numbers.residentId();
const card = numbers.bankCard();
const maskedPhone = `${phone.slice(0, 3)}****${phone.slice(7)}`;

const word = (body: string): string => `<?xml version="1.0" encoding="UTF-8"?>\n<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;
const run = (text: string): string => `<w:r w:rsidR="00A01234"><w:rPr><w:rFonts w:hint="eastAsia"/><w:b/></w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const para = (...texts: readonly string[]): string => `<w:p w14:paraId="1A2B3C4D">${texts.map(run).join('<w:proofErr w:type="spellStart"/>')}</w:p>`;
const sheet = (rows: string): string => `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`;
const shown = (xml: Buffer): string => xml.toString('utf8').replace(/<[^>]*>/g, '');

describe('a paragraph', () => {
  it('shows a value that its runs split, and is masked across them without another byte changed', () => {
    const xml = word(para('电话 ', phone.slice(0, 2), phone.slice(2, 5), phone.slice(5, 6), phone.slice(6), ' 谢谢'));
    const { output, findings, unscannable } = readXml(xml);
    expect(findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
    expect(unscannable).toEqual([]);
    expect(shown(output)).toContain(maskedPhone);
    expect(output.length).toBe(Buffer.byteLength(xml));
    expect(output.toString('utf8').replace(/[*\d]/g, '')).toBe(xml.replace(/[*\d]/g, ''));
  });

  it('shows a value of which every digit is a run of its own', () => {
    const { output, findings } = readXml(word(para(...Array.from(id))));
    expect(findings.length).toBe(1);
    expect(shown(output).trim()).toBe(`${id.slice(0, 1)}${'*'.repeat(16)}${id.slice(17)}`);
  });

  it('shows a value in references and in CDATA', () => {
    const coded = Array.from(phone, (digit, i) => (i % 2 === 0 ? `&#${digit.charCodeAt(0)};` : `&#x${digit.charCodeAt(0).toString(16)};`)).join('');
    const { output, findings } = readXml(word(para(coded) + para('<![CDATA[' + card + ']]>')));
    expect(findings.map(({ detector }) => detector)).toEqual(['cn.phone', 'bank-card']);
    expect(readXml(output).findings).toEqual([]);
    expect(output.toString()).toContain('&#42;');
    expect(output.toString()).toContain('&#x2a;');
  });

  it('is not joined with the next one', () => {
    expect(readXml(word(para(phone.slice(0, 4)) + para(phone.slice(4)) + para(card.slice(0, 5)) + para('x') + para(card.slice(5)))).findings).toEqual([]);
  });

  it('is not parted by a note, a text box or a field within it, and they are read too', () => {
    const box = `<w:r><w:pict><v:shape><v:textbox><w:txbxContent>${para(card)}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>`;
    const field = `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "tel:${numbers.phone()}"</w:instrText></w:r>`;
    const xml = word(`<w:p>${run(phone.slice(0, 5))}${box}${field}${run(phone.slice(5))}</w:p>`);
    const { output, findings } = readXml(xml);
    expect(findings.map(({ detector }) => detector).sort()).toEqual(['bank-card', 'cn.phone', 'cn.phone']);
    expect(readXml(output).findings).toEqual([]);
  });
});

describe('tables, sheets and other markup', () => {
  it('keep cells apart, in a document and in a sheet', () => {
    const cell = (text: string): string => `<w:tc><w:tcPr><w:tcW w:w="100"/></w:tcPr>${para(text)}</w:tc>`;
    expect(readXml(word(`<w:tbl><w:tr>${cell(phone.slice(0, 5))}${cell(phone.slice(5))}</w:tr></w:tbl>`)).findings).toEqual([]);
    expect(readXml(word(`<w:tbl><w:tr>${cell('姓名')}${cell('手机')}</w:tr><w:tr>${cell('张')}${cell(phone)}</w:tr></w:tbl>`)).findings.length).toBe(1);
  });

  it('keep a number a number: 1 and zeros, however it is written', () => {
    const scientific = `${phone.slice(0, 1)}.${phone.slice(1)}E10`;
    const rows = `<row r="1"><c r="A1" t="str"><v>手机</v></c></row><row r="2"><c r="A2"><v>${phone}</v></c></row><row r="3"><c r="A3"><v>${scientific}</v></c></row><row r="4"><c r="A4"><f>"${phone.slice(0, 3)}"&amp;"${phone.slice(3)}"</f><v>${numbers.phone()}.0</v></c></row>`;
    const { output, findings } = readXml(sheet(rows));
    expect(findings.length).toBe(3);
    const text = output.toString();
    expect(text).toContain('<v>10000000000</v>');
    expect(text).toContain('<v>1.0000000000E10</v>');
    expect(text).toContain('<v>10000000000.0</v>');
    expect(readXml(output).findings).toEqual([]);
  });

  it('keep a number in a formula a number, and a text in it a text', () => {
    const { output } = readXml(sheet(`<row r="1"><c r="A1"><f>IF(B1=${phone},"${numbers.phone()}",A13800138)</f><v>0</v></c></row>`));
    expect(output.toString()).toMatch(/<f>IF\(B1=10000000000,"1\d\d\*{4}\d{4}",A13800138\)<\/f>/);
  });

  it('take values in attributes: text gets stars, what programs read as a number stays one, names are never changed', () => {
    const odf = `<office:document-content><office:body><table:table-cell office:value-type="float" office:value="${phone}"/><draw:frame draw:name="x" svg:title="电话${phone}"/><text:p a${phone}="b">.</text:p></office:body></office:document-content>`;
    const { output, findings } = readXml(odf);
    expect(output.toString()).toContain('office:value="10000000000"');
    expect(output.toString()).toContain(`svg:title="电话${maskedPhone}"`);
    expect(findings.map(({ maskable }) => maskable)).toContain(false);
    expect(output.toString()).toContain(`a${phone}="b"`);
  });

  it('read spaces, tabs and spans of OpenDocument', () => {
    const text = `<office:document-content><office:body><office:text><text:p>手机<text:s text:c="2"/><text:span text:style-name="T1">${phone.slice(0, 4)}</text:span><text:bookmark text:name="b"/><text:span>${phone.slice(4)}</text:span></text:p></office:text></office:body></office:document-content>`;
    const { output, findings } = readXml(text);
    expect(findings.length).toBe(1);
    expect(shown(output)).toBe(`手机${maskedPhone}`);
  });

  it('join the characters that OFD places one by one, and not those of other lines', () => {
    const object = (text: string, x: number, y: number): string => `<ofd:TextObject Boundary="${x} ${y} 50 5" Size="4"><ofd:TextCode X="0" Y="4">${text}</ofd:TextCode></ofd:TextObject>`;
    const page = (step: number, down = 0): string => `<ofd:Page><ofd:Content><ofd:Layer>${Array.from(phone, (digit, i) => object(digit, 10 + i * step, 10 + i * down)).join('\n')}</ofd:Layer></ofd:Content></ofd:Page>`;
    expect(readXml(page(2.1)).findings.length).toBe(1);
    expect(readXml(readXml(page(2.1)).output).findings).toEqual([]);
    expect(readXml(page(2.1, 9)).findings).toEqual([]);
  });

  it('are read in UTF-16 of both orders, and masked as wide as they were', () => {
    const xml = word(para('手机', phone.slice(0, 5), phone.slice(5), '𠮷')).replace('UTF-8', 'UTF-16');
    const little = Buffer.from(`\ufeff${xml}`, 'utf16le');
    for (const bytes of [little, Buffer.from(little).swap16()]) {
      for (const sizes of [[bytes.length], [1], [7, 3]]) {
        const { output, findings, unscannable } = readXml(bytes, { sizes });
        expect([findings.length, unscannable]).toEqual([1, []]);
        expect(output.length).toBe(bytes.length);
        expect(readXml(output).findings).toEqual([]);
      }
    }
  });
});

describe('what no reader can trust', () => {
  it.each([
    ['a document type, with entities or without', `<!DOCTYPE w:document [<!ENTITY a "1">]><w:document>&a;</w:document>`],
    ['an entity that nothing declares', word(para('&secret;'))],
    ['a tag that never ends', word('<w:p').slice(0, -30)],
    ['a tag within a tag', word('<w:p <w:r>')],
  ])('%s is malformed, and still scanned', (_, xml) => {
    const { unscannable, findings } = readXml(`${xml}<x>${phone}</x>`);
    expect(unscannable.map(({ reason }) => reason)).toEqual(['malformed']);
    expect(findings.length).toBe(1);
  });
});

describe('cutting', () => {
  it('never matters: the same findings and the same bytes for every piece size', () => {
    const xml = word(para('手机 ', phone.slice(0, 3), `&#x3${phone.slice(3, 4)};${phone.slice(4)}`) + `<w:tbl><w:tr><w:tc>${para('卡号')}</w:tc></w:tr><w:tr><w:tc>${para(card)}</w:tc></w:tr></w:tbl><!-- ${id} --><w:p w:descr="${id}"/>`);
    const whole = readXml(xml);
    expect(whole.findings.length).toBe(4);
    for (const sizes of [[1], [2], [3], [7], [64, 1], [300, 5]]) {
      const cut = readXml(xml, { sizes });
      expect(cut.findings).toEqual(whole.findings);
      expect(cut.output.equals(whole.output)).toBe(true);
    }
    expect(readXml(whole.output).findings).toEqual([]);
  });

  it('waits for little, however long the part', () => {
    const xml = word(Array.from({ length: 20_000 }, () => para('没有号码的一段话，', 'and more')).join(''));
    expect(readXml(xml, { sizes: [65_536] }).waited).toBeLessThan(512 * 1024);
  });
});
