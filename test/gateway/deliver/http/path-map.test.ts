/** Prefixes of paths, there and back. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pathMap, toPublic, toUpstream } from '../../../../gateway/deliver/http/path-map.js';

describe('pathMap', () => {
  it.each([
    ['/', undefined, '/', '/a?b', '/a?b'],
    ['/', undefined, '/base', '/a', '/base/a'],
    ['/up', undefined, '/', '/up/a', '/up/a'],
    ['/up', '/', '/', '/up', '/'],
    ['/up', '/', '/', '/up?q', '/?q'],
    ['/up/', '/v2/', '/base/', '/up/a//b/', '/base/v2/a//b/'],
    ['/up', '/v2', '/', '*', '*'],
  ])('route %s, rewrite %s, base %s: %s goes to %s', (match, rewrite, base, target, expected) => {
    expect(toUpstream(pathMap(match, rewrite, base), target)).toBe(expected);
  });

  it('has no place for a path outside the route', () => {
    expect(toUpstream(pathMap('/up', '/v2', '/'), '/upper')).toBeUndefined();
    expect(toPublic(pathMap('/up', '/v2', '/'), '/v20')).toBeUndefined();
  });

  it('brings every path back that it sent', () => {
    const path = fc.stringMatching(/^(\/[a-z%.0-9]{0,5}){1,4}$/);
    const prefix = fc.stringMatching(/^(\/[a-z]{1,4}){0,2}\/?$/).map((one) => one || '/');
    fc.assert(
      fc.property(prefix, prefix, prefix, path, (match, rewrite, base, rest) => {
        const map = pathMap(match, rewrite, base);
        const target = map.publicPrefix + rest;
        expect(toPublic(map, toUpstream(map, target) ?? '')).toBe(target);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
