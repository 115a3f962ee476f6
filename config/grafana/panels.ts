/** What the dashboard shows, row by row: titles in two languages, units, and queries that hold for one node and for a fleet. */

export type Unit = 'short' | 's' | 'bytes' | 'Bps' | 'reqps' | 'cps' | 'percentunit' | 'dateTimeFromNow';

export interface Query {
  readonly expr: string;
  /** Of Grafana: `{{label}}` stands for a label's value. */
  readonly legend: string;
}
export interface Panel {
  readonly kind: 'stat' | 'timeseries' | 'table';
  readonly title: readonly [en: string, zh: string];
  readonly help: readonly [en: string, zh: string];
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** From this value on it is yellow, then red; `below`: the smaller, the worse. */
  readonly limits?: { readonly warn: number; readonly bad: number; readonly below?: true };
}
export interface Row {
  readonly title: readonly [en: string, zh: string];
  readonly panels: readonly Panel[];
}

/** The nodes chosen at the top of the page. */
const I = 'instance=~"$instance"';
const IR = `${I}, route=~"$route"`;
const RATE = '[$__rate_interval]';

const q = (expr: string, legend: string): Query => ({ expr, legend });
const stat = (title: Panel['title'], help: Panel['help'], unit: Unit, expr: string, legend: string, limits?: Panel['limits']): Panel => ({ kind: 'stat', title, help, unit, queries: [q(expr, legend)], ...(limits === undefined ? {} : { limits }) });
const graph = (title: Panel['title'], help: Panel['help'], unit: Unit, ...queries: readonly Query[]): Panel => ({ kind: 'timeseries', title, help, unit, queries });
const quantile = (share: number, metric: string, by: string, match = I): string => `histogram_quantile(${share}, sum by (${by === '' ? 'le' : `le, ${by}`}) (rate(${metric}_bucket{${match}}${RATE})))`;
/** Decisions are minutes apart: rates over the usual few minutes would be empty. */
const slowQuantile = (share: number, metric: string, by: string): string => `histogram_quantile(${share}, sum by (le, ${by}) (increase(${metric}_bucket{${I}}[6h])))`;

const NOW: Row = {
  title: ['Now', '现况'],
  panels: [
    stat(['Waiting for a decision', '待审'], ['Held messages, and those that wait for a second person.', '待审消息，以及等待第二人复核的消息。'], 'short', `sum(max by (state) (weir_held_messages{${I}, state=~"held|awaiting-second"}))`, 'waiting', { warn: 50, bad: 500 }),
    stat(['Oldest waits for', '最久等待'], ['Age of the oldest message without a decision.', '最早一条未决消息的等待时长。'], 's', `max(weir_held_oldest_age_seconds{${I}})`, 'oldest', { warn: 14_400, bad: 86_400 }),
    stat(['Releases that need a person', '需人工处理的放行'], ['Failed, possibly doubled, or without credentials.', '失败、可能重复送达或缺少凭据。'], 'short', `max(weir_held_messages{${I}, state="failed"})`, 'failed', { warn: 1, bad: 10 }),
    stat(['Dead jobs', '死信任务'], ['Jobs that have used up their attempts.', '已用尽重试次数的任务。'], 'short', `sum(max by (queue) (weir_jobs{${I}, state="dead"}))`, 'dead', { warn: 1, bad: 10 }),
    stat(['Components that are not ready', '未就绪组件'], ['Over all nodes.', '所有节点合计。'], 'short', `count(weir_component_up{${I}} == 0) or vector(0)`, 'down', { warn: 1, bad: 1 }),
    stat(['Routes on break-glass', '应急放行中的路由'], ['Everything passes there now.', '这些路由当前全部放行。'], 'short', `count(max by (route) (weir_bypass_active{${I}}) == 1) or vector(0)`, 'routes', { warn: 1, bad: 1 }),
    stat(['First certificate ends', '最早到期的证书'], ['Of listeners and for upstreams.', '监听端证书与上游客户端证书。'], 's', `min(weir_certificate_expiry_timestamp_seconds{${I}}) - time()`, 'left', { warn: 2_592_000, bad: 604_800, below: true }),
    stat(['Last backup', '最近备份'], ['Age of the newest backup; no data: there is none.', '最近一次备份距今时长；无数据表示尚无备份。'], 's', `time() - max(weir_backup_last_success_timestamp_seconds{${I}})`, 'ago', { warn: 129_600, bad: 604_800 }),
  ],
};

const TRAFFIC: Row = {
  title: ['Traffic', '流量'],
  panels: [
    graph(['Exchanges by verdict', '按判定统计的请求'], ['Each direction that a route scans counts.', '路由检查的每个方向分别计数。'], 'reqps', q(`sum by (action) (rate(weir_exchanges_total{${IR}}${RATE}))`, '{{action}}')),
    graph(['Exchanges under way', '进行中的请求'], ['Between their first byte and their end.', '从首字节到结束之间。'], 'short', q(`sum by (instance, channel) (weir_exchanges_in_progress{${I}})`, '{{instance}} {{channel}}')),
    graph(['Failed exchanges, by reason', '失败的请求（按原因）'], ['Also those that failed before a verdict.', '包括判定之前失败的请求。'], 'reqps', q(`sum by (route, reason) (rate(weir_exchange_errors_total{${IR}}${RATE}))`, '{{route}} {{reason}}')),
    graph(['Duration of an exchange, 95th percentile', '请求耗时（P95）'], ['Exemplars name exchanges.', '样例点给出请求编号。'], 's', q(quantile(0.95, 'weir_exchange_duration_seconds', 'channel, mode'), '{{channel}} {{mode}}')),
    graph(['Answer of upstreams, 95th percentile', '上游应答耗时（P95）'], ['Until the head of the answer.', '到收到应答头为止。'], 's', q(quantile(0.95, 'weir_upstream_duration_seconds', 'route', IR), '{{route}}')),
    graph(['Upstreams that did not answer', '上游未应答'], ['By stable error code.', '按错误代码。'], 'reqps', q(`sum by (route, reason) (rate(weir_upstream_failures_total{${IR}}${RATE}))`, '{{route}} {{reason}}')),
    graph(['Mail recipients by fate', '邮件收件人（按去向）'], ['How a mail ended for each of them, or where it waits.', '每位收件人的结果或邮件所在之处。'], 'cps', q(`sum by (route, fate) (rate(weir_mail_recipients_total{${IR}}${RATE}))`, '{{route}} {{fate}}')),
    graph(['Replies to mail clients', '对邮件客户端的应答'], ['By the first digit of their code.', '按应答码首位。'], 'cps', q(`sum by (listener, class) (rate(weir_smtp_replies_total{${I}}${RATE}))`, '{{listener}} {{class}}')),
    graph(['Mail clients', '邮件客户端连接'], ['Connected now, by node and listener.', '当前连接数，按节点与监听端。'], 'short', q(`sum by (instance, listener) (weir_smtp_connections{${I}})`, '{{instance}} {{listener}}')),
  ],
};

const VERDICTS: Row = {
  title: ['Verdicts', '判定'],
  panels: [
    graph(['Masked, blocked or held, by route', '脱敏、阻断、留存（按路由）'], ['What was not simply passed on.', '未直接放行的请求。'], 'reqps', q(`sum by (route, action) (rate(weir_exchanges_total{${IR}, action!="pass"}${RATE}))`, '{{route}} {{action}}')),
    graph(['Share that is stopped', '被拦截的比例'], ['Blocked or held, of all exchanges of a route.', '各路由中被阻断或留存的比例。'], 'percentunit', q(`sum by (route) (rate(weir_exchanges_total{${IR}, action=~"block|hold"}${RATE})) / sum by (route) (rate(weir_exchanges_total{${IR}}${RATE}))`, '{{route}}')),
    graph(['Would have been done (monitor mode)', '观察模式下的预计动作'], ['By rules and routes that only watch.', '仅观察的规则与路由。'], 'reqps', q(`sum by (route, action) (rate(weir_monitored_total{${IR}}${RATE}))`, '{{route}} {{action}}')),
    graph(['Let through by break-glass', '应急放行的请求'], ['By what would have become of them.', '按原本的动作统计。'], 'reqps', q(`sum by (route, action) (rate(weir_bypassed_total{${IR}}${RATE})) or vector(0)`, '{{route}} {{action}}')),
    graph(['Values let through by exceptions', '例外放行的值'], ['Distinct values that an approved exception covers.', '由已批准的例外放行的不同值的数量。'], 'cps', q(`sum by (route, detector) (rate(weir_exceptions_total{${IR}}${RATE})) or vector(0)`, '{{route}} {{detector}}')),
  ],
};

const FINDINGS: Row = {
  title: ['Findings and coverage', '发现与覆盖'],
  panels: [
    graph(['Findings by detector', '按检测器统计的发现'], ['What became of their exchange is on another label.', '所属请求的动作见另一标签。'], 'cps', q(`sum by (detector) (rate(weir_findings_total{${I}}${RATE}))`, '{{detector}}')),
    graph(['Scanned bytes', '已检查字节'], ['Of bodies.', '请求体与应答体。'], 'Bps', q(`sum by (channel) (rate(weir_scanned_bytes_total{${I}}${RATE}))`, '{{channel}}')),
    graph(['Bytes not scanned, by reason', '未检查字节（按原因）'], ['Each of them is on record.', '每一字节均有记录。'], 'Bps', q(`sum by (reason) (rate(weir_unscanned_bytes_total{${I}}${RATE}))`, '{{reason}}')),
    graph(['Speed of scanning', '检查速度'], ['Scanned bytes for each second spent on it, by node.', '每秒检查时间处理的字节数，按节点。'], 'Bps', q(`sum by (instance) (rate(weir_scanned_bytes_total{${I}}${RATE})) / sum by (instance) (rate(weir_scan_duration_seconds_sum{${I}}${RATE}))`, '{{instance}}')),
    graph(['Time in the scanner', '检查耗时'], ['Of one exchange: median and 99th percentile.', '单次请求：中位数与 P99。'], 's', q(quantile(0.5, 'weir_scan_duration_seconds', ''), '50 %'), q(quantile(0.99, 'weir_scan_duration_seconds', ''), '99 %')),
  ],
};

const REVIEW: Row = {
  title: ['Review queue', '审核队列'],
  panels: [
    graph(['Messages by state', '消息（按状态）'], ['Shown once for the whole fleet.', '整个集群只显示一份。'], 'short', q(`max by (state) (weir_held_messages{${I}})`, '{{state}}')),
    graph(['From arrival to decision', '从到达到决定'], ['Median and 90th percentile of six hours, by decision.', '六小时内的中位数与 P90，按决定。'], 's', q(slowQuantile(0.5, 'weir_review_wait_seconds', 'outcome'), '{{outcome}} 50 %'), q(slowQuantile(0.9, 'weir_review_wait_seconds', 'outcome'), '{{outcome}} 90 %')),
    graph(['Decided within four hours', '四小时内决定的比例'], ['By severity, of a day\'s decisions.', '按严重级别，一天内的决定。'], 'percentunit', q(`sum by (severity) (increase(weir_review_wait_seconds_bucket{${I}, le="14400"}[1d])) / sum by (severity) (increase(weir_review_wait_seconds_count{${I}}[1d]))`, '{{severity}}')),
    graph(['From decision to arrival', '从决定到送达'], ['95th percentile of released messages, six hours.', '放行消息的 P95，六小时。'], 's', q(slowQuantile(0.95, 'weir_release_wait_seconds', 'outcome'), '{{outcome}}')),
    graph(['Previews', '预览耗时'], ['95th percentile of what reviewers wait for.', '审核人等待时长的 P95。'], 's', q(`histogram_quantile(0.95, sum by (le, view) (increase(weir_preview_duration_seconds_bucket{${I}}[1h])))`, '{{view}}')),
    graph(['Signing in', '登录'], ['Steps by how they ended.', '登录步骤及其结果。'], 'short', q(`sum by (step, outcome) (increase(weir_sign_ins_total{${I}}[1h]))`, '{{step}} {{outcome}}')),
  ],
};

const RELIABILITY: Row = {
  title: ['Reliability', '可靠性'],
  panels: [
    graph(['Jobs by queue and state', '任务（按队列与状态）'], ['Shown once for the whole fleet.', '整个集群只显示一份。'], 'short', q(`max by (queue, state) (weir_jobs{${I}})`, '{{queue}} {{state}}')),
    graph(['Oldest job', '最早的任务'], ['That is neither done nor dead.', '尚未完成且未成为死信。'], 's', q(`max by (queue) (weir_jobs_oldest_age_seconds{${I}})`, '{{queue}}')),
    graph(['Runs of jobs', '任务执行'], ['`again` and `failed` are run once more.', '“again”与“failed”会再次执行。'], 'cps', q(`sum by (queue, outcome) (rate(weir_job_duration_seconds_count{${I}}${RATE}))`, '{{queue}} {{outcome}}')),
    graph(['Duration of jobs, 95th percentile', '任务耗时（P95）'], ['Of one run.', '单次执行。'], 's', q(quantile(0.95, 'weir_job_duration_seconds', 'queue'), '{{queue}}')),
    graph(['Alerts by sink', '告警投递'], ['`again` is repeated, `never` waits for a person.', '“again”会重试，“never”需人工处理。'], 'cps', q(`sum by (sink, outcome) (rate(weir_alert_delivery_duration_seconds_count{${I}}${RATE}))`, '{{sink}} {{outcome}}')),
    graph(['Alerts that wait', '待发告警'], ['Events, and the age of the oldest in seconds.', '事件数，以及最早一条的等待秒数。'], 'short', q(`max by (sink) (weir_alert_events_waiting{${I}})`, '{{sink}}'), q(`max by (sink) (weir_alert_oldest_age_seconds{${I}})`, '{{sink}} s')),
    graph(['Database connections', '数据库连接'], ['Of all nodes, and the most they may open.', '所有节点合计及上限。'], 'short', q(`sum by (state) (weir_database_connections{${I}})`, '{{state}}'), q(`sum(weir_database_connections_limit{${I}})`, 'most')),
    graph(['Vault', '保险库'], ['Used, limit, and free on its disk (not for a bucket).', '已用、上限与磁盘剩余（对象存储无此项）。'], 'bytes', q(`max(weir_vault_used_bytes{${I}})`, 'used'), q(`max(weir_vault_limit_bytes{${I}})`, 'limit'), q(`min(weir_vault_free_bytes{${I}})`, 'free')),
    graph(['Sealing, 95th percentile', '封存耗时（P95）'], ['Until a message is durable.', '直至消息落盘。'], 's', q(quantile(0.95, 'weir_vault_seal_duration_seconds', 'outcome'), '{{outcome}}')),
    graph(['Sealed bytes', '封存字节'], ['Written to the vault.', '写入保险库。'], 'Bps', q(`sum by (instance) (rate(weir_vault_sealed_bytes_total{${I}}${RATE}))`, '{{instance}}')),
    graph(['Spool in use', '暂存使用率'], ['Of the room for bodies that wait for their verdict.', '等待判定的内容所占空间比例。'], 'percentunit', q(`sum by (instance, where) (weir_spool_bytes{${I}}) / sum by (instance, where) (weir_spool_limit_bytes{${I}})`, '{{instance}} {{where}}')),
    graph(['Components', '组件'], ['1 ready, 0 not.', '1 就绪，0 未就绪。'], 'short', q(`min by (instance, component) (weir_component_up{${I}})`, '{{instance}} {{component}}')),
    graph(['Event loop lag, 99th percentile', '事件循环延迟（P99）'], ['Whatever this node does waits so long.', '节点上任何处理的附加等待。'], 's', q(`max by (instance) (nodejs_eventloop_lag_p99_seconds{${I}, job=~"weir.*"})`, '{{instance}}')),
    graph(['Memory', '内存'], ['Resident, by node.', '常驻内存，按节点。'], 'bytes', q(`sum by (instance) (process_resident_memory_bytes{${I}, job=~"weir.*"})`, '{{instance}}')),
    graph(['CPU', '处理器'], ['Cores in use, by node.', '占用核数，按节点。'], 'percentunit', q(`sum by (instance) (rate(process_cpu_seconds_total{${I}, job=~"weir.*"}${RATE}))`, '{{instance}}')),
    graph(['The recorder itself', '记录自身'], ['Sources that did not answer, withheld and lost log lines, telemetry that was not taken.', '未应答的数据源、被扣留或丢失的日志、未被接收的遥测。'], 'short',
      q(`sum by (source) (increase(weir_scrape_errors_total{${I}}${RATE}))`, 'scrape {{source}}'), q(`sum(increase(weir_log_withheld_total{${I}}${RATE}))`, 'log withheld'),
      q(`sum(increase(weir_log_lost_total{${I}}${RATE}))`, 'log lost'), q(`sum by (signal) (increase(weir_telemetry_lost_total{${I}}${RATE}))`, 'telemetry {{signal}}')),
    graph(['Nodes by policy', '节点（按策略版本）'], ['More than one line: a change has not reached all.', '多于一条表示变更尚未到达所有节点。'], 'short', q(`max by (revision) (weir_fleet_nodes{${I}}) or count by (revision) (weir_policy_info{${I}})`, '{{revision}}')),
    graph(['Who speaks for the fleet', '集群代表节点'], ['Shows what all nodes share; exactly one of them is 1.', '由其显示共享数据；只有一个节点为 1。'], 'short', q(`max by (instance, lease) (weir_lease_held{${I}})`, '{{instance}} {{lease}}')),
    { kind: 'table', title: ['Certificates', '证书'], help: ['When they end.', '到期时间。'], unit: 'dateTimeFromNow', queries: [q(`min by (use, name) (weir_certificate_expiry_timestamp_seconds{${I}}) * 1000`, '{{use}} {{name}}')] },
    { kind: 'table', title: ['What runs', '运行版本'], help: ['Version and configuration of each node.', '各节点的版本与配置。'], unit: 'short', queries: [q(`max by (instance, version, node) (weir_build_info{${I}})`, '{{instance}} {{version}}'), q(`max by (instance) (weir_policy_last_reload_success{${I}})`, '{{instance}} configuration')] },
  ],
};

export const ROWS: readonly Row[] = [NOW, TRAFFIC, VERDICTS, FINDINGS, REVIEW, RELIABILITY];

/** What is chosen at the top of the page. */
export const VARIABLES = [
  { name: 'instance', label: ['Node', '节点'], query: 'label_values(weir_build_info, instance)' },
  { name: 'route', label: ['Route', '路由'], query: 'label_values(weir_exchanges_total, route)' },
] as const;
