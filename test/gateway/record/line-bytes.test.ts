/** Lines that wait as bytes come out as they went in. */
import { describe, it, expect } from '@jest/globals';
import { LineBytes } from '../../../gateway/record/line-bytes.js';

describe('lines that wait to be written', () => {
  it('come out in order, whatever they are written in and however long they are', () => {
    const lines = ['{"a":1}', '堰'.repeat(30_000), '', 'é'.repeat(70_000), ...Array.from({ length: 5_000 }, (_, at) => `line ${at} 𠀀`)];
    const waiting = new LineBytes();
    for (const line of lines) waiting.add(line);
    const bytes = waiting.size;
    const taken = Buffer.concat(waiting.take());
    expect(taken.length).toBe(bytes);
    expect(taken.toString('utf8')).toBe(lines.map((line) => `${line}\n`).join(''));
  });

  it('are taken once, and what is added later does not touch what was taken', () => {
    const waiting = new LineBytes();
    waiting.add('first');
    const taken = waiting.take();
    waiting.add('other');
    expect(Buffer.concat(taken).toString()).toBe('first\n');
    expect(Buffer.concat(waiting.take()).toString()).toBe('other\n');
    expect(waiting.size).toBe(0);
    expect(waiting.take()).toEqual([]);
  });
});
