/** Tables, lines of JSON, forms and markup: what their readers see is found, with a column's header as a word beside the number. */
import { describe, expect, it } from '@jest/globals';
import { engine, inspectBody, type Seen } from '../../../kit/engine.js';
import { encodeGb18030 } from '../../../kit/gb18030.js';

const PHONES = ['13912345670', '13912345671', '13912345672'];
const factory = engine();
const inspect = (type: string, bytes: Uint8Array | string): Seen => inspectBody(type, [typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes)], () => true, factory);
const lines = (...all: readonly string[]): string => `${all.join('\r\n')}\r\n`;
const masked = (text: string): string => text.replaceAll(/(139)1234(567\d)/g, '$1****$2');

describe.each([',', ';', '\t', '|'])('a table parted by %j', (sign) => {
  const row = (...cells: readonly string[]): string => cells.join(sign);
  const table = (quote: (cell: string) => string): string => lines(row(...['姓名', '手机号', '备注'].map(quote)), ...PHONES.map((phone) => row(quote('张三'), quote(phone), quote('x'))));

  it.each([
    ['bare cells', (cell: string) => cell],
    ['quoted cells', (cell: string) => `"${cell}"`],
  ])('gives its headers to detection, with %s, with a mark of byte order, and in GB18030', (_name, quote) => {
    const text = table(quote);
    for (const [type, bytes] of [['text/csv', text], ['text/csv', `\ufeff${text}`], ['text/csv; charset=gb18030', encodeGb18030(text)], ['text/tab-separated-values; charset=utf-8', text]] as const) {
      const seen = inspect(type, bytes);
      expect(seen.findings.map(({ reasons }) => reasons.includes('keyword'))).toEqual([true, true, true]);
      const expected = masked(text);
      expect(Buffer.compare(seen.output, type.includes('gb18030') ? encodeGb18030(expected) : Buffer.from(bytes.toString().startsWith('\ufeff') ? `\ufeff${expected}` : expected))).toBe(0);
    }
  });

  it('is masked in rows whose quoted cells hold line breaks and signs', () => {
    const text = lines(row('姓名', '地址', '手机号'), ...PHONES.map((phone) => row('张三', `"一号楼\r\n二单元${sign}三层"`, phone)));
    expect(inspect('text/csv', text).output.toString()).toBe(masked(text));
  });
});

describe('other texts', () => {
  it.each([
    ['application/x-ndjson', '{"phone":"13912345670"}\n{"phone":"13912345671"}\n'],
    ['application/xml', '<?xml version="1.0"?><a phone="13912345670"><b>13912345671</b><![CDATA[13912345672]]><!-- 13912345670 --></a>'],
    ['text/html; charset=utf-8', '<p title="13912345670">13912345671</p><script>var p = "13912345672";</script>'],
    ['application/x-www-form-urlencoded', 'name=%E5%BC%A0&phone=13912345670&b=13912345671'],
  ])('of type %s are masked wherever a number stands', (type, text) => {
    expect(inspect(type, text).output.toString()).toBe(masked(text));
  });

  it('of a form are read behind plus signs and percent signs', () => {
    expect(inspect('application/x-www-form-urlencoded', 'phone=139+1234+5670&b=%31%33912345671').output.toString()).toBe('phone=139+****+5670&b=%31%339****5671');
  });

  it('of JSON, one document a line, keep their bare numbers numbers', () => {
    expect(inspect('application/x-ndjson', '{"p":13912345670}\n[13912345671]\n').output.toString()).toBe('{"p":10000000000}\n[10000000000]\n');
  });

  it('of markup are read across inline tags', () => {
    expect(inspect('text/html; charset=utf-8', '<p>电话 139<b>1234</b>5670</p>').output.toString()).toBe('<p>电话 139<b>****</b>5670</p>');
  });
});
