/** On a route that wants every pass on record, nothing leaves before its row is written. */
import { describe, expect, it } from '@jest/globals';
import { WeirError } from '../../gateway/errors.js';
import { pipeline, type PipelinePorts } from '../../gateway/pipeline.js';
import type { Mode, Plan } from '../../gateway/ports.js';
import { exchangeOf, run, stand, take, type Stand } from './pipeline-kit.js';

const passing = (mode: Mode): Plan => ({
  mode,
  masks: () => false,
  decide: () => ({ action: 'pass', rule: 'default', policy: 'p@1', severity: 'info', notify: false, fourEyes: false, monitored: [] }),
  maskedBy: () => () => false,
  aborts: () => false,
});
const standing = (mode: Mode, auditsPasses: boolean, over: Partial<PipelinePorts> = {}): Stand =>
  stand({ mode, action: 'pass' }, { policies: { forRoute: () => ({ revision: 'p@1', auditsPasses, plan: () => passing(mode) }) }, ...over });

describe('a clean pass', () => {
  it.each<[Mode, boolean]>([['hold', false], ['hold', true], ['stream', false], ['stream', true], ['watch', false], ['watch', true]])('in %s is on record before its last byte leaves (whole: %s)', async (mode, isWhole) => {
    const to = standing(mode, true);
    const { exchange } = exchangeOf({ chunks: ['nothing ', 'here'], length: 'right' });
    const ended = await pipeline(to.ports).run(isWhole ? { ...exchange, whole: [Buffer.from('nothing here')] } : exchange, (outbound) => take(to, outbound));
    expect(ended.kind).toBe('forwarded');
    expect(to.audit.map(({ act }) => act)).toEqual(['verdict.pass']);
    expect(to.events.indexOf('audit verdict.pass')).toBeLessThan(to.events.indexOf('complete'));
  });

  it('does not leave where its row cannot be written', async () => {
    const to = standing('hold', true, { audit: { append: () => Promise.reject(new WeirError('internal')) } });
    const ended = await run(to, exchangeOf({ chunks: ['nothing here'] }));
    expect(ended.kind).toBe('failed');
    expect(to.events.filter((event) => event.startsWith('sent'))).toEqual([]);
  });

  it('has no row on other routes', async () => {
    const to = standing('hold', false);
    await run(to, exchangeOf({ chunks: ['nothing here'] }));
    expect(to.audit).toEqual([]);
  });
});
