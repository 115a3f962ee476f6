/** What of the settings a person should know of, each in words of both languages. */
import type { SettingsAnswer } from './policy-schemas.js';

type Warning = SettingsAnswer['warnings'][number];

/** Network logs: six months. */
export const AUDIT_FLOOR_DAYS = 184;
/** The access log is kept for as long as the law asks (HC 31). */
export const ACCESS_LOG_DAYS = 184;

export interface Circumstances {
  readonly auditDays: number;
  readonly custody: 'local' | 'supplied' | 'absent';
  readonly monitor: boolean;
  /** Routes that only watch by their own setting. */
  readonly monitoredRoutes: readonly string[];
  readonly unscannedRoutes: readonly string[];
  readonly bypassedRoutes: readonly string[];
  readonly demo: boolean;
  readonly alertSinks: number;
  /** Routes that may hold and tell nobody. */
  readonly silentRoutes: readonly string[];
  readonly listeners: readonly { readonly name: 'data' | 'admin'; readonly host: string; readonly tls: boolean }[];
  /** Hosts whose node runs another policy than this one's. */
  readonly otherPolicies: readonly string[];
  /** The start-up token is still valid: the three administrators are not there yet. */
  readonly setUp: boolean;
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);

export function settingsWarnings(now: Circumstances): readonly Warning[] {
  const found: Warning[] = [];
  const warn = (isSo: boolean, code: string, severity: Warning['severity'], en: string, zh: string): void => {
    if (isSo) found.push({ code, severity, text: { en, zh } });
  };
  const list = (names: readonly string[]): string => names.join(', ');
  warn(now.bypassedRoutes.length > 0, 'bypass-active', 'danger', `Break-glass is in force: everything passes on ${list(now.bypassedRoutes)}.`, `紧急放行生效中：以下路由的内容全部放行：${list(now.bypassedRoutes)}。`);
  warn(now.auditDays < AUDIT_FLOOR_DAYS, 'audit-retention-short', 'danger', `The audit is kept for ${now.auditDays} days. The law asks for six months of logs (${AUDIT_FLOOR_DAYS} days).`, `审计记录仅保存 ${now.auditDays} 天。法规要求日志至少留存六个月（${AUDIT_FLOOR_DAYS} 天）。`);
  warn(now.custody === 'local', 'custody-local', 'warning', 'The review key lies on this machine: whoever takes over this machine can open what is held. Give the key to the console and worker roles only (vault.custody: supplied or absent).', '审核密钥保存在本机：控制本机者即可打开留存内容。请仅向控制台和工作进程提供密钥（vault.custody: supplied 或 absent）。');
  warn(now.custody === 'absent', 'custody-absent', 'info', 'The review key is not here: content cannot be shown or released by this process.', '审核密钥不在此处：本进程无法显示或放行内容。');
  warn(now.monitor, 'monitor-on', 'danger', 'Monitor mode is on everywhere: nothing is masked, held or blocked.', '全局监控模式已开启：不会脱敏、留存或阻断任何内容。');
  warn(!now.monitor && now.monitoredRoutes.length > 0, 'monitor-routes', 'warning', `These routes only watch: ${list(now.monitoredRoutes)}.`, `以下路由仅监控：${list(now.monitoredRoutes)}。`);
  warn(now.unscannedRoutes.length > 0, 'routes-unscanned', 'warning', `These routes are not scanned: ${list(now.unscannedRoutes)}.`, `以下路由不扫描：${list(now.unscannedRoutes)}。`);
  warn(now.demo, 'demo-on', 'warning', 'The demo sink is on: routes that lead to it deliver to nobody.', '演示接收端已开启：指向它的路由不会真正送达。');
  for (const { name, host, tls } of now.listeners) {
    const which = name === 'data' ? ['data', '数据'] : ['admin', '管理'];
    warn(!tls && !isLoopback(host), `tls-missing-${name}`, name === 'admin' ? 'danger' : 'warning', `The ${which[0]} listener has no TLS and is reachable from other machines.`, `${which[1]}监听端口未启用 TLS，且可从其他主机访问。`);
  }
  warn(now.otherPolicies.length > 0, 'nodes-differ', 'danger', `Not all nodes run the same policy. Another than here runs on: ${list(now.otherPolicies)}.`, `并非所有节点都运行同一策略。以下节点与本节点不同：${list(now.otherPolicies)}。`);
  warn(now.alertSinks === 0, 'alerts-none', 'warning', 'No alert receiver is configured: holds, failures and break-glass are seen only by whoever looks here.', '未配置告警接收端：留存、故障与紧急放行只有查看此处才能得知。');
  warn(now.silentRoutes.length > 0, 'notices-none', 'info', `Senders on these routes are not told when a held message is refused or expires: ${list(now.silentRoutes)}.`, `以下路由的发送人不会收到消息被拒绝或过期的通知：${list(now.silentRoutes)}。`);
  warn(now.setUp, 'set-up', 'warning', 'Set-up is not complete: the start-up token stays valid until the three administrators are active.', '初始设置尚未完成：三名管理员全部启用之前，启动令牌一直有效。');
  return found;
}
