/** Conditions as sentences, and settings that deserve a warning. */
import { describe, expect, it } from '@jest/globals';
import { ruleSchema } from '../../../config/schema.js';
import { conditionWords } from '../../../gateway/review/policy-words.js';
import { settingsWarnings, type Circumstances } from '../../../gateway/review/settings-warnings.js';

const words = (when: object): { en: string; zh: string } => conditionWords(ruleSchema.parse({ id: 'r', action: 'hold', when }).when);

describe('a condition in words', () => {
  it('says what is counted, where, and from which confidence on', () => {
    expect(words({ found: { of: ['cn.phone'], distinct: 50, where: 'body', confidence: 0.9, exceptTags: ['test-number'] } })).toEqual({
      en: 'at least 50 different values of cn.phone in the body with a confidence of 0.9 or more not counting test-number',
      zh: '在正文中发现至少 50 个不同的cn.phone（置信度不低于 0.9）（不计 test-number）',
    });
    expect(words({ found: { grade: ['C2'] } }).en).toBe('any value of grade C2');
    expect(conditionWords(undefined)).toEqual({ en: 'always', zh: '始终' });
  });

  it('says up to how much may stay unread', () => {
    const { en, zh } = words({ unscannable: ['no-text'], upTo: '20MiB' });
    expect([en, zh]).toEqual(['something could not be read (no-text; up to 20 MiB)', '有内容无法读取（no-text；不超过 20 MiB）']);
  });

  it('keeps and, or and not apart', () => {
    const { en, zh } = words({ any: [{ found: {} }, { unscannable: ['encrypted'] }], not: { facts: { user: ['unknown', 'li.*'] } } });
    expect(en).toBe('(any value of any detector, or something could not be read (encrypted)), and not: the user is li.* or is not known');
    expect(zh).toBe('（发现任意类型的值，或有内容无法读取（encrypted）），且并非：用户为 li.*或未知');
  });
});

describe('a warning about the settings', () => {
  const calm: Circumstances = {
    auditDays: 1095, custody: 'supplied', monitor: false, monitoredRoutes: [], unscannedRoutes: [], bypassedRoutes: [], demo: false, alertSinks: 1, silentRoutes: [],
    listeners: [{ name: 'data', host: '127.0.0.1', tls: false }, { name: 'admin', host: '::1', tls: false }], setUp: false, otherPolicies: [],
  };
  const codes = (change: Partial<Circumstances>): string[] => settingsWarnings({ ...calm, ...change }).map(({ code }) => code);

  it('is given for each thing a person should know of, and for nothing else', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ auditDays: 183 })).toEqual(['audit-retention-short']);
    expect(codes({ auditDays: 184 })).toEqual([]);
    expect(codes({ custody: 'local' })).toEqual(['custody-local']);
    expect(codes({ monitor: true, monitoredRoutes: ['a'] })).toEqual(['monitor-on']);
    expect(codes({ otherPolicies: ['gw-2 (bbbbbbbbbbbb)'] })).toEqual(['nodes-differ']);
    expect(codes({ bypassedRoutes: ['a'], demo: true })).toEqual(['bypass-active', 'demo-on']);
    expect(codes({ listeners: [{ name: 'admin', host: '0.0.0.0', tls: false }] })).toEqual(['tls-missing-admin']);
    expect(codes({ listeners: [{ name: 'admin', host: '0.0.0.0', tls: true }] })).toEqual([]);
    expect(codes({ alertSinks: 0, silentRoutes: ['a'], setUp: true })).toEqual(['alerts-none', 'notices-none', 'set-up']);
  });

  it('is said in both languages', () => {
    for (const { text } of settingsWarnings({ ...calm, auditDays: 1, custody: 'local', monitor: true, demo: true, alertSinks: 0, setUp: true })) {
      expect(text.en).toMatch(/[a-z]/);
      expect(text.zh).toMatch(/\p{Script=Han}/u);
    }
  });
});
