import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../../../config/schema.js';
import { compilePolicies } from '../../../gateway/policy/compile.js';
import { policySource } from '../../../gateway/policy/source.js';

const config = (routes: readonly object[]) =>
  configSchema.parse({
    version: 1,
    demo: true,
    routes: routes.map((route) => ({ match: {}, upstream: 'demo', ...route })),
    policies: { a: { rules: [] }, b: { rules: [] } },
  });

describe('the policies in force', () => {
  it('switch all at once, and an exchange keeps the one it began with', () => {
    const source = policySource(compilePolicies(config([{ id: 'x', policy: 'a' }, { id: 'y', policy: 'b' }]), 'one'));
    const begun = source.forRoute('x');
    source.replace(compilePolicies(config([{ id: 'x', policy: 'b' }, { id: 'y', policy: 'b' }]), 'two'));
    expect([begun.revision, source.forRoute('x').revision, source.forRoute('y').revision]).toEqual(['a@one', 'b@two', 'b@two']);
  });

  it('keep the policy of a route that is gone from the file until the next start', () => {
    const source = policySource(compilePolicies(config([{ id: 'x', policy: 'a' }, { id: 'y', policy: 'b' }]), 'one'));
    source.replace(compilePolicies(config([{ id: 'x', policy: 'a' }]), 'two'));
    expect(source.forRoute('y').revision).toBe('b@one');
  });

  it('fail an exchange on a route without one', () => {
    const source = policySource(compilePolicies(config([{ id: 'raw', scan: false }]), 'one'));
    expect(() => source.forRoute('raw')).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});
