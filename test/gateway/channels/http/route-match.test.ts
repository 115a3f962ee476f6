/** Which route a request belongs to, and when that is anyone's guess. */
import { describe, expect, it } from '@jest/globals';
import { routeTable } from '../../../../gateway/channels/http/route-match.js';
import { decodeSafely, hostOf, parseTarget } from '../../../../gateway/channels/http/target.js';
import { parsedRoutes } from './kit.js';

const table = routeTable(
  parsedRoutes(
    { id: 'root', match: { path: '/' } },
    { id: 'upload', match: { path: '/upload' } },
    { id: 'upload-images', match: { path: '/upload/images' } },
    { id: 'reports', match: { path: '/reports', methods: ['GET'] } },
    { id: 'mail', match: { host: ['mail.example'] } },
    { id: 'any-mail', match: { host: ['*.mail.example'], path: '/' } },
  ),
);

function match(written: string, host = 'weir.example', method = 'POST'): string {
  const target = parseTarget(written);
  if (target === undefined) return 'refused';
  const found = table(host, target, method);
  return found.kind === 'route' ? found.route.id : found.kind;
}

describe('the route of a request', () => {
  it.each([
    ['/', 'root'], ['/upload', 'upload'], ['/upload/', 'upload'], ['/upload/a', 'upload'], ['/upload?x=/../', 'upload'],
    ['/upload/images/a.png', 'upload-images'], ['/upload/imagesque', 'upload'], ['/uploads', 'root'],
  ])('%s goes to %s: the longest prefix that ends on a segment border', (target, route) => {
    expect(match(target)).toBe(route);
  });
  it('a method that a route leaves out falls to the next one', () => {
    expect([match('/reports/x', 'weir.example', 'GET'), match('/reports/x', 'weir.example', 'PUT')]).toEqual(['reports', 'root']);
  });
  it('a host of its own outranks any path, its very name outranks a pattern', () => {
    expect([match('/upload', 'mail.example'), match('/upload', 'a.mail.example'), match('/upload', 'amail.example')]).toEqual(['mail', 'any-mail', 'upload']);
  });
  it('no route is no route', () => {
    const target = parseTarget('/x');
    expect(target && routeTable(parsedRoutes({ match: { path: '/y' } }))('', target, 'GET').kind).toBe('none');
  });
  it.each(['/UPLOAD/a', '/upload/IMAGES/a', '/%55PLOAD', '/%75pload/a', '//upload/a', '/x/..;/upload', '/upload%2fimages/a', '/upload\\images', '/upload;v=1/a', '/%2575pload'])(
    '%s could be read as another route, so it is refused', (target) => {
      expect(['ambiguous', 'refused']).toContain(match(target));
    });
  it.each(['/upload/A', '/upload/a%2Fb', '/upload/a//b', '/upload/50%25%20off', '/upload/a;v=1', '/upload/...', '/upload/.hidden', '/upload/%E5%BC%A0'])(
    '%s has one reading as far as routes go', (target) => {
      expect(match(target)).toBe('upload');
    });
  it.each(['/a/./b', '/a/..', '/..%5cb', '/%2e%2e%2f', '/a%0d%0ab', 'upload', '*', '/a#b', '/%25252525252e'])('%s has no safe reading', (target) => {
    expect(match(target)).toBe('refused');
  });
});

describe('hosts and escapes', () => {
  it.each([['A.Example:80', 'a.example'], ['a.example.', 'a.example'], ['[2001:db8::1]:8080', '[2001:db8::1]'], ['', ''], ['a b', undefined], ['u@a', undefined], ['a:b', undefined]])(
    'the host of %j is %j', (authority, host) => {
      expect(hostOf(authority)).toBe(host);
    });
  it('escapes are decoded as UTF-8, as GB18030 where they are not, and left alone where they are none', () => {
    expect([decodeSafely('%E5%BC%A0'), decodeSafely('%D5%C5'), decodeSafely('50%'), decodeSafely('%zz')]).toEqual(['张', '张', '50%', '%zz']);
  });
});
