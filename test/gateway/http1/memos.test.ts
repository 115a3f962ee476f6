/** What is remembered of heads keeps none of them. */
import { describe, expect, it } from '@jest/globals';
import { headText } from '../../../gateway/channels/http/front/reply-text.js';
import { remembered } from '../../../gateway/channels/http/remembered.js';
import { parseTarget } from '../../../gateway/channels/http/target.js';
import { kindOf } from '../../../gateway/deliver/http/field-kinds.js';
import { Http1Parser, type Http1Head } from '../../../gateway/http1/llhttp.js';
import { aliveBytes } from '../../kit/alive-memory.js';

const HEADS = 500;
const HEAD_BYTES = 30_000;

function heldAfter(use: (head: Http1Head) => void): number {
  const parser = new Http1Parser('request', { headBytes: 2 * HEAD_BYTES });
  const before = aliveBytes();
  for (let at = 0; at < HEADS; at += 1) {
    const bytes = Buffer.from(`GET /some/longer/path-${at}?query=${at} HTTP/1.1\r\nx-some-longer-name-${at}: a\r\nBig: ${'a'.repeat(HEAD_BYTES)}\r\n\r\n`);
    parser.next(bytes, 0);
    if (parser.head !== undefined) use(parser.head);
    parser.next(bytes, parser.position);
  }
  const held = aliveBytes() - before;
  parser.close();
  return held;
}

describe('what is remembered of heads', () => {
  const lengths = remembered(HEADS, (text) => ({ is: text.slice(1) }));
  it.each<[string, (head: Http1Head) => void]>([
    ['targets', ({ target }) => parseTarget(target)],
    ['names that a proxy judges', ({ fields }) => fields.forEach(([name]) => kindOf(name))],
    ['names of answers', ({ fields }) => headText(200, '', fields.slice(0, 1), '')],
    ['any short text', ({ target }) => lengths(target)],
  ])('keeps none of them in memory: %s', (_, use) => {
    expect(heldAfter(use)).toBeLessThan((HEADS * HEAD_BYTES) / 4);
  });
});
