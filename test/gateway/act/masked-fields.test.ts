/** A masked release sends no field in which a number can still be read, however the field wrote it. */
import { describe, expect, it } from '@jest/globals';
import { maskedFields } from '../../../gateway/act/masked-facts.js';
import { requestBodyHead } from '../../../gateway/channels/http/body-head.js';
import { parseTarget } from '../../../gateway/channels/http/target.js';
import type { Exchange, Field } from '../../../gateway/ports.js';
import { engine } from '../../kit/engine.js';

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const escaped = Array.from('13812345678', (digit) => `%3${digit}`).join('');

function released(fields: readonly Field[], subject?: string): readonly Field[] {
  const target = parseTarget('/share');
  if (target === undefined) throw new Error('no target');
  const body = requestBodyHead({ target, fields, scanHeaders: ['x-note'], subjects: subject === undefined ? [] : [subject], addresses: [] });
  const head = engine().inspectHead(body.texts, () => false);
  return maskedFields({ http: { method: 'PUT', target: '/share', fields }, body } as unknown as Exchange, head);
}

describe('fields of a masked release', () => {
  it.each<[string, string, string]>([
    ['a plain value', 'X-Note', 'call 13812345678 now'],
    ['raw UTF-8', 'X-Note', latin1('致电 13812345678 张三')],
    ['percent escapes', 'X-Note', `call ${escaped}`],
    ['full-width digits', 'X-Note', latin1('１３８１２３４５６７８')],
    ['a file name', 'Content-Disposition', 'attachment; filename="13812345678.txt"'],
    ['a file name in UTF-8', 'Content-Disposition', latin1('attachment; filename="张三13812345678.txt"')],
    ['an extended file name', 'Content-Disposition', `attachment; filename*=UTF-8''%E5%BC%A0${escaped}.txt`],
    ['an extended file name in another charset', 'Content-Disposition', `attachment; filename*=gb18030''%D5%C5${escaped}.txt`],
  ])('show no number in %s', (_, name, value) => {
    const [field] = released([[name, value]]);
    expect(field?.[0]).toBe(name);
    const read = decodeURIComponent(Buffer.from(field?.[1] ?? '', 'latin1').toString('utf8').replace(/%(?![0-9a-f]{2})/gi, '%25')).normalize('NFKC');
    expect(read).not.toContain('13812345678');
    expect(read).not.toMatch(/1234/);
    expect(field?.[1]).toMatch(/^[\x20-\x7e\x80-\xff]*$/);
  });

  it('show no number in a subject that a field gave', () => {
    const value = latin1('主题 13812345678');
    expect(released([['X-Subject', value], ['X-Other', 'kept']], '主题 13812345678').map(([, one]) => one.includes('1234'))).toEqual([false, false]);
  });

  it('stay as they came where nothing was found', () => {
    const fields: Field[] = [['X-Note', latin1('张三 %31')], ['Content-Disposition', "attachment; filename*=gb18030''%D5%C5.txt"]];
    expect(released(fields)).toEqual(fields);
  });
});
