/** How long held messages are kept. */
import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../../../config/schema.js';
import { retentionFor } from '../../../gateway/policy/retention.js';

const DAY_MS = 86_400_000;
const config = configSchema.parse({
  version: 1,
  grades: { C2: ['cn.phone'], C3: ['bank-card'], core: ['staff-number'] },
  routes: [{ id: 'mail', match: {}, upstream: 'demo', policy: 'p' }, { id: 'plain', match: { path: '/plain' }, upstream: 'demo', policy: 'q' }],
  policies: { p: { rules: [], retention: '20d', retentionByGrade: { C2: '14d', C3: '7d' } }, q: { rules: [] } },
});

describe('retention', () => {
  it('is the policy’s, thirty days when nothing else is said', () => {
    expect(retentionFor(config, 'mail', []) / DAY_MS).toBe(20);
    expect(retentionFor(config, 'plain', ['bank-card']) / DAY_MS).toBe(30);
    expect(retentionFor(config, 'gone', []) / DAY_MS).toBe(30);
  });

  it('is that of the highest grade found for which the policy names one', () => {
    expect(retentionFor(config, 'mail', ['cn.phone']) / DAY_MS).toBe(14);
    expect(retentionFor(config, 'mail', ['cn.phone', 'bank-card']) / DAY_MS).toBe(7);
    expect(retentionFor(config, 'mail', ['staff-number', 'bank-card']) / DAY_MS).toBe(7);
    expect(retentionFor(config, 'mail', ['staff-number']) / DAY_MS).toBe(20);
  });
});
