/** What fields say of codings. */
import { describe, expect, it } from '@jest/globals';
import { declaredCodings, fieldsWithCodings } from '../../gateway/content-coding.js';
import type { Field } from '../../gateway/ports.js';

describe('the codings of a message', () => {
  it.each<[Field[], string | undefined]>([
    [[], undefined],
    [[['Content-Encoding', 'identity']], undefined],
    [[['content-encoding', 'GZIP , identity'], ['Content-Encoding', 'br']], 'gzip, br'],
    [[['Content-Encoding', 'aws-chunked,gzip']], 'gzip, aws-chunked'],
    [[['x-amz-content-sha256', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD']], 'aws-chunked'],
    [[['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']], undefined],
  ])('%j are %s', (fields, codings) => {
    expect(declaredCodings(fields)).toBe(codings);
  });

  it('are written once, in the place of the first field, or not at all', () => {
    const fields: Field[] = [['a', '1'], ['Content-Encoding', 'zstd'], ['b', '2'], ['content-encoding', 'gzip']];
    expect(fieldsWithCodings(fields, undefined)).toBe(fields);
    expect(fieldsWithCodings(fields, ['gzip'])).toEqual([['a', '1'], ['Content-Encoding', 'gzip'], ['b', '2']]);
    expect(fieldsWithCodings(fields, [])).toEqual([['a', '1'], ['b', '2']]);
  });
});
