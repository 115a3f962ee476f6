/** The YAML that docs/policy.md shows is YAML that works. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { checkContent } from '../../config/load.js';

const page = readFileSync(join(import.meta.dirname, '../../docs/policy.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

/** A block is `domains`, a whole `policies`, a list of rules, or a `when`. */
function whole(value: unknown): object {
  if (typeof value === 'object' && value !== null && 'domains' in value) return { ...whole([{ id: 'shown', when: { facts: { recipientIs: ['partner', 'outside'] } }, action: 'hold' }]), domains: value.domains };
  const rules = Array.isArray(value) ? value : [{ id: 'shown', action: 'hold', ...(value as object) }];
  const policies = typeof value === 'object' && value !== null && 'policies' in value ? value.policies : { 'mail-out': { rules } };
  return { version: 1, routes: [{ id: 'r', match: {}, upstream: { url: 'https://a.example' }, policy: 'mail-out' }], policies };
}

describe('docs/policy.md', () => {
  it.each(blocks)('shows a working example: %s', (block) => {
    const result = checkContent('/docs.yaml', new TextEncoder().encode(JSON.stringify(whole(parse(block)))), {});
    expect(result.ok ? [] : result.problems).toEqual([]);
  });

  it('has examples', () => expect(blocks.length).toBeGreaterThan(5));
});
