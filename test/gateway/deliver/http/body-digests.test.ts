/** What becomes of fields that name a body's bytes once these have changed. */
import { describe, expect, it } from '@jest/globals';
import { fieldsForChangedBody } from '../../../../gateway/deliver/http/body-digests.js';
import type { Field } from '../../../../gateway/ports.js';

describe('fieldsForChangedBody', () => {
  const fields: Field[] = [['ETag', '"a"'], ['content-md5', 'x'], ['etag', 'W/"b"'], ['X-Else', '1'], ['Content-Digest', 'x']];

  it('leaves all fields of an unchanged body', () => {
    expect(fieldsForChangedBody(fields, 'none')).toBe(fields);
  });

  it('weakens an ETag once, drops digests and keeps the rest', () => {
    const expected = [['ETag', 'W/"a"'], ['etag', 'W/"b"'], ['X-Else', '1']];
    expect(fieldsForChangedBody(fields, 'same-length')).toEqual(expected);
    expect(fieldsForChangedBody(fields, 'recoded')).toEqual(expected);
  });

  it('fails rather than sending a changed body under a signature', () => {
    expect(() => fieldsForChangedBody([['x-oss-content-sha256', 'abc']], 'same-length')).toThrow(expect.objectContaining({ code: 'mask-failed' }));
  });
});
