/** A header of thousands of encoded words: every number in it is found, and it takes no longer than any other body. */
import { describe, expect, it } from '@jest/globals';
import { inspectBody } from '../../../kit/engine.js';
import { numberSource } from '../../../kit/numbers.js';

const numbers = numberSource(91);
const word = (text: string): string => `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;

describe('a header of thousands of encoded words', () => {
  it('shows the first ones to be masked, and numbers in further ones as what cannot be', () => {
    const [first, last] = [numbers.phone(), numbers.phone()];
    const many = Array.from({ length: 6000 }, () => `${word('你好')}\r\n `).join('');
    const { findings } = inspectBody('message/rfc822', [Buffer.from(`MIME-Version: 1.0\r\nSubject: ${word(`电话 ${first}`)}\r\n ${many}${word(`电话 ${last}`)}\r\n\r\nx\r\n`)]);
    expect(findings.map(({ maskable }) => maskable)).toEqual([true, false]);
  });
});
