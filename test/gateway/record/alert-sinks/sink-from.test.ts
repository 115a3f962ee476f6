/** Sinks as the configuration makes them. */
import { inspect } from 'node:util';
import { describe, it, expect } from '@jest/globals';
import { sinkSchema } from '../../../../config/alerts-schema.js';
import { alertMessage } from '../../../../gateway/alerting/wording.js';
import { SINK_KINDS, type AlertLine } from '../../../../gateway/ports.js';
import { admitted } from '../../../../gateway/record/alert-sinks/admitted.js';
import { sinkFrom } from '../../../../gateway/record/alert-sinks/sink-from.js';
import { numberSource } from '../../../kit/numbers.js';
import { dingtalkRobot } from '../../../kit/robots.js';
import { AT, INCIDENT, message } from './messages.js';

const SETTINGS: Readonly<Record<(typeof SINK_KINDS)[number], object>> = {
  dingtalk: { url: { env: 'URL' }, secret: { env: 'KEY' } },
  feishu: { url: { env: 'URL' }, secret: { env: 'KEY' } },
  wecom: { url: { env: 'URL' } },
  slack: { url: { env: 'URL' } },
  webhook: { url: 'https://siem.example/weir', secret: { env: 'KEY' } },
  mail: { host: 'mail.corp.example', user: 'weir', password: { env: 'KEY' }, from: 'weir@corp.example', to: ['duty@corp.example'] },
  syslog: { host: 'siem.corp.example' },
};
const secretOf = (secret: { readonly env: string } | { readonly file: string }): string => ('env' in secret && secret.env === 'URL' ? 'https://robot.example/hook/robot-token-1234' : 'the-signing-key');

describe('sinks from the configuration', () => {
  it.each(SINK_KINDS)('exist for %s, with its limits, and show no secret to whoever looks', async (kind) => {
    const sink = await sinkFrom(sinkSchema.parse({ id: 'ops', kind, ...SETTINGS[kind] }), secretOf);
    expect([sink.id, sink.kind]).toEqual(['ops', kind]);
    expect(sink.limits.perMinute).toBe({ dingtalk: 20, feishu: 20, wecom: 20, slack: 20, webhook: 60, mail: 20, syslog: 600 }[kind]);
    expect(sink.limits.maxBytes).toBe({ dingtalk: 20_000, feishu: 20_000, wecom: 4_096, slack: 16_000, webhook: 262_144, mail: 200_000, syslog: 8_192 }[kind]);
    expect(inspect(sink, { depth: 9, showHidden: true })).not.toMatch(/robot-token|the-signing-key/);
  });

  it('do not exist while a secret of theirs is missing', async () => {
    await expect(sinkFrom(sinkSchema.parse({ id: 'ops', kind: 'wecom', ...SETTINGS.wecom }), () => {
      throw new Error('WEIR_WECOM is not set');
    })).rejects.toThrow('WEIR_WECOM is not set');
  });

  it('withhold a number whoever has put it into a text, and count that', async () => {
    const robot = await dingtalkRobot({ now: () => AT });
    try {
      const phone = numberSource(5).phone();
      let withheld = 0;
      const sink = await sinkFrom(sinkSchema.parse({ id: 'ops', kind: 'dingtalk', url: { env: 'URL' } }), () => robot.url, { now: () => AT, onWithheld: () => (withheld += 1) });
      await sink.send(message({ items: [{ text: `来自 ${phone} 的文件`, severity: 'high', count: 1 }] }));
      expect(withheld).toBe(1);
      expect(robot.asked[0]?.body).not.toContain(phone);
      expect(robot.asked[0]?.body).toContain('［已隐去］');
    } finally {
      await robot.close();
    }
  });

  it('pass on what alerts are worded as, word by word', () => {
    const at = new Date(AT);
    const line = (change: Partial<AlertLine>): AlertLine => ({ kind: 'hold', at, severity: 'high', count: 12_345, route: 'mail-out', rule: 'ids', incident: INCIDENT, counts: { 'cn.resident-id': 1_234, 'bank-card': 56_789, 'cn.phone': 1 }, ...change });
    const lines = [line({}), line({ kind: 'health', code: 'alert-dead.on-call', incident: undefined, counts: {} }), line({ kind: 'failure', code: 'upstream-timeout' })];
    const previews = { [INCIDENT]: ['110***********1234', '622202*********1234', '138****8000', '1****************8'] };
    for (const language of ['zh', 'en'] as const) {
      const told = alertMessage(
        { n: 1_234_567, rule: 'r', sink: 'ops', kind: 'events', digest: true, createdAt: at, attempts: 0, previews, group: { from: new Date(AT - 86_400_000), to: at, total: 37_035, lines } },
        { language, zone: 'Asia/Shanghai', console: 'https://weir.corp.example:8081/' },
      );
      const out = admitted(told, () => {
        throw new Error('withheld');
      });
      expect([out.title, out.summary, out.link]).toEqual([told.title, told.summary, told.link]);
      expect(out.items.map(({ text, link }) => [text, link])).toEqual(told.items.map(({ text, link }) => [text, link]));
      expect(out.events.map(({ code, incident, link }) => [code, incident, link])).toEqual(told.events.map(({ code, incident, link }) => [code, incident, link]));
    }
  });
});
