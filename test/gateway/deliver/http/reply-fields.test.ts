/** The closed list of what changes in an answer's head. */
import { describe, expect, it } from '@jest/globals';
import { pathMap } from '../../../../gateway/deliver/http/path-map.js';
import { replyFields } from '../../../../gateway/deliver/http/reply-fields.js';
import type { UpstreamPlace } from '../../../../gateway/deliver/http/request-fields.js';
import type { Field, UpstreamRequest } from '../../../../gateway/ports.js';

const place: UpstreamPlace = { origin: 'https://files.internal.example', host: 'files.internal.example', preserveHost: false, paths: pathMap('/up', '/v2', '/base'), scansReplies: false };
const via: UpstreamRequest['via'] = { clientAddress: undefined, scheme: 'https', host: 'weir.example:8080', fromTrustedProxy: false };
const one = (name: string, value: string, how: Partial<UpstreamPlace> = {}): string | undefined => replyFields([[name, value]], via, { ...place, ...how })[0]?.[1];

describe('replyFields', () => {
  it('keeps end-to-end fields byte-identical, in order and case, and ends the others', () => {
    const kept: Field[] = [['ETag', '"a"'], ['x-Twice', '1'], ['Content-Length', '3'], ['X-twice', '2'], ['Via', '1.1 x']];
    expect(replyFields([['Connection', 'X-Hop'], ...kept, ['X-Hop', '1'], ['Transfer-Encoding', 'chunked'], ['Keep-Alive', 'timeout=5'], ['Trailer', 'X'], ['Upgrade', 'h2']], via, place)).toEqual(kept);
  });

  it.each([
    ['https://files.internal.example/base/v2/a%2Fb?c#d', 'https://weir.example:8080/up/a%2Fb?c#d'],
    ['https://FILES.internal.example:443/base/v2', 'https://weir.example:8080/up'],
    ['/base/v2/x', '/up/x'],
    ['relative/x', 'relative/x'],
    ['//other.example/base/v2/x', '//other.example/base/v2/x'],
    ['https://other.example/base/v2/x', 'https://other.example/base/v2/x'],
    ['https://files.internal.example/elsewhere', 'https://files.internal.example/elsewhere'],
    ['http://files.internal.example/base/v2/x', 'http://files.internal.example/base/v2/x'],
  ])('turns Location %s into %s', (from, to) => {
    expect(one('Location', from)).toBe(to);
    expect(one('content-location', from)).toBe(to);
  });

  it('knows its public address where upstream was shown the client’s Host', () => {
    expect(one('Location', 'http://weir.example:8080/base/v2/x', { preserveHost: true })).toBe('https://weir.example:8080/up/x');
  });

  it.each([
    ['a=1; Path=/base/v2/x; HttpOnly', 'a=1; Path=/up/x; HttpOnly'],
    ['a=1;path=/base/v2', 'a=1;path=/up'],
    ['a=1; Path=/other', 'a=1; Path=/other'],
    ['a=1; Domain=files.internal.example; Secure', 'a=1; Secure'],
    ['a=1; Domain=.internal.example', 'a=1'],
    ['a=1; Domain=other.example', 'a=1; Domain=other.example'],
    ['a=1; Domain=example', 'a=1; Domain=example'],
    ['__Host-a=1; Path=/; Secure', '__Host-a=1; Path=/; Secure'],
    ['a="x; y"; expires=Wed, 21 Oct 2099 07:28:00 GMT', 'a="x; y"; expires=Wed, 21 Oct 2099 07:28:00 GMT'],
  ])('turns the cookie %s into %s', (from, to) => {
    expect(one('Set-Cookie', from)).toBe(to);
  });

  it('turns a root cookie path into the route’s own', () => {
    expect(one('Set-Cookie', 'a=1; Path=/', { paths: pathMap('/up', '/', '') })).toBe('a=1; Path=/up');
  });

  it('refuses an answer whose fields could break ours', () => {
    expect(() => replyFields([['X', 'a\x01']], via, place)).toThrow(expect.objectContaining({ code: 'upstream-invalid' }));
  });
});
