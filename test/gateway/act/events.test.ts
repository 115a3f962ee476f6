/** What alerts are told at the end of an exchange. */
import { describe, expect, it } from '@jest/globals';
import { PASSED_SO_FAR } from '../../../gateway/act/books.js';
import { closingEvents } from '../../../gateway/act/events.js';
import type { Evidence, Exchange, FindingClass, Unscannable, Verdict } from '../../../gateway/ports.js';

const at = new Date(0);
const exchange = { id: 'w1', route: { id: 'mail' } } as unknown as Exchange;
const found: FindingClass = { detector: 'cn.phone', confidence: 0.9, tags: [], where: 'body', maskable: true, count: 3, distinct: new Set(['00000000000000aa', '00000000000000bb']) };
const unread = (reason: Unscannable['reason'], detail = ''): Unscannable => ({ part: 'body', reason, bytes: 1, detail });
const of = (verdict: Partial<Verdict>, evidence: Partial<Evidence>, canaries = new Map<string, string>()) =>
  closingEvents(exchange, { ...PASSED_SO_FAR, rule: 'r', ...verdict }, { classes: [], unscannable: [], ...evidence }, canaries, at).map(({ kind, severity, code, counts }) => ({ kind, severity, code, counts }));

describe('the end of an exchange', () => {
  it('is told when it was masked and its rule notifies', () => {
    expect(of({ action: 'mask', notify: true, severity: 'low' }, { classes: [found] })).toEqual([{ kind: 'mask', severity: 'low', code: undefined, counts: { 'cn.phone': 3 } }]);
    expect(of({ action: 'mask', notify: false }, { classes: [found] })).toEqual([]);
    expect(of({ action: 'pass' }, { classes: [found] })).toEqual([]);
  });

  it('is told when a part could not be read, but for pictures and what ended early', () => {
    expect(of({}, { unscannable: [unread('encrypted'), unread('encrypted'), unread('too-deep'), unread('no-text')] })).toEqual([{ kind: 'unscannable', severity: 'medium', code: 'encrypted', counts: { encrypted: 2, 'too-deep': 1 } }]);
    expect(of({}, { unscannable: [unread('no-text'), unread('malformed', 'incomplete')] })).toEqual([]);
  });

  it('is told of a planted number, once for each, whatever the verdict', () => {
    const canaries = new Map([['00000000000000aa', 'decoy'], ['00000000000000bb', 'decoy'], ['00000000000000cc', 'other']]);
    expect(of({ action: 'pass' }, { classes: [found] }, canaries)).toEqual([{ kind: 'canary', severity: 'critical', code: 'canary.decoy', counts: {} }]);
  });
});
