/** Words of alerts in both languages: events, what codes mean, and the sentences around them. */
import type { AlertEventName } from '../ports.js';

export type Language = 'zh' | 'en';
type Both = Readonly<Record<Language, string>>;

export const EVENT_WORDS: Readonly<Record<AlertEventName, Both>> = {
  hold: { en: 'held', zh: '留存待审' },
  block: { en: 'blocked', zh: '已阻断' },
  mask: { en: 'masked', zh: '已脱敏' },
  unscannable: { en: 'could not be scanned', zh: '无法检查' },
  canary: { en: 'planted number seen', zh: '蜜标号码出现' },
  failure: { en: 'failed', zh: '处理失败' },
  'dead-letter': { en: 'given up', zh: '多次重试后放弃' },
  expiry: { en: 'expiry', zh: '留存到期' },
  health: { en: 'health', zh: '运行状况' },
  backup: { en: 'backup', zh: '备份' },
  policy: { en: 'policy', zh: '策略' },
  'break-glass': { en: 'break-glass', zh: '应急放行' },
  account: { en: 'accounts', zh: '账号' },
};

/** What is not here is told by its code. */
const CODES: Readonly<Record<string, Both>> = {
  'retention-50': { en: 'half of its retention is over', zh: '保留期已过半' },
  'retention-90': { en: 'nine tenths of its retention are over', zh: '保留期已过九成' },
  expired: { en: 'expired without a decision', zh: '期限内未作决定，已过期' },
  escalated: { en: 'somebody asks those above to decide', zh: '已上报，请上级处理' },
  'vault-missing': { en: 'its content is missing from the vault', zh: '保险库中缺少其内容' },
  'notice-dead': { en: 'its sender could not be told', zh: '无法通知发送人' },
  'database-down': { en: 'the database does not answer', zh: '数据库无响应' },
  'database-up': { en: 'the database is back', zh: '数据库已恢复' },
  'vault-down': { en: 'the vault cannot be reached', zh: '保险库不可用' },
  'vault-up': { en: 'the vault is back', zh: '保险库已恢复' },
  'spool-down': { en: 'there is no room to receive content', zh: '接收缓冲不可用' },
  'spool-up': { en: 'there is room to receive content again', zh: '接收缓冲已恢复' },
  'bypass-started': { en: 'everything on the route passes', zh: '该路由已全部放行' },
  'bypass-ended': { en: 'the route is guarded again', zh: '该路由已恢复防护' },
  'account-locked': { en: 'locked after failed sign-ins', zh: '多次登录失败，已锁定' },
  'account-recovered': { en: 'recovered by the offline command', zh: '已通过离线命令恢复' },
  'reload-refused': { en: 'a changed configuration was refused; the old one runs on', zh: '新配置被拒绝，继续使用原配置' },
  'reload-applied': { en: 'a changed configuration is in force', zh: '新配置已生效' },
  'backup-old': { en: 'the last backup is too old', zh: '最近一次备份已过旧' },
  'backup-none': { en: 'there has been no backup yet', zh: '尚无备份' },
  'backup-fresh': { en: 'there is a fresh backup again', zh: '已有新的备份' },
};
const SINK_CODES: Readonly<Record<string, (sink: string) => Both>> = {
  'alert-dead': (sink) => ({ en: `alerts to “${sink}” were given up`, zh: `发往“${sink}”的告警多次失败，已放弃` }),
  'alert-sink-down': (sink) => ({ en: `alerts to “${sink}” have not arrived for ten minutes`, zh: `发往“${sink}”的告警已十分钟未送达` }),
  canary: (id) => ({ en: `“${id}”`, zh: `“${id}”` }),
  'alert-sink-up': (sink) => ({ en: `alerts to “${sink}” arrive again`, zh: `发往“${sink}”的告警已恢复` }),
};

export function codeWords(code: string, language: Language): string {
  const [name = '', rest] = code.split('.', 2);
  const about = rest === undefined ? undefined : SINK_CODES[name];
  return about !== undefined && rest !== undefined ? about(rest)[language] : (CODES[code]?.[language] ?? code);
}

export const SEVERITY_WORDS = {
  info: { en: 'info', zh: '提示' },
  low: { en: 'low', zh: '低' },
  medium: { en: 'medium', zh: '中' },
  high: { en: 'high', zh: '高' },
  critical: { en: 'critical', zh: '严重' },
} as const satisfies Record<string, Both>;

export const SENTENCES = {
  en: {
    title: (severity: string, counts: string) => `Weir [${severity}]: ${counts}`,
    digestTitle: (severity: string, counts: string) => `Weir [${severity}], from quiet hours: ${counts}`,
    count: (what: string, count: number) => `${count} ${what}`,
    list: ', ',
    summary: (total: number, from: string, to: string, zone: string, counts: string) => `${total} ${total === 1 ? 'event' : 'events'}, ${from === to ? from : `${from} to ${to}`} (${zone}): ${counts}`,
    route: (route: string) => `route ${route}`,
    rule: (rule: string) => `rule ${rule}`,
    such: (previews: string) => `such as ${previews}`,
    incident: (id: string) => `incident ${id}`,
    latest: (time: string, count: number) => (count === 1 ? time : `latest ${time}`),
    testTitle: 'Weir: test message',
    testSummary: (sink: string, time: string, zone: string) => `This is a test of “${sink}” (${time}, ${zone}). Nothing has happened.`,
  },
  zh: {
    title: (severity: string, counts: string) => `Weir【${severity}】${counts}`,
    digestTitle: (severity: string, counts: string) => `Weir【${severity}】静默时段汇总：${counts}`,
    count: (what: string, count: number) => `${what} ${count} 条`,
    list: '，',
    summary: (total: number, from: string, to: string, zone: string, counts: string) => `共 ${total} 条，${from === to ? from : `${from} 至 ${to}`}（${zone}）：${counts}`,
    route: (route: string) => `路由 ${route}`,
    rule: (rule: string) => `规则 ${rule}`,
    such: (previews: string) => `例如 ${previews}`,
    incident: (id: string) => `事件编号 ${id}`,
    latest: (time: string, count: number) => (count === 1 ? time : `最近 ${time}`),
    testTitle: 'Weir：测试消息',
    testSummary: (sink: string, time: string, zone: string) => `这是对“${sink}”的测试（${time}，${zone}），没有发生任何事件。`,
  },
} as const;
