/** Views of a sealed message: what people see of each kind of content, and what nobody sees. */
import { describe, expect, it } from '@jest/globals';
import type { PreviewView, Segment } from '../../../gateway/ports.js';
import { numberSource } from '../../kit/numbers.js';
import { content } from '../../../gateway/preview/content.js';
import { outlineOf } from '../../../gateway/preview/part-list.js';
import { sealed, tools } from './sealed.js';

const ID = '11010519491231002X';
const shown = (segments: readonly Segment[]): string => segments.map(({ text }) => text).join('');
const cells = (view: PreviewView): readonly (readonly string[])[] => (view.kind === 'form' || view.kind === 'table' ? view.rows.map((row) => row.map(shown)) : []);
const segmentsOf = (view: PreviewView): readonly Segment[] => ('segments' in view ? view.segments : []);

async function view(body: string | Uint8Array, type: string | undefined, part?: string, offset = 0): Promise<PreviewView> {
  const { preview, stored } = sealed(typeof body === 'string' ? Buffer.from(body) : body, type);
  const answer = await preview.content(stored, { part, offset });
  if (answer === undefined) throw new Error('no such part');
  return answer.view;
}

describe('content', () => {
  it('shows text with everything found behind its mask, and points at the findings the message keeps', async () => {
    const seen = await view(`姓名 张三，身份证 ${ID}，谢谢`, 'text/plain; charset=utf-8');
    expect(seen).toMatchObject({ kind: 'text', segments: [{ text: '姓名 张三，身份证 ' }, { text: '1****************X', finding: 0, masked: true }, { text: '，谢谢' }] });
  });

  it('masks what policy left alone too', async () => {
    const body = Buffer.from(`身份证 ${ID} 电话 13800138000`);
    const { preview, stored } = sealed(body, 'text/plain', { masks: () => false });
    const answer = await preview.content(stored, { part: 'body', offset: 0 });
    expect(JSON.stringify(answer)).not.toMatch(/[0-9]{9}/);
  });

  it('indents JSON without parsing it', async () => {
    const seen = await view(`{"name":"李四","ids":["${ID}",1,{}],"deep":{"a":[]}}`, 'application/json');
    expect(shown(segmentsOf(seen))).toBe('{\n  "name": "李四",\n  "ids": [\n    "1****************X",\n    1,\n    {}\n  ],\n  "deep": {\n    "a": []\n  }\n}\n');
  });

  it('shows a form as rows, its escapes undone', async () => {
    const seen = await view(`name=%E5%BC%A0+%E4%B8%89&id=${ID}&empty=&flag`, 'application/x-www-form-urlencoded');
    expect(cells(seen)).toEqual([['name', '张 三'], ['id', '1****************X'], ['empty', ''], ['flag']]);
  });

  it('shows CSV as a table', async () => {
    const seen = await view(`name,id\n"Wang, ""W""",${ID}\n`, 'text/csv');
    expect(cells(seen)).toEqual([['name', 'id'], ['Wang, "W"', '1****************X']]);
  });

  it('reads GB18030 in its charset', async () => {
    const body = Buffer.concat([Buffer.from([0xd6, 0xa4, 0xba, 0xc5]), Buffer.from(` ${ID}`)]);
    expect(shown(segmentsOf(await view(body, 'text/plain; charset=gbk')))).toBe('证号 1****************X');
  });

  it('never shows bytes of what could not be scanned, and says why', async () => {
    expect(await view(Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.from(ID)]), 'application/zip')).toEqual({ kind: 'binary', why: 'unsupported' });
    expect(await view(Buffer.from([0, 1, 2, 255, 0]), 'application/octet-stream')).toMatchObject({ kind: 'binary' });
    // What shows as unreadable only at its end is shown on no page.
    const late = Buffer.concat([Buffer.from('harmless words '.repeat(20_000)), Buffer.from([0, 0])]);
    expect(await view(late, 'text/plain')).toEqual({ kind: 'binary', why: 'malformed' });
  });

  it('lists the parts of a multipart body with their names masked, and shows each by itself', async () => {
    const body = `--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="${ID}\u202egpj.exe"\r\nContent-Type: text/csv\r\n\r\nid\r\n${ID}\r\n--b--\r\n`;
    const { preview, stored } = sealed(Buffer.from(body), 'multipart/form-data; boundary=b');
    const list = await preview.content(stored, { part: undefined, offset: 0 });
    expect(list?.view).toEqual({ kind: 'mail' });
    const file = list?.parts.find(({ mediaType }) => mediaType === 'text/csv');
    expect(file?.name).toBe('1________________X⟨U+202E⟩gpj.exe');
    expect(file?.cautions).toEqual(['direction']);
    const answer = await preview.content(stored, { part: file?.path, offset: 0 });
    expect(answer?.view).toMatchObject({ kind: 'table' });
    expect(answer === undefined ? [] : cells(answer.view)).toEqual([['id'], ['1****************X']]);
    expect(await preview.content(stored, { part: 'body/77', offset: 0 })).toBeUndefined();
  });

  it('shows the head as rows, credentials never', async () => {
    const { preview, stored } = sealed(Buffer.from('x'), 'text/plain', { target: `/share?id=${ID}`, fields: [['Authorization', 'Bearer abc'], ['X-Note', Buffer.from(`证 ${ID}`).toString('latin1')]] });
    const answer = await preview.content(stored, { part: 'head', offset: 0 });
    expect(answer === undefined ? [] : cells(answer.view)).toEqual([['method', 'POST'], ['target', '/share?id=1________________X'], ['Content-Type', 'text/plain'], ['Authorization', '***'], ['X-Note', '证 1________________X']]);
  });

  it('goes page by page through a long text without losing or repeating a character', async () => {
    const numbers = numberSource(4);
    const lines = Array.from({ length: 1_200 }, (_, i) => `第${String(i)}行 电话 ${numbers.phone()} 完`);
    const { preview, stored, released } = sealed(Buffer.from(lines.join('\n')), 'text/plain; charset=utf-8');
    let text = '';
    let offset: number | undefined = 0;
    while (offset !== undefined) {
      const answer = await preview.content(stored, { part: 'body', offset });
      const page = answer?.view;
      if (page === undefined || !('segments' in page)) throw new Error('not a text');
      expect(shown(page.segments).length).toBeLessThanOrEqual(64 * 1024);
      text += shown(page.segments);
      offset = page.more;
    }
    expect(text).toBe((await released()).toString());
  });

  it('keeps every page of the deepest JSON small', async () => {
    const seen = await view('['.repeat(60_000), 'application/json');
    expect(shown(segmentsOf(seen)).length).toBeLessThanOrEqual(64 * 1024);
    expect('more' in seen && seen.more).toBeGreaterThan(0);
  });

  it('ends a look that takes too long, and says so', async () => {
    const { vault, stored } = sealed(Buffer.from(`${'words '.repeat(2_000)}${ID}`), 'text/plain');
    const opened = await vault.open(stored.id);
    expect(await content({ message: stored, opened, tools: { ...tools, until: 0 }, outline: undefined }, { part: 'body', offset: 0 })).toMatchObject({ view: { kind: 'binary', why: 'timeout' } });
    expect(await outlineOf(opened, { ...tools, until: 0 })).toEqual(new Map());
  });

  it('writes out what nobody sees', async () => {
    const seen = await view('a\u202eb\u0007c\u200bd\r\ne', 'text/plain; charset=utf-8');
    expect(seen).toMatchObject({ segments: [{ text: 'a⟨U+202E⟩b␇c⟨U+200B⟩d\ne' }], cautions: ['control', 'direction', 'invisible'] });
  });
});

describe('comparison', () => {
  it('shows exactly what a masked release sends', async () => {
    const { preview, stored, released } = sealed(Buffer.from(`身份证 ${ID}\n电话 13800138000\n`), 'text/plain; charset=utf-8');
    const answer = await preview.compare(stored, { part: undefined, offset: 0 });
    expect(answer?.segments.map((one) => ('text' in one ? one.text : one.after)).join('')).toBe((await released()).toString());
    expect(answer?.segments.filter((one) => 'before' in one)).toMatchObject([{ before: '1****************X', stays: false, finding: 0 }, { before: '138****8000', stays: false, finding: 1 }]);
  });

  it('warns of what a masked release would let go as it stands, and hides it all the same', async () => {
    const { preview, stored } = sealed(Buffer.from(`身份证 ${ID} 电话 13800138000`), 'text/plain', { masks: ({ detector }) => detector === 'cn.phone' });
    const answer = await preview.compare(stored, { part: 'body', offset: 0 });
    expect(answer?.segments.filter((one) => 'before' in one)).toMatchObject([{ stays: true, after: '1****************X' }, { stays: false, after: '138****8000' }]);
  });

  it('names what nobody could look into', async () => {
    const { preview, stored } = sealed(Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), 'application/zip');
    expect((await preview.compare(stored, { part: undefined, offset: 0 }))?.unread).toEqual([{ path: 'body', why: 'unsupported', bytes: 6 }]);
  });
});

describe('values and facts', () => {
  it('reads each value again where its finding lies, in body and head', async () => {
    const { preview, stored } = sealed(Buffer.from(`身份证 ${ID} 电话 13800138000`), 'text/plain; charset=utf-8');
    expect(await preview.values(stored)).toEqual([
      { finding: 0, detector: 'cn.resident-id', part: 'body', value: ID },
      { finding: 1, detector: 'cn.phone', part: 'body', value: '13800138000' },
    ]);
  });

  it('counts people by province and tells nothing finer', async () => {
    const { preview, stored } = sealed(Buffer.from(`身份证 ${ID}，身份证 ${ID}，身份证 440524188001010014`), 'text/plain; charset=utf-8');
    expect(await preview.regions(stored)).toEqual([{ code: '11', zh: '北京', en: 'Beijing', count: 1 }, { code: '44', zh: '广东', en: 'Guangdong', count: 1 }]);
  });
});
