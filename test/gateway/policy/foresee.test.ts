/** Modes are derived from rules, head and prefix (HC 1). */
import { describe, expect, it } from '@jest/globals';
import { evidence, finding, found, plan, unread } from './kit.js';

const mask = (when: object, more: object = {}) => ({ id: 'm', when, action: 'mask', ...more });
const all = { found: {} };

describe('the mode is', () => {
  it('watch when every reachable verdict is pass', () => {
    expect(plan({ rules: [{ id: 'p', when: all, action: 'pass' }], unscannable: 'pass' }).mode).toBe('watch');
    expect(plan({ rules: [], unscannable: 'pass' }, { sniffed: { container: true } }).mode).toBe('watch');
  });

  it('stream when all pass but parts that cannot be read stop: only a stream can be aborted', () => {
    const planned = plan({ rules: [] });
    expect([planned.mode, planned.aborts('malformed')]).toEqual(['stream', true]);
    expect(plan({ rules: [] }, { sniffed: { container: true } }).mode).toBe('hold');
  });

  it('stream when rules mask finding by finding', () => {
    expect(plan({ rules: [mask(all)] }).mode).toBe('stream');
    expect(plan({ rules: [{ id: 'p', when: { found: { of: ['cn.phone'] } }, action: 'pass' }, mask(all)] }).mode).toBe('stream');
    expect(plan({ rules: [mask({ any: [{ found: { of: ['cn.phone'] } }, { found: { of: ['bank-card'] } }] })] }).mode).toBe('stream');
    expect(plan({ rules: [mask({ all: [{ found: {} }, { facts: { user: 'li.*' } }] })] }).mode).toBe('stream');
    expect(plan({ rules: [{ id: 'm', action: 'mask' }] }).mode).toBe('stream');
  });

  it('hold when a mask needs the end of the body', () => {
    expect(plan({ rules: [mask({ found: { distinct: 2 } })] }).mode).toBe('hold');
    expect(plan({ rules: [mask({ all: [all, { not: { found: { of: ['bank-card'] } } }] })] }).mode).toBe('hold');
    expect(plan({ rules: [mask({ all: [{ found: { of: ['cn.phone'] } }, { found: { of: ['bank-card'] } }] })] }).mode).toBe('hold');
    expect(plan({ rules: [{ id: 'p', when: { found: { distinct: 2 } }, action: 'pass' }, mask(all)] }).mode).toBe('hold');
    expect(plan({ rules: [mask({ found: {}, unscannable: ['timeout'] })] }).mode).toBe('hold');
  });

  it('stream when a pass rule that needs the end stands behind every mask', () => {
    expect(plan({ rules: [mask({ found: { of: ['cn.phone'] } }), { id: 'p', when: { found: { distinct: 2 } }, action: 'pass' }] }).mode).toBe('stream');
  });

  it('hold when a rule may stop', () => {
    expect(plan({ rules: [mask(all), { id: 'b', when: { found: { distinct: 50 } }, action: 'block' }] }).mode).toBe('hold');
    expect(plan({ rules: [{ id: 'h', when: { facts: { user: 'li.lei' } }, action: 'hold' }] }).mode).toBe('hold');
  });

  it('not raised by rules whose facts are already false, that come behind a rule for everything, or that are monitored', () => {
    expect(plan({ rules: [mask(all), { id: 'b', when: { facts: { user: 'nobody' }, found: {} }, action: 'block' }] }).mode).toBe('stream');
    expect(plan({ rules: [{ id: 'p', action: 'pass' }, { id: 'b', when: all, action: 'block' }] }).mode).toBe('watch');
    expect(plan({ rules: [mask(all), { id: 'b', when: all, action: 'block', monitor: true }] }).mode).toBe('stream');
    expect(plan({ rules: [{ id: 'b', when: all, action: 'block' }] }, { parts: { monitor: true } }).mode).toBe('watch');
  });

  it('hold for a container if anything may mask or stop', () => {
    expect(plan({ rules: [mask(all)] }, { sniffed: { container: true } }).mode).toBe('hold');
    expect(plan({ rules: [mask(all)], unscannable: 'pass' }, { sniffed: { container: true } }).mode).toBe('hold');
  });

  it('hold for an unscannable part that is already visible, unless a rule lets it pass', () => {
    const visible = { sniffed: { unscannable: [unread('unsupported')] } };
    expect(plan({ rules: [mask(all)] }, visible).mode).toBe('hold');
    expect(plan({ rules: [mask(all)], unscannable: 'pass' }, visible).mode).toBe('stream');
    const rules = [{ id: 'u', when: { unscannable: ['unsupported'] }, action: 'pass' }, { id: 'v', when: { unscannable: ['unsupported', 'failed'] }, action: 'block' }, mask(all)];
    expect(plan({ rules }, visible).mode).toBe('stream');
  });

  it('that of "otherwise" where the head makes masks impossible', () => {
    const signed = { sniffed: { maskable: false } };
    expect(plan({ rules: [mask(all)] }, signed).mode).toBe('hold');
    expect(plan({ rules: [mask(all, { otherwise: 'pass' })], unscannable: 'pass' }, signed).mode).toBe('watch');
  });

  it('hold when the head holds a finding that cannot be masked', () => {
    expect(plan({ rules: [mask(all)] }, { head: evidence([found('cn.phone', 1, { where: 'head', maskable: false })]) }).mode).toBe('hold');
    expect(plan({ rules: [mask(all)] }, { head: evidence([found('cn.phone', 1, { where: 'head' })]) }).mode).toBe('stream');
  });

  it('not raised by a rule for the head when the head is clean', () => {
    const rules = [{ id: 'subject', when: { found: { where: 'head' } }, action: 'hold' }, mask(all)];
    expect(plan({ rules }).mode).toBe('stream');
    expect(plan({ rules }, { head: evidence([found('cn.phone', 1, { where: 'head' })]) }).mode).toBe('hold');
  });

  it('hold on routes for clients that synchronise, since their masks are blocks', () => {
    expect(plan({ rules: [mask(all)] }, { parts: { syncClient: true } }).mode).toBe('hold');
  });
});

describe('in a stream', () => {
  it('a finding is masked when its first rule masks, and only then', () => {
    const planned = plan({ rules: [{ id: 'p', when: { found: { of: ['cn.phone'] } }, action: 'pass' }, mask(all)] });
    expect(planned.masks(finding('bank-card'))).toBe(true);
    expect(planned.masks(finding('cn.phone'))).toBe(false);
    expect(planned.masks(finding('bank-card', { confidence: 0.5 }))).toBe(false);
    expect(planned.masks(finding('bank-card', { maskable: false }))).toBe(false);
    expect(planned.masks(finding('bank-card', { part: 'head' }))).toBe(true);
  });

  it('a reason aborts when its answer is hold or block', () => {
    const rules = [{ id: 'u', when: { unscannable: ['bad-charset'] }, action: 'pass' }, { id: 't', when: { unscannable: ['timeout'] }, action: 'mask', otherwise: 'pass' }, mask(all)];
    const planned = plan({ rules });
    expect(planned.mode).toBe('stream');
    expect([planned.aborts('bad-charset'), planned.aborts('timeout'), planned.aborts('malformed')]).toEqual([false, false, true]);
    expect(plan({ rules, unscannable: 'pass' }).aborts('malformed')).toBe(false);
  });
});

describe('in hold mode', () => {
  it('masks are foreseen generously', () => {
    const planned = plan({ rules: [mask({ found: { distinct: 3 } }), { id: 'h', when: { found: { distinct: 50 } }, action: 'hold' }] });
    expect([planned.mode, planned.masks(finding('cn.phone'))]).toEqual(['hold', true]);
  });
});
