/** What may pass the door to the sinks, and what may not. */
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import { SinkFailed } from '../../../../gateway/ports.js';
import { admitted } from '../../../../gateway/record/alert-sinks/admitted.js';
import { numberSource } from '../../../kit/numbers.js';
import { anyMessage, CONSOLE, INCIDENT, line, message } from './messages.js';

const RUNS = { numRuns: 100, seed: 20_261_122 };
const FULL_WIDTH = (text: string): string => text.replace(/\d/g, (one) => String.fromCodePoint(0xff10 + Number(one)));
const CHINESE = (text: string): string => text.replace(/\d/g, (one) => '零一二三四五六七八九'[Number(one)] ?? '');
const ways: readonly (readonly [string, (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['in groups', (text) => text.replace(/(.{4})/g, '$1 ')],
  ['over lines', (text) => text.replace(/(.{3})/g, '$1\r\n\r\n\r\n')],
  ['with invisible characters', (text) => text.replace(/(.)/gu, '$1\u200b')],
  ['in full width', FULL_WIDTH],
  ['in Chinese digits', CHINESE],
];

describe('the door to every sink', () => {
  it.each(ways)('lets no number of a person or an account out, written %s, wherever it stands', (_, write) => {
    const source = numberSource(20_261_122);
    for (const value of [source.residentId(), source.bankCard(), source.phone()]) {
      const written = write(value);
      const text = `路由 ${written} 号`;
      let withheld = 0;
      const out = admitted(
        message({
          title: text,
          summary: text,
          items: [{ text, severity: 'high', count: 1, link: `${CONSOLE}${encodeURIComponent(written)}` }],
          link: `${CONSOLE}?q=${encodeURIComponent(written)}`,
          events: [line({ kind: written, route: text, rule: text, code: text, incident: written, counts: { [text]: 1 }, link: `${CONSOLE}${encodeURIComponent(written)}` })],
        }),
        () => (withheld += 1),
      );
      expect(withheld).toBe(7);
      expect(out.title).toBe('[已隐去]');
      expect(out.items[0]?.link).toBeUndefined();
      expect(out.link).toBeUndefined();
      expect(out.events[0]).toMatchObject({ kind: 'unnamed', route: '[已隐去]', incident: undefined, counts: { '[已隐去]': 1 }, link: undefined });
      const digits = JSON.stringify({ ...out, from: 0, to: 0, events: out.events.map((event) => ({ ...event, at: 0 })) }).normalize('NFKC').replace(/\D/g, '');
      expect(digits).not.toContain(value.replace(/\D/g, '').slice(0, 11));
    }
  });

  it('lets no number out in a count', () => {
    const phone = Number(numberSource(7).phone());
    const out = admitted(message({ total: phone, items: [{ text: 'x', severity: 'low', count: phone }], events: [line({ count: phone, counts: { x: phone } })] }));
    expect(JSON.stringify(out)).not.toContain(String(phone));
  });

  it('lets times, dates, incidents, masked previews and plain counts pass', () => {
    const texts = [
      '2026-11-22 14:57–14:58 共 7 件', '11-22 14:57 – 11-22 15:03，留存 12', '14:57:30 至 14:58:02，共 1234 件', `事件 ${INCIDENT} 已留存`,
      '身份证 110***********1234、138****8000', '上游 http://10.20.30.40:8080/ 不可达', '队列 12,345 件，最早 36 小时前', '2026/11/22',
    ];
    const out = admitted(message({ items: texts.map((text) => ({ text, severity: 'info' as const, count: 1 })) }), () => {
      throw new Error('withheld');
    });
    expect(out.items.map(({ text }) => text)).toEqual(texts);
  });

  it('makes every text one bounded line and every name plain, whatever comes', () => {
    fc.assert(fc.property(anyMessage, (any) => {
      const out = admitted(any);
      const texts = [out.title, out.summary, ...out.items.map(({ text }) => text), ...out.events.flatMap(({ kind, route = '', rule = '', code = '', incident = '' }) => [kind, route, rule, code, incident])];
      for (const text of texts) {
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(800);
      }
      expect(out.title).not.toBe('');
      expect(admitted(out)).toEqual(out);
    }), RUNS);
  });

  it('counts items and events that it has no room for', () => {
    const many = admitted(message({ items: Array.from({ length: 700 }, () => ({ text: 'x', severity: 'low' as const, count: 1 })), itemsLeftOut: 5, events: Array.from({ length: 600 }, () => line()) }));
    expect([many.items.length + (many.itemsLeftOut ?? 0), many.events.length + (many.eventsLeftOut ?? 0)]).toEqual([705, 600]);
  });

  it('refuses a delivery id that could not stand in a header', () => {
    for (const deliveryId of ['', 'a b', 'x\r\ny', 'a'.repeat(65)]) expect(() => admitted(message({ deliveryId }))).toThrow(SinkFailed);
  });
});
