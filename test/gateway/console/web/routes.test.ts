import { describe, expect, it } from '@jest/globals';
import { RIGHTS_OF, ROLES, type Right } from '../../../../gateway/ports/people.js';
import { homeFor, mayVisit, navigationFor, PAGES, placeOf, returnPlace } from '../../../../gateway/console/web/app/routes.js';

const ids = (rights: readonly Right[]): readonly string[] => navigationFor(new Set(rights)).map(({ id }) => id);

describe('an address', () => {
  it('leads to a page, with its parameters and its query', () => {
    const place = placeOf('#/messages/w01ABC?tab=facts&x=%E5%A0%B0');
    expect([place?.page.id, place?.params['id'], place?.query.get('tab'), place?.query.get('x')]).toEqual(['message', 'w01ABC', 'facts', '堰']);
  });

  it('may hold anything in a parameter, and never more than one step', () => {
    expect(placeOf('#/messages/%2e%2e%2fqueue')?.params['id']).toBe('../queue');
    expect(placeOf('#/messages/%')?.params['id']).toBe('%');
    expect(placeOf('#/messages/a/b')).toBeUndefined();
    expect(placeOf('#/messages')).toBeUndefined();
    expect(placeOf('#/nowhere')).toBeUndefined();
    expect(placeOf('')).toBeUndefined();
  });

  it('belongs to one page only, and so does a key', () => {
    expect(new Set(PAGES.map(({ path }) => path)).size).toBe(PAGES.length);
    const keys = PAGES.flatMap(({ key }) => (key === undefined ? [] : [key]));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the navigation', () => {
  it('offers each role what its work needs and nothing else', () => {
    expect(ids(RIGHTS_OF['system-admin'])).toEqual(['accounts', 'policy', 'operations', 'settings', 'api', 'me']);
    expect(ids(RIGHTS_OF['security-admin'])).toEqual(['overview', 'accounts', 'policy', 'operations', 'settings', 'api', 'me']);
    expect(ids(RIGHTS_OF.auditor)).toEqual(['audit', 'accounts', 'api', 'me']);
    expect(ids(RIGHTS_OF.reviewer)).toEqual(['queue', 'overview', 'api', 'me']);
    expect(ids(RIGHTS_OF.approver)).toEqual(['queue', 'overview', 'api', 'me']);
    expect(ids([])).toEqual(['api', 'me']);
  });

  it('never offers what one may not visit', () => {
    for (const role of ROLES) {
      const rights = new Set(RIGHTS_OF[role]);
      for (const page of PAGES) expect([role, page.id, mayVisit(page, rights) || !navigationFor(rights).includes(page)]).toEqual([role, page.id, true]);
    }
  });

  it('begins where the work is', () => {
    expect(ROLES.map((role) => homeFor(new Set(RIGHTS_OF[role])))).toEqual(['/accounts', '/overview', '/audit', '/queue', '/queue']);
    expect(homeFor(new Set())).toBe('/me');
  });
});

describe('the way back after signing in', () => {
  it('leads only to pages of this console that need one to be signed in', () => {
    expect(returnPlace('/messages/w01ABC?tab=facts')).toBe('/messages/w01ABC?tab=facts');
    for (const wrong of [null, '', 'https://example.com', '//example.com', '/\\example.com', 'javascript:alert(1)', '/sign-in', '/sign-in?from=/queue', '/invitation/x', '/nowhere']) {
      expect([wrong, returnPlace(wrong)]).toEqual([wrong, undefined]);
    }
  });
});
