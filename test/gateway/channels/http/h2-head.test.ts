/** Which heads of HTTP/2 stand for a request of HTTP/1.1, and which for none. */
import { describe, expect, it } from '@jest/globals';
import { h2Head } from '../../../../gateway/channels/http/front/h2-head.js';
import { allowance } from '../../../../gateway/channels/http/front/h2-limits.js';

const PSEUDO = [':method', 'POST', ':scheme', 'https', ':authority', 'files.example', ':path', '/up?a=1'];

describe('a head of HTTP/2', () => {
  it('becomes one of HTTP/1.1: its authority is Host, cookies are one field, a body of unknown length says so', () => {
    expect(h2Head([...PSEUDO, 'cookie', 'a=1', 'x-one', '1', 'cookie', 'b=2', 'te', 'trailers'], false)).toEqual({
      method: 'POST',
      target: '/up?a=1',
      length: undefined,
      fields: [['Host', 'files.example'], ['x-one', '1'], ['te', 'trailers'], ['cookie', 'a=1; b=2'], ['Transfer-Encoding', 'chunked']],
    });
    expect(h2Head([...PSEUDO, 'content-length', '12'], false)).toMatchObject({ length: 12, fields: [['Host', 'files.example'], ['content-length', '12']] });
    expect(h2Head(PSEUDO, true)?.fields).toEqual([['Host', 'files.example']]);
  });
  it('may say its host in the field instead, or the same in both', () => {
    const without = PSEUDO.filter((_, index) => index !== 4 && index !== 5);
    expect(h2Head([...without, 'host', 'files.example'], true)?.fields).toEqual([['Host', 'files.example']]);
    expect(h2Head([...PSEUDO, 'host', 'FILES.example'], true)?.fields).toEqual([['Host', 'files.example']]);
  });
  const changed = (name: string, value: string | undefined): readonly string[] =>
    PSEUDO.flatMap((each, index) => (index % 2 === 1 ? [] : each !== name ? [each, PSEUDO[index + 1] ?? ''] : value === undefined ? [] : [each, value]));
  const MALFORMED: readonly (readonly [string, readonly string[]])[] = [
    ['another host in the field', [...PSEUDO, 'host', 'other.example']],
    ['two hosts', [...PSEUDO, 'host', 'files.example', 'host', 'files.example']],
    ['no host at all', changed(':authority', undefined)],
    ['an empty authority', changed(':authority', '')],
    ['a user in the authority', changed(':authority', 'user@files.example')],
    ['no method', changed(':method', undefined)],
    ['a tunnel', changed(':method', 'CONNECT')],
    ['a method that nobody knows', changed(':method', 'FROB')],
    ['a method with a blank', changed(':method', 'GET /x HTTP/1.1')],
    ['a scheme that is not the listener\'s', changed(':scheme', 'http')],
    ['no scheme', changed(':scheme', undefined)],
    ['no path', changed(':path', undefined)],
    ['a path in absolute form', changed(':path', 'https://other.example/')],
    ['a path with a blank', changed(':path', '/a HTTP/1.1')],
    ['a path with a line end', changed(':path', '/a\r\nx: y')],
    ['a path with bytes beyond ASCII', changed(':path', '/\xe4')],
    ['an asterisk without OPTIONS', changed(':path', '*')],
    ['a pseudo-header twice', [':method', 'GET', ...PSEUDO]],
    ['a pseudo-header behind a field', ['x-one', '1', ...PSEUDO]],
    ['a pseudo-header that nobody knows', [...PSEUDO, ':protocol', 'websocket']],
    ['a pseudo-header of answers', [':status', '200', ...PSEUDO]],
    ['a name in capitals', [...PSEUDO, 'X-One', '1']],
    ['a name with a blank', [...PSEUDO, 'x one', '1']],
    ['a name with a colon', [...PSEUDO, 'x:one', '1']],
    ['an empty name', [...PSEUDO, '', '1']],
    ['a value with a line end', [...PSEUDO, 'x-one', '1\r\ntransfer-encoding: chunked']],
    ['a value with a NUL', [...PSEUDO, 'x-one', 'a\0b']],
    ['a value with a blank in front', [...PSEUDO, 'x-one', ' 1']],
    ['a value with a tab behind', [...PSEUDO, 'x-one', '1\t']],
    ['transfer-encoding', [...PSEUDO, 'transfer-encoding', 'chunked']],
    ['connection', [...PSEUDO, 'connection', 'close']],
    ['keep-alive', [...PSEUDO, 'keep-alive', 'timeout=5']],
    ['proxy-connection', [...PSEUDO, 'proxy-connection', 'keep-alive']],
    ['upgrade', [...PSEUDO, 'upgrade', 'websocket']],
    ['te that is not trailers', [...PSEUDO, 'te', 'gzip']],
    ['two lengths', [...PSEUDO, 'content-length', '1', 'content-length', '1']],
    ['a length that is none', [...PSEUDO, 'content-length', '+1']],
    ['a list of lengths', [...PSEUDO, 'content-length', '1, 1']],
  ];
  it.each(MALFORMED)('is malformed with %s', (_name, raw) => {
    expect(h2Head(raw, false)).toBeUndefined();
  });
  it('is malformed where it ends the request and declares a body', () => {
    expect([h2Head([...PSEUDO, 'content-length', '1'], true), h2Head([...PSEUDO, 'content-length', '0'], true)?.length]).toEqual([undefined, 0]);
  });
});

describe('an allowance', () => {
  it('lets a burst go, then as many as its rate', () => {
    let now = 0;
    const take = allowance(3, 2, () => now);
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    now = 600;
    expect([take(), take()]).toEqual([true, false]);
    now = 60_000;
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
  });
});
