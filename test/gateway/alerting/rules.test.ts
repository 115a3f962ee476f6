/** Which events a rule wants. */
import { describe, expect, it } from '@jest/globals';
import { alertRules, eventName } from '../../../gateway/alerting/rules.js';
import { glob } from '../../../gateway/policy/glob.js';
import { alertOf, ruleOf, type RuleSpec } from '../../kit/alerting.js';

const at = new Date(Date.UTC(2026, 0, 1));
const wants = (when: NonNullable<RuleSpec['when']>, change: Partial<Parameters<typeof alertOf>[0]> = {}): boolean | undefined => ruleOf({ id: 'r', to: ['s'], when })[0]?.wants(alertOf({ at, ...change }));

describe('a rule', () => {
  it('wants everything when it says nothing, and otherwise what matches all it says', () => {
    expect(wants({})).toBe(true);
    expect(wants({ events: ['hold'], severity: 'high' }, { severity: 'critical' })).toBe(true);
    expect(wants({ events: ['hold'], severity: 'high' }, { severity: 'medium' })).toBe(false);
    expect(wants({ events: ['block'] })).toBe(false);
    expect(wants({ routes: ['mail*'] }, { route: 'mail-out' })).toBe(true);
    expect(wants({ routes: ['mail*'] }, { route: undefined })).toBe(false);
    expect(wants({ routes: ['unknown'] }, { route: undefined })).toBe(true);
    expect(wants({ codes: ['retention-*'] }, { kind: 'expiry', code: 'retention-90' })).toBe(true);
    expect(wants({ codes: ['retention-*'] }, { kind: 'expiry', code: 'expired' })).toBe(false);
    expect(wants({ rules: ['cards'] }, { rule: 'cards' })).toBe(true);
  });

  it('knows the grade of an event by the detectors that found something', () => {
    expect(wants({ grades: ['C3'] }, { counts: { 'bank-card': 2 } })).toBe(true);
    expect(wants({ grades: ['C3'] }, { counts: { 'cn.phone': 2 } })).toBe(false);
  });

  it('tells break-glass and accounts from the health of parts', () => {
    expect(eventName({ kind: 'health', code: 'bypass-started' })).toBe('break-glass');
    expect(eventName({ kind: 'health', code: 'account-locked' })).toBe('account');
    expect(wants({ events: ['health'] }, { kind: 'health', code: 'database-down' })).toBe(true);
    expect(wants({ events: ['health'] }, { kind: 'health', code: 'bypass-started' })).toBe(false);
  });

  it('of a plain webhook wants what it always did', () => {
    const [rule] = alertRules({ alerts: { zone: 'UTC', rules: [], webhooks: [{ id: 'ops', url: 'https://a.example', secret: { env: 'S' }, events: ['health'], minSeverity: 'medium' }] }, grades: {}, glob, webhookWindowMs: 60_000, ruleOfWebhook: (id) => `webhook:${id}` });
    expect([rule?.id, rule?.to]).toEqual(['webhook:ops', ['ops']]);
    expect(rule?.wants(alertOf({ at, kind: 'health', severity: 'high', code: 'bypass-started' }))).toBe(true);
    expect(rule?.wants(alertOf({ at, kind: 'health', severity: 'low' }))).toBe(false);
    expect(rule?.wants(alertOf({ at, kind: 'policy', severity: 'high' }))).toBe(false);
  });

  it('lets the worst through quiet hours, and nothing when it does not say so', () => {
    const quiet = { from: '22:00', to: '08:00' };
    const [some] = ruleOf({ id: 'r', to: ['s'], quiet: { ...quiet, except: 'high' } });
    expect([some?.urgent(alertOf({ at, severity: 'critical' })), some?.urgent(alertOf({ at, severity: 'medium' }))]).toEqual([true, false]);
    const [none] = ruleOf({ id: 'r', to: ['s'], quiet });
    expect(none?.urgent(alertOf({ at, severity: 'critical' }))).toBe(false);
  });
});
