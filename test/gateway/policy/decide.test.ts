/** Which rule decides what: one sentence of docs/policy.md per test. */
import { describe, expect, it } from '@jest/globals';
import { evidence, found, plan, sniffed, unread } from './kit.js';

const ids = { of: ['cn.resident-id'] };
const cards = { of: ['bank-card'] };
const phones = { of: ['cn.phone'] };

describe('a verdict', () => {
  it('is pass by "default" when nothing was found', () => {
    const verdict = plan({ rules: [{ id: 'a', when: { found: {} }, action: 'block' }] }).decide(evidence());
    expect(verdict).toEqual({ action: 'pass', rule: 'default', policy: 'p@r1', severity: 'info', notify: false, fourEyes: false, monitored: [] });
  });

  it('is the strictest over all findings, and names the first rule that asked for it with its severity and eyes', () => {
    const rules = [
      { id: 'phones', when: { found: phones }, action: 'mask' },
      { id: 'cards', when: { found: cards }, action: 'hold', severity: 'high', fourEyes: true, notify: false },
      { id: 'ids', when: { found: ids }, action: 'hold' },
    ];
    const verdict = plan({ rules }).decide(evidence([found('cn.resident-id', 1), found('bank-card', 1), found('cn.phone', 1)]));
    expect(verdict).toMatchObject({ action: 'hold', rule: 'cards', severity: 'high', fourEyes: true, notify: false });
  });

  it('leaves a finding to the first rule that covers it, though a later one is stricter', () => {
    const rules = [{ id: 'except', when: { found: cards }, action: 'pass' }, { id: 'all', when: { found: {} }, action: 'block' }];
    expect(plan({ rules }).decide(evidence([found('bank-card', 1)]))).toMatchObject({ action: 'pass', rule: 'except' });
    expect(plan({ rules }).decide(evidence([found('bank-card', 1), found('cn.phone', 1)]))).toMatchObject({ action: 'block', rule: 'all' });
  });

  it('passes findings that no rule covers', () => {
    const rules = [{ id: 'cards', when: { found: cards }, action: 'block' }];
    expect(plan({ rules }).decide(evidence([found('cn.phone', 9)]))).toMatchObject({ action: 'pass', rule: 'default' });
  });

  it('counts distinct values over all chosen classes together, as a union', () => {
    const rules = [{ id: 'three', when: { found: { of: ['cn.resident-id', 'bank-card'], distinct: 3 } }, action: 'block' }];
    const decide = (...classes: ReturnType<typeof found>[]) => plan({ rules }).decide(evidence(classes)).action;
    expect(decide(found('cn.resident-id', ['a', 'b']), found('bank-card', ['c']))).toBe('block');
    expect(decide(found('cn.resident-id', ['a', 'b']), found('cn.resident-id', ['b'], { confidence: 0.75 }))).toBe('pass');
    expect(decide(found('cn.resident-id', ['a', 'b'], { count: 900 }))).toBe('pass');
    expect(decide(found('cn.resident-id', ['a', 'b']), found('cn.phone', 5))).toBe('pass');
  });

  it('looks at confidence, tags, place and grade as the selector says', () => {
    const decide = (selector: object, one: ReturnType<typeof found>) => plan({ rules: [{ id: 'r', when: { found: selector }, action: 'block' }] }).decide(evidence([one])).action;
    expect(decide({}, found('cn.phone', 1, { confidence: 0.69 }))).toBe('pass');
    expect(decide({ confidence: 0.5 }, found('cn.phone', 1, { confidence: 0.5 }))).toBe('block');
    expect(decide({ exceptTags: ['test-number'] }, found('bank-card', 1, { tags: ['test-number'] }))).toBe('pass');
    expect(decide({ where: 'body' }, found('bank-card', 1, { where: 'head' }))).toBe('pass');
    expect(decide({ grade: ['C3'] }, found('bank-card', 1))).toBe('block');
    expect(decide({ grade: ['C3'] }, found('cn.phone', 1))).toBe('pass');
    expect(decide({ grade: ['C2'], of: ['cn.phone'] }, found('bank-card', 1))).toBe('pass');
    expect(decide({ grade: ['core'] }, found('bank-card', 1))).toBe('pass');
  });

  it('covers, of an "any", what its true branches select', () => {
    const rules = [
      { id: 'r', when: { any: [{ found: { ...cards, distinct: 2 } }, { found: ids }] }, action: 'mask' },
      { id: 'rest', when: { found: {} }, action: 'hold' },
    ];
    expect(plan({ rules }).decide(evidence([found('cn.resident-id', 1)]))).toMatchObject({ action: 'mask', rule: 'r' });
    expect(plan({ rules }).decide(evidence([found('cn.resident-id', 1), found('bank-card', 1)]))).toMatchObject({ action: 'hold', rule: 'rest' });
    expect(plan({ rules }).decide(evidence([found('cn.resident-id', 1), found('bank-card', 2)]))).toMatchObject({ action: 'mask', rule: 'r' });
  });

  it('covers everything by a way that selects nothing, the clean exchange included', () => {
    const rules = [{ id: 'outside', when: { any: [{ found: cards }, { facts: { destination: '*.outside.example' } }] }, action: 'hold' }];
    expect(plan({ rules }, { facts: { destination: 'a.outside.example' } }).decide(evidence())).toMatchObject({ action: 'hold', rule: 'outside' });
    expect(plan({ rules }, { facts: { destination: 'inside.example' } }).decide(evidence([found('cn.phone', 1)])).action).toBe('pass');
  });

  it('lets a rule of facts alone exempt an exchange from all that follow, unscannable parts included', () => {
    const rules = [{ id: 'backup', when: { facts: { user: 'backup' } }, action: 'pass' }, { id: 'all', when: { found: {} }, action: 'block' }];
    const given = evidence([found('bank-card', 1)], ['encrypted']);
    expect(plan({ rules }, { facts: { user: 'backup' } }).decide(given)).toMatchObject({ action: 'pass', rule: 'backup' });
    expect(plan({ rules }).decide(given).action).toBe('block');
  });

  it('selects nothing by a "not", and weakens by it when the author says so', () => {
    const rules = [
      { id: 'lone', when: { found: phones, not: { found: { of: ['cn.resident-id', 'bank-card'] } } }, action: 'pass' },
      { id: 'all', when: { found: {} }, action: 'mask' },
    ];
    expect(plan({ rules }).decide(evidence([found('cn.phone', 3)])).action).toBe('pass');
    expect(plan({ rules }).decide(evidence([found('cn.phone', 3), found('bank-card', 1)])).action).toBe('mask');
  });

  it('understands a "not" over "all" and "any"', () => {
    const when = { not: { all: [{ facts: { user: 'a' } }, { any: [{ facts: { method: 'PUT' } }, { not: { facts: { method: 'POST' } } }] }] } };
    const action = (user: string, method: string) => plan({ rules: [{ id: 'r', when, action: 'block' }] }, { facts: { user, method } }).decide(evidence()).action;
    expect([action('a', 'PUT'), action('a', 'POST'), action('a', 'GET'), action('b', 'PUT')]).toEqual(['pass', 'block', 'pass', 'block']);
  });
});

describe('unscannable parts', () => {
  it('take the policy\'s answer, hold unless it says otherwise, when no rule names them', () => {
    const given = evidence([], ['encrypted']);
    expect(plan({ rules: [] }).decide(given)).toMatchObject({ action: 'hold', rule: 'default', severity: 'medium', notify: true });
    expect(plan({ rules: [], unscannable: 'block' }).decide(given).action).toBe('block');
    expect(plan({ rules: [], unscannable: 'pass' }).decide(given).action).toBe('pass');
    expect(plan({ rules: [{ id: 'f', when: { found: {} }, action: 'pass' }] }).decide(given).action).toBe('hold');
  });

  it('are decided one reason at a time', () => {
    const rules = [{ id: 'logos', when: { unscannable: ['no-text'] }, action: 'pass' }];
    expect(plan({ rules }).decide(evidence([], ['no-text']))).toMatchObject({ action: 'pass', rule: 'logos' });
    expect(plan({ rules }).decide(evidence([], ['no-text', 'encrypted']))).toMatchObject({ action: 'hold', rule: 'default' });
  });

  it('known from the head count though the body is never read', () => {
    expect(plan({ rules: [] }, { sniffed: sniffed({ unscannable: [unread('unsupported')] }) }).decide(evidence()).action).toBe('hold');
  });

  it('are covered by a rule with a limit while they have no more bytes than that, taken together', () => {
    const rules = [{ id: 'logos', when: { unscannable: ['no-text'], upTo: '20B' }, action: 'pass' }];
    const parts = ['a', 'b', 'c'].map((part) => ({ part, reason: 'no-text' as const, bytes: 10, detail: 'png' }));
    const decide = (unscannable: typeof parts, early: typeof parts = []) => plan({ rules }, { sniffed: sniffed({ unscannable: early }), head: { classes: [], unscannable: [] } }).decide({ classes: [], unscannable });
    expect(decide(parts.slice(0, 2))).toMatchObject({ action: 'pass', rule: 'logos' });
    expect(decide(parts)).toMatchObject({ action: 'hold', rule: 'default' });
    // What the first bytes showed is not counted again.
    expect(decide(parts.slice(0, 2), parts.slice(0, 1).map((one) => ({ ...one })))).toMatchObject({ action: 'pass' });
  });

  it('cannot be masked, so they take the mask rule\'s "otherwise"', () => {
    const rules = [{ id: 'everything', action: 'mask', otherwise: 'block' }];
    expect(plan({ rules }).decide(evidence([], ['encrypted']))).toMatchObject({ action: 'block', rule: 'everything' });
    expect(plan({ rules }).decide(evidence()).action).toBe('pass');
  });
});

describe('a mask that cannot be done', () => {
  const rules = [{ id: 'm', when: { found: {} }, action: 'mask', otherwise: 'block' }];

  it('takes the rule\'s "otherwise" for a finding where nothing can be written', () => {
    expect(plan({ rules }).decide(evidence([found('cn.phone', 1), found('bank-card', 1, { maskable: false })]))).toMatchObject({ action: 'block', rule: 'm' });
  });

  it('takes the rule\'s "otherwise" for every finding in a signed body', () => {
    expect(plan({ rules }, { sniffed: { maskable: false } }).decide(evidence([found('cn.phone', 1)])).action).toBe('block');
  });

  it('becomes a block on routes for clients that synchronise', () => {
    expect(plan({ rules: [{ id: 'm', when: { found: {} }, action: 'mask' }] }, { parts: { syncClient: true } }).decide(evidence([found('cn.phone', 1)])).action).toBe('block');
  });
});

describe('monitored rules', () => {
  it('say what they would have done, strictest first, and leave the decision to the next rules', () => {
    const rules = [
      { id: 'watch-mask', when: { found: {} }, action: 'mask', monitor: true },
      { id: 'watch-block', when: { found: cards }, action: 'block', monitor: true },
      { id: 'real', when: { found: cards }, action: 'hold' },
      { id: 'too-late', when: { found: cards }, action: 'block', monitor: true },
    ];
    const verdict = plan({ rules }).decide(evidence([found('bank-card', 1)]));
    expect(verdict).toMatchObject({ action: 'hold', rule: 'real' });
    expect(verdict.monitored).toEqual([{ rule: 'watch-block', action: 'block' }, { rule: 'watch-mask', action: 'mask' }]);
  });

  it('are not news when they would have exempted an exchange with nothing in it', () => {
    const rules = [{ id: 'exempt', when: { facts: { user: 'li.lei' } }, action: 'pass', monitor: true }];
    expect(plan({ rules }).decide(evidence()).monitored).toEqual([]);
    expect(plan({ rules }).decide(evidence([found('bank-card', 1)])).monitored).toEqual([{ rule: 'exempt', action: 'pass' }]);
  });

  it('of a whole route pass everything and report the verdict', () => {
    const rules = [{ id: 'a', when: { found: cards }, action: 'mask', monitor: true }, { id: 'b', when: { found: {} }, action: 'block', severity: 'critical' }];
    const verdict = plan({ rules }, { parts: { monitor: true } }).decide(evidence([found('bank-card', 1)]));
    expect(verdict).toMatchObject({ action: 'pass', rule: 'default', severity: 'info' });
    expect(verdict.monitored).toEqual([{ rule: 'b', action: 'block' }, { rule: 'a', action: 'mask' }]);
  });
});
