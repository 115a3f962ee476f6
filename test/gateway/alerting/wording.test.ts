/** What people read of alerts. */
import { describe, expect, it } from '@jest/globals';
import { alertMessage, type WordingSettings } from '../../../gateway/alerting/wording.js';
import type { AlertDelivery, AlertLine } from '../../../gateway/ports.js';
import { admitted } from '../../../gateway/record/alert-sinks/admitted.js';

const at = new Date(Date.UTC(2026, 0, 1, 6, 30, 5));
const line = (change: Partial<AlertLine>): AlertLine => ({ kind: 'hold', at, severity: 'high', count: 1, route: 'mail', rule: 'ids', counts: { 'cn.resident-id': 3 }, ...change });
const delivery = (lines: readonly AlertLine[], change: Partial<AlertDelivery> = {}): AlertDelivery => ({
  n: 7, rule: 'r', sink: 'on-call', kind: 'events', digest: false, createdAt: at, attempts: 0, previews: {},
  group: { from: new Date(at.getTime() - 60_000), to: at, total: lines.reduce((sum, { count }) => sum + count, 0), lines }, ...change,
});
const EN: WordingSettings = { language: 'en', zone: 'Asia/Shanghai', console: 'https://weir.example/' };
const ZH: WordingSettings = { ...EN, language: 'zh' };

describe('an alert', () => {
  it('says counts and the worst in one line, in the language and the time that were asked for', () => {
    const of = delivery([line({ severity: 'critical', kind: 'failure', code: 'vault-full', count: 2 }), line({ count: 3 }), line({ kind: 'block', count: 1 })]);
    const en = alertMessage(of, EN);
    expect([en.deliveryId, en.severity, en.title, en.total]).toEqual([`al-7-${at.getTime().toString(36)}`, 'critical', 'Weir [critical]: 3 held, 2 failed, 1 blocked', 6]);
    expect(en.summary).toBe('6 events, 2026-01-01 14:29:05 to 2026-01-01 14:30:05 (Asia/Shanghai): 3 held, 2 failed, 1 blocked');
    const zh = alertMessage(of, ZH);
    expect(zh.title).toBe('Weir【严重】留存待审 3 条，处理失败 2 条，已阻断 1 条');
    expect(zh.summary).toBe('共 6 条，2026-01-01 14:29:05 至 2026-01-01 14:30:05（Asia/Shanghai）：留存待审 3 条，处理失败 2 条，已阻断 1 条');
  });

  it('links to the message in the console, and nowhere without its address', () => {
    const of = delivery([line({ incident: 'w123' })], { previews: { w123: [] } });
    expect(alertMessage(of, EN).items[0]?.link).toBe('https://weir.example/#/messages/w123');
    expect(alertMessage(of, EN).events[0]?.link).toBe('https://weir.example/#/messages/w123');
    const plain = alertMessage(of, { ...EN, console: undefined });
    expect([plain.link, plain.items[0]?.link, plain.events[0]?.link]).toEqual([undefined, undefined, undefined]);
  });

  it('names an incident that is no message of the console, and links to nothing there', () => {
    const [item] = alertMessage(delivery([line({ kind: 'block', incident: 'w123' })]), EN).items;
    expect([item?.text, item?.link]).toEqual(['blocked · route mail · rule ids · cn.resident-id ×3 · incident w123 · 2026-01-01 14:30:05', undefined]);
    expect(alertMessage(delivery([line({ kind: 'block', incident: 'w123' })]), ZH).items[0]?.text).toContain('事件编号 w123');
  });

  it('shows masked previews where there are some', () => {
    const { items } = alertMessage(delivery([line({ incident: 'w1' }), line({ incident: 'w2' })], { previews: { w1: ['1****************8'] } }), EN);
    expect(items.map(({ text }) => text)).toEqual([
      'held · route mail · rule ids · cn.resident-id ×3 · such as 1****************8 · 2026-01-01 14:30:05',
      'held · route mail · rule ids · cn.resident-id ×3 · incident w2 · 2026-01-01 14:30:05',
    ]);
  });

  it('about a leak of many numbers passes the door of the sinks whole, also where a preview keeps as many digits as it may', () => {
    const of = delivery([line({ incident: 'w1', count: 200, counts: { 'cn.resident-id': 2_000_000 } })], { previews: { w1: ['110101********001X', '622202*********1234'] } });
    for (const settings of [EN, ZH]) {
      const [item] = admitted(alertMessage(of, settings)).items;
      expect(item?.text).toContain('×2000000');
      expect(item?.text).toContain('110101********001X');
    }
  });

  it('has an id that no other delivery of the same number has: of another installation, or before a restore', () => {
    const id = (createdAt: Date): string => alertMessage(delivery([line({})], { createdAt }), EN).deliveryId;
    expect(id(at)).toBe(id(new Date(at)));
    expect(id(at)).not.toBe(id(new Date(at.getTime() + 1)));
  });

  it('puts codes into words, those about sinks too, and tells an unknown one as it is', () => {
    const text = (code: string, settings: WordingSettings): string => alertMessage(delivery([line({ kind: 'health', code, route: undefined, rule: undefined, counts: {} })]), settings).items[0]?.text ?? '';
    expect(text('database-down', EN)).toContain('health · the database does not answer');
    expect(text('alert-dead.on-call', ZH)).toContain('发往“on-call”的告警多次失败，已放弃');
    expect(text('something-new', EN)).toContain('something-new');
    expect(text('bypass-started', EN)).toContain('break-glass · everything on the route passes');
  });

  it('says when it comes from quiet hours, and how many lines are left out', () => {
    const many = alertMessage(delivery(Array.from({ length: 45 }, (_, n) => line({ rule: `r${n}` })), { digest: true }), EN);
    expect([many.title, many.items.length, many.itemsLeftOut, many.events.length]).toEqual(['Weir [high], from quiet hours: 45 held', 30, 15, 45]);
    expect(alertMessage(delivery([line({})], { digest: true }), ZH).title).toBe('Weir【高】静默时段汇总：留存待审 1 条');
  });

  it('that is a test says so, and that nothing has happened', () => {
    const test = alertMessage(delivery([], { kind: 'test' }), EN);
    expect([test.test, test.total, test.title, test.summary]).toEqual([true, 0, 'Weir: test message', expect.stringContaining('Nothing has happened')]);
  });
});
