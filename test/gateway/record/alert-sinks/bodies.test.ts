/** Whatever stands in an alert, every format keeps its limit and reads back as it was meant. */
import { describe, it, expect } from '@jest/globals';
import fc from 'fast-check';
import type { AlertMessage } from '../../../../gateway/ports.js';
import { admitted, safeLink } from '../../../../gateway/record/alert-sinks/admitted.js';
import { dingtalkBody } from '../../../../gateway/record/alert-sinks/dingtalk.js';
import { feishuBody } from '../../../../gateway/record/alert-sinks/feishu.js';
import { mailContent } from '../../../../gateway/record/alert-sinks/mail-content.js';
import { slackBody } from '../../../../gateway/record/alert-sinks/slack.js';
import { cefLines, textLine } from '../../../../gateway/record/alert-sinks/syslog-format.js';
import { webhookBody } from '../../../../gateway/record/alert-sinks/webhook.js';
import { wecomMarkdown } from '../../../../gateway/record/alert-sinks/wecom.js';
import { wordsFor } from '../../../../gateway/record/alert-sinks/words.js';
import { anyMessage, CONSOLE, INCIDENT, line, message } from './messages.js';
import { folded, readCef, readFeishu, readHtml, readMarkdown, readSlack, readSyslog, type Read } from './readers.js';

const SEED = 20_261_122;
const RUNS = { numRuns: 100, seed: SEED };
const SOURCE = { host: 'weir-1.corp.example', version: '1.4.0', facility: 13 };

interface Format {
  readonly name: string;
  readonly bytes: number;
  readonly body: (of: AlertMessage, maxBytes?: number) => string;
  readonly read: (body: string) => Read;
}
const dingtalk = (body: string): Read => {
  const sent = JSON.parse(body) as { markdown?: { title: string; text: string }; actionCard?: { title: string; text: string; singleTitle: string; singleURL: string }; at?: { isAtAll: boolean } };
  if (sent.at !== undefined) expect(sent.at).toEqual({ isAtAll: false });
  const read = readMarkdown(sent.markdown?.text ?? sent.actionCard?.text ?? '');
  const card = sent.actionCard;
  return card === undefined ? read : { ...read, links: [...read.links, { label: card.singleTitle, url: card.singleURL }] };
};
const FORMATS: readonly Format[] = [
  { name: 'DingTalk', bytes: 20_000, body: dingtalkBody, read: dingtalk },
  { name: 'Feishu', bytes: 20_000, body: (of, most) => feishuBody(of, { timestamp: '1795330650', sign: 'x'.repeat(44) }, most), read: (body) => readFeishu((JSON.parse(body) as { card: unknown }).card) },
  { name: 'WeCom', bytes: 4_096, body: wecomMarkdown, read: readMarkdown },
  { name: 'Slack', bytes: 16_000, body: slackBody, read: (body) => readSlack(JSON.parse(body) as Parameters<typeof readSlack>[0]) },
  { name: 'mail', bytes: 200_000, body: (of, most) => mailContent(of, most).html, read: readHtml },
];

describe.each(FORMATS)('$name, whatever stands in an alert', ({ bytes, body, read }) => {
  it('stays within its limit, cannot be made to link, mention or break a line, and reads back as it was meant', () => {
    fc.assert(fc.property(anyMessage, (any) => {
      const clean = admitted(any);
      const words = wordsFor(clean.language);
      const made = body(clean);
      expect(Buffer.byteLength(made)).toBeLessThanOrEqual(bytes);
      const { lines, links, active } = read(made);
      expect(active).toEqual([]);
      const told = lines.map(folded).join('\n');
      // The title may be cut for a header of its own; what stands there is its beginning.
      expect(told).toContain(folded(clean.title).slice(0, 40).trim());
      const shown = clean.items.filter(({ text, count }) => told.includes(folded(`${text}${words.times(count)}`)));
      const leftOut = new RegExp(words.leftOut(12_345).replace('12345', '(\\d+)'), 'u').exec(lines.join('\n'));
      const said = Number(leftOut?.[1] ?? 0);
      // Every item is there, or counted as left out; worst first, so that it is the last ones that are.
      expect(shown.length).toBeGreaterThanOrEqual(clean.items.length + (clean.itemsLeftOut ?? 0) - said);
      const whole = clean.items.length + (clean.itemsLeftOut ?? 0) - said;
      const targets = [...clean.items.slice(0, whole).flatMap(({ link }) => (link === undefined ? [] : [link])), ...(clean.link === undefined ? [] : [clean.link])];
      expect(links.map(({ url }) => url)).toEqual(targets);
    }), RUNS);
  });

  it('shows everything of a usual alert, with its links, in both languages', () => {
    for (const language of ['zh', 'en'] as const) {
      const { lines, links, active } = read(body(message({ language })));
      const told = lines.map(folded).join('\n');
      expect(active).toEqual([]);
      expect(told).toContain('文件外发被留存');
      expect(told).toContain(folded('110***********1234'));
      expect(told).toContain(language === 'zh' ? '高' : 'High');
      expect(links.map(({ url }) => url)).toEqual([`${CONSOLE}messages/${INCIDENT}`, CONSOLE]);
    }
  });

  it('says how many items it had no room for', () => {
    const items = Array.from({ length: 400 }, (_, n) => ({ text: `第 ${String(n)} 项：${'汉字'.repeat(60)}`, severity: 'high' as const, count: 2 }));
    const made = body(admitted(message({ items, itemsLeftOut: 30 })));
    const { lines } = read(made);
    const shown = lines.filter((one) => one.includes('项：')).length;
    expect(shown).toBeGreaterThan(3);
    expect(lines.join('\n')).toContain(wordsFor('zh').leftOut(430 - shown));
    expect(Buffer.byteLength(made)).toBeLessThanOrEqual(bytes);
    expect(made).not.toContain('\ufffd');
  });
});

describe('syslog, whatever stands in an alert', () => {
  it.each([2_048, 8_192])('gives CEF lines within %s bytes that a collector reads back with nothing injected', (maxBytes) => {
    fc.assert(fc.property(anyMessage, (any) => {
      const clean = admitted(any);
      const lines = cefLines(clean, SOURCE, maxBytes);
      const extra = clean.events.length === 0 || (clean.eventsLeftOut ?? 0) > 0 ? 1 : 0;
      expect(lines).toHaveLength(clean.events.length + extra);
      lines.forEach((one, index) => {
        expect(Buffer.byteLength(one)).toBeLessThanOrEqual(maxBytes);
        expect(one).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
        const { data, text, pri, app } = readSyslog(one);
        expect(app).toBe('weir');
        expect(pri >> 3).toBe(13);
        expect(data).toEqual({ delivery: clean.deliveryId, n: String(index + 1), of: String(lines.length) });
        const { header, extension } = readCef(text);
        const event = clean.events[index];
        if (event === undefined) return;
        expect(header.slice(0, 6)).toEqual(['CEF:0', 'Weir', 'Weir', '1.4.0', event.kind, `Weir ${event.kind}`]);
        const allowed = ['rt', 'cnt', 'externalId', 'reason', 'request', 'cs1Label', 'cs1', 'cs2Label', 'cs2', 'cs3Label', 'cs3', 'cs4Label', 'cs4'];
        expect(Object.keys(extension).filter((key) => !allowed.includes(key))).toEqual([]);
        expect(extension).toMatchObject({ rt: String(event.at.getTime()), cnt: String(event.count) });
        expect([extension.cs1, extension.cs2, extension.reason, extension.externalId]).toEqual([event.route, event.rule, event.code, event.incident]);
      });
    }), RUNS);
  });

  it('gives one line of words that is RFC 5424 as well', () => {
    fc.assert(fc.property(anyMessage, (any) => {
      const clean = admitted(any);
      const one = textLine(clean, SOURCE, 2_048);
      expect(Buffer.byteLength(one)).toBeLessThanOrEqual(2_048);
      expect(one).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      const { data, text } = readSyslog(one);
      expect(data.delivery).toBe(clean.deliveryId);
      expect(text.startsWith(clean.title)).toBe(true);
    }), RUNS);
  });

  it('puts what a SIEM needs under the keys of CEF\'s dictionary', () => {
    const [first] = cefLines(message(), SOURCE, 8_192);
    const { pri, at, host, msgid, text } = readSyslog(first ?? '');
    expect({ pri, at, host, msgid }).toEqual({ pri: 13 * 8 + 3, at: '2026-11-22T06:57:25.000Z', host: 'weir-1.corp.example', msgid: 'hold' });
    expect(readCef(text)).toEqual({
      header: ['CEF:0', 'Weir', 'Weir', '1.4.0', 'hold', 'Weir hold', '8'],
      extension: { rt: '1795330645000', cnt: '6', externalId: INCIDENT, cs1Label: 'route', cs1: 'share', cs2Label: 'rule', cs2: 'ids', cs3Label: 'counts', cs3: 'cn.resident-id:2', request: `${CONSOLE}messages/${INCIDENT}` },
    });
  });
});

describe('the webhook, whatever stands in an alert', () => {
  it('is JSON within its limit that has every event or says how many are left out', () => {
    fc.assert(fc.property(anyMessage, fc.constantFrom(262_144, 8_000), (any, maxBytes) => {
      const clean = admitted(any);
      const body = webhookBody(clean, maxBytes);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(maxBytes);
      const { items, leftOut = 0, total } = JSON.parse(body) as { items: unknown[]; leftOut?: number; total: number };
      expect(items.length + leftOut).toBe(clean.events.length + (clean.eventsLeftOut ?? 0));
      expect(total).toBe(clean.total);
    }), RUNS);
  });
});

describe('links', () => {
  it('are https or http without credentials, end only at their end, and hold no number', () => {
    expect(safeLink(`${CONSOLE}messages/${INCIDENT}`)).toBe(`${CONSOLE}messages/${INCIDENT}`);
    expect(safeLink('http://10.20.30.40:8081/x')).toBe('http://10.20.30.40:8081/x');
    expect(safeLink('https://x.example/a(b)[c]|d>e')).toBe('https://x.example/a%28b%29%5Bc%5D%7Cd%3Ee');
    for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'https://a:b@x.example/', '/messages/1', 'https://x.example/13800138000', 'https://x.example/?q=1380%200138000', `https://x.example/${'a'.repeat(600)}`]) expect(safeLink(bad)).toBeUndefined();
  });

  it('leads an event to its message in CEF even when nothing else is known of it', () => {
    const [only] = cefLines(message({ events: [line({ route: undefined, rule: undefined, incident: undefined, counts: {} })] }), SOURCE, 2_048);
    expect(readCef(readSyslog(only ?? '').text).extension.request).toBe(`${CONSOLE}messages/${INCIDENT}`);
  });
});
