/** Numbers that readers put together from two lines: server-sent events and flowed text. */
import { describe, expect, it } from '@jest/globals';
import { chunked, engine, inspectBody } from '../../../kit/engine.js';

const factory = engine();
const ID = '11010519491231002X';

describe('lines that readers join', () => {
  it.each([
    ['text/event-stream', `event: m\ndata: 电话138\ndata: 00138000\n\n`, 'event: m\ndata: 电话138\ndata: ****8000\n\n'],
    ['text/event-stream', `data: ${ID.slice(0, 6)}\r\ndata:${ID.slice(6)}\r\n\r\n`, `data: 1*****\r\ndata:***********X\r\n\r\n`],
    ['text/event-stream', 'data: {"p":"\\u0031\\u0033800138000"}\n\n', 'data: {"p":"\\u0031\\u00338****8000"}\n\n'],
    ['text/plain; format=flowed; delsp=yes', `id ${ID.slice(0, 9)} \r\n${ID.slice(9)} end`, `id 1******** \r\n********X end`],
    ['text/plain; format=flowed; delsp=yes', `> id ${ID.slice(0, 9)} \n> ${ID.slice(9)} end`, `> id 1******** \n> ********X end`],
    ['text/plain; charset=gb18030; format=flowed; delsp=yes', `id ${ID.slice(0, 9)} \r\n${ID.slice(9)} end`, `id 1******** \r\n********X end`],
  ])('of %s are read as one: %j', (type, text, expected) => {
    const seen = inspectBody(type, [Buffer.from(text)], () => true, factory);
    expect(seen.output.toString()).toBe(expected);
    for (const sizes of [[1], [3, 7]]) {
      const cut = inspectBody(type, chunked(Buffer.from(text), sizes), () => true, factory);
      expect([cut.output.toString(), cut.findings]).toEqual([expected, seen.findings]);
    }
  });

  it('are no more than lines where the type does not say so', () => {
    expect(inspectBody('text/plain', [Buffer.from(`id ${ID.slice(0, 9)} \r\n> ${ID.slice(9)} end`)], () => true, factory).findings).toEqual([]);
  });
});
