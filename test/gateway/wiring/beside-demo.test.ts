/** A worker alone, where some routes lead to the demonstration. */
import { describe, expect, it } from '@jest/globals';
import { configSchema, type Config } from '../../../config/schema.js';
import { JOB_KINDS } from '../../../gateway/ports.js';
import { demoOutOfReach, withoutDemo } from '../../../gateway/wiring/beside-demo.js';

const config = (more: object = {}): Config =>
  configSchema.parse({
    version: 1, demo: true, listen: { smtp: [{ id: 'mail' }] }, policies: { p: { rules: [] } },
    routes: [
      { id: 'letters', channel: 'smtp', match: { listener: ['mail'] }, upstream: 'demo', policy: 'p' },
      { id: 'share', match: { path: '/share' }, upstream: 'demo', policy: 'p' },
      { id: 'files', match: { path: '/files' }, upstream: { url: 'https://files.example' }, policy: 'p' },
    ],
    ...more,
  });

describe('a worker beside a demonstration', () => {
  it('that is to release is refused: it names the routes, and the queues that it could have', () => {
    const why = demoOutOfReach(config(), JOB_KINDS, JOB_KINDS) ?? '';
    expect(why).toMatch(/letters, share\. .* --queues destroy,/);
    expect(why.split('--queues')[1]).not.toContain('release');
    expect(demoOutOfReach(config({ language: 'zh' }), ['release'], JOB_KINDS)).toMatch(/letters、share。.*--queues/);
  });

  it('does everything else, and delivers to what is real', () => {
    expect(demoOutOfReach(config(), ['destroy', 'alert'], JOB_KINDS)).toBeUndefined();
    const real = withoutDemo(config());
    expect(real.routes.map(({ id }) => id)).toEqual(['files']);
    expect(demoOutOfReach(real, JOB_KINDS, JOB_KINDS)).toBeUndefined();
  });
});
