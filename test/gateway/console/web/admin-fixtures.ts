/** Answers of the API as the administrators' pages see them. */
import type { z } from 'zod';
import type { AboutAnswer } from '../../../../gateway/review/about-schemas.js';
import type { AccessReviewAnswer, AccountAnswer, GrantAnswer, TokenAnswer } from '../../../../gateway/review/accounts-schemas.js';
import type { auditAnswer } from '../../../../gateway/review/audit-schemas.js';
import type { BypassesAnswer, ExceptionsAnswer } from '../../../../gateway/review/exceptions-schemas.js';
import { openApiDocument } from '../../../../gateway/review/openapi.js';
import { aboutOperations } from '../../../../gateway/review/about-operations.js';
import type { deliveriesAnswer, SinksAnswer } from '../../../../gateway/review/alerts-schemas.js';
import type { jobsAnswer, QueuesAnswer } from '../../../../gateway/review/jobs-schemas.js';
import type { nodesAnswer } from '../../../../gateway/review/nodes-operations.js';
import type { PolicyAnswer, RevisionAnswer, RevisionsAnswer, SettingsAnswer, ValidateAnswer } from '../../../../gateway/review/policy-schemas.js';
import type { monitorReportAnswer } from '../../../../gateway/review/schemas.js';
import { AT } from './fixtures.js';

export const ABOUT: AboutAnswer = {
  version: '0.1.0',
  monitor: false,
  custody: 'local',
  data: { port: 8080, tls: false },
  demo: [
    { route: 'upload', path: '/upload' },
    { route: 'mail', path: '/mail' },
    { route: 'share', path: '/share' },
  ],
  bypassed: [],
};

const account = (id: string, name: string, displayName: string, more: Partial<AccountAnswer> = {}): AccountAnswer => ({ id, name, displayName, state: 'active', enrolled: true, createdAt: AT, lastSeenAt: AT, roles: [], ...more });
export const ACCOUNTS: readonly AccountAnswer[] = [
  account('acc1', 'li.na', '李娜', { roles: ['system-admin'] }),
  account('acc2', 'wang.wei', '王伟', { roles: ['security-admin'] }),
  account('acc3', 'zhao.min', '赵敏', { roles: ['auditor'] }),
  account('acc4', 'a.muller', 'Anna Müller', { roles: ['reviewer', 'approver'], lockedUntil: '2999-01-01T00:00:00.000Z' }),
  account('acc5', 'chen.jie', '陈洁', { state: 'invited', enrolled: false, roles: [] }),
  account('acc6', 'old.hand', 'Old Hand', { state: 'disabled', roles: [] }),
];
export const GRANTS: readonly GrantAnswer[] = [
  { id: 'g1', accountId: 'acc5', accountName: 'chen.jie', role: 'reviewer', mayOpen: true, scope: { routes: ['share'], senders: ['@example.cn', 'sales@example.com'] }, state: 'proposed', setUp: false, proposedBy: 'account:li.na', proposedAt: AT },
  { id: 'g2', accountId: 'acc2', accountName: 'wang.wei', role: 'security-admin', mayOpen: false, state: 'active', setUp: true, proposedBy: 'account:li.na', proposedAt: AT, decidedBy: 'account:li.na', decidedAt: AT },
  { id: 'g3', accountId: 'acc6', accountName: 'old.hand', role: 'reviewer', mayOpen: false, state: 'refused', setUp: false, proposedBy: 'account:li.na', proposedAt: AT, decidedBy: 'account:wang.wei', decidedAt: AT },
];
export const TOKENS: readonly TokenAnswer[] = [
  { id: 't1', accountId: 'acc1', accountName: 'li.na', name: 'nightly-report', createdAt: AT, expiresAt: '2999-01-01T00:00:00.000Z', lastUsedAt: AT },
  { id: 't2', accountId: 'acc1', accountName: 'li.na', name: 'old', createdAt: AT, expiresAt: AT },
];
export const ACCESS_REVIEW: AccessReviewAnswer = {
  at: AT,
  unusedAfterDays: 90,
  accounts: ACCOUNTS.slice(0, 4).map((one) => ({ ...one, rights: ['settings.read'], grants: GRANTS.slice(1, 2), tokens: TOKENS.slice(0, 1), sessions: 1, lastUsedAt: AT, unusedDays: 12 })),
};
export const AUDIT: z.output<typeof auditAnswer> = {
  rows: [
    { writer: 'gateway-1a2b', seq: 412, at: AT, actor: 'account:a.muller', act: 'message.release', subject: 'w01HQZX5T7S9QK3M2N4P6R8V0BC', data: { as: 'masked', reason: 'agreed with the sender' }, hash: 'ab'.repeat(32) },
    { writer: 'gateway-1a2b', seq: 411, at: AT, actor: 'account:a.muller', act: 'message.open', subject: 'w01HQZX5T7S9QK3M2N4P6R8V0BC', data: { reason: '需要核对收件人', what: 'values' }, hash: 'cd'.repeat(32) },
    { writer: 'gateway-1a2b', seq: 410, at: AT, actor: 'gateway', act: 'verdict.block', subject: undefined, data: { route: 'mail', rule: 'many-identities', counts: { 'cn.resident-id': 3 } }, hash: 'ef'.repeat(32) },
  ],
  next: 'more',
};
export const YAML = `# Weir's configuration
version: 1
listen:
  data: { host: 127.0.0.1, port: 8080 }
policies:
  share:
    rules:
      - id: identities
        when: { detector: [cn.resident-id, bank-card], count: 1 }
        then: hold
        severity: high # somebody must look
      - id: phones
        when: { detector: cn.phone, count: 50 }
        then: hold
retention: 30d
`;
const rule = { notify: true, fourEyes: false, monitor: false, severity: 'high' } as const;
export const POLICY: PolicyAnswer = {
  revision: '0123456789ab',
  digest: '01'.repeat(32),
  since: AT,
  yaml: YAML,
  monitor: false,
  grades: { C3: ['cn.resident-id'] },
  policies: [
    {
      name: 'share',
      routes: ['share'],
      unscannable: 'hold',
      retentionDays: 30,
      retentionByGradeDays: { C3: 14 },
      rules: [
        { ...rule, id: 'identities', describe: 'Identity numbers are never shared unseen', action: 'hold', fourEyes: true, whenText: { en: 'at least one resident ID or bank card', zh: '至少一个身份证号或银行卡号' } },
        { ...rule, id: 'phones', action: 'mask', otherwise: 'block', severity: 'medium', monitor: true, whenText: { en: 'at least 50 distinct phone numbers', zh: '至少 50 个不同的手机号' } },
      ],
    },
  ],
  routes: [
    { id: 'share', path: '/share', policy: 'share', scan: true, monitor: false, syncClient: false },
    { id: 'status', path: '/status', scan: false, monitor: false, syncClient: false, bypassedUntil: '2999-01-01T00:00:00.000Z' },
  ],
};
export const REVISIONS: RevisionsAnswer = {
  revisions: [
    { revision: '0123456789ab', digest: '01'.repeat(32), firstAt: AT, lastRun: { at: AT, how: 'reload', node: 'gw-1', version: '0.1.0' }, running: true },
    { revision: 'ba9876543210', digest: '02'.repeat(32), firstAt: AT, running: false },
  ],
};
export const REVISION = (revision: string): RevisionAnswer => ({ revision, digest: '01'.repeat(32), firstAt: AT, running: true, runs: [], yaml: revision === '0123456789ab' ? YAML : YAML.replace('count: 50', 'count: 20').replace('30d', '14d') });
export const VALIDATED: ValidateAnswer = { ok: false, problems: [{ path: 'policies.share.rules.0.then', line: 10, column: 15, problem: 'is not an action', example: 'then: hold' }], warnings: [] };
export const MONITOR: z.output<typeof monitorReportAnswer> = {
  since: '2026-02-16',
  folded: 0,
  rows: Array.from({ length: 14 }, (_, index) => [
    { day: `2026-02-${String(16 + (index % 13)).padStart(2, '0')}`, route: 'share', rule: 'phones', action: 'mask' as const, exchanges: 40 + ((index * 37) % 50) },
    { day: `2026-02-${String(16 + (index % 13)).padStart(2, '0')}`, route: 'mail', rule: 'many-identities', action: 'block' as const, exchanges: (index * 11) % 20 },
  ]).flat().slice(0, 26),
};
export const EXCEPTIONS: ExceptionsAnswer = {
  exceptions: [
    { id: 'e1', state: 'proposed', scope: { sender: 'fin****@example.com', destination: 'partner.example.net', detectors: ['bank-card'] }, conclusive: false, coversHigh: false, reason: 'Order numbers of the partner look like cards', owner: 'account:a.muller', message: 'w01HQZX5T7S9QK3M2N4P6R8V0BC', proposedBy: 'account:a.muller', proposedAt: AT, expiresAt: '2999-01-01T00:00:00.000Z' },
    { id: 'e2', state: 'active', scope: { fingerprints: 2 }, conclusive: true, coversHigh: true, reason: '测试数据', owner: 'account:a.muller', message: 'w01HQZX5T7S9QK3M2N4P6R8V0BD', proposedBy: 'account:a.muller', proposedAt: AT, decidedBy: 'account:wang.wei', decidedAt: AT, decisionReason: 'seen', expiresAt: '2999-01-01T00:00:00.000Z' },
  ],
};
export const BYPASSES: BypassesAnswer = {
  active: [{ id: 'b1', route: 'status', endsAt: '2999-01-01T00:00:00.000Z' }],
  bypasses: [
    { id: 'b1', state: 'active', route: 'status', reason: 'upstream migration, agreed with operations', hours: 2, proposedBy: 'account:wang.wei', proposedAt: AT, decidedBy: 'account:li.na', decidedAt: AT, decisionReason: 'seen', endsAt: '2999-01-01T00:00:00.000Z' },
    { id: 'b2', state: 'proposed', route: 'share', reason: '紧急切换', hours: 1, proposedBy: 'account:wang.wei', proposedAt: AT },
  ],
  routes: ['share', 'status'],
};
export const SETTINGS: SettingsAnswer = {
  version: '0.1.0',
  retention: { auditDays: 120, auditFloorDays: 184, accessLogDays: 184, policies: [{ name: 'share', days: 30, byGradeDays: { C3: 14 } }] },
  vault: { custody: 'local', suite: 'age-v1', suites: ['age-v1', 'gm-1'], usedBytes: 1_234_567_890, limitBytes: 10_000_000_000 },
  listeners: [
    { name: 'data', host: '127.0.0.1', port: 8080, tls: false },
    { name: 'admin', host: '127.0.0.1', port: 8081, tls: false },
  ],
  monitor: false,
  demo: true,
  database: 'embedded',
  alertSinks: 0,
  noticeSinks: 1,
  language: 'auto',
  warnings: [
    { code: 'audit-retention', severity: 'danger', text: { en: 'The audit is kept for fewer than 184 days.', zh: '审计记录保留不足 184 天。' } },
    { code: 'custody-local', severity: 'warning', text: { en: 'The review key lies on this machine.', zh: '审核密钥保存在本机。' } },
  ],
};
export const QUEUES: QueuesAnswer = {
  carrier: { kind: 'redis', reachable: false, here: ['release', 'alert'], reviewKey: true },
  queues: [
    { kind: 'release', ready: 2, delayed: 1, waiting: 0, dead: 1, oldestOpenAt: AT, oldestDueAt: AT },
    { kind: 'destroy', ready: 0, delayed: 0, waiting: 0, dead: 0 },
    { kind: 'notice', ready: 0, delayed: 3, waiting: 0, dead: 0, oldestOpenAt: AT },
    { kind: 'alert', ready: 1, delayed: 0, waiting: 0, dead: 1, oldestOpenAt: AT },
    { kind: 'rescan', ready: 0, delayed: 0, waiting: 40, dead: 0, oldestOpenAt: AT },
  ],
  leases: [{ name: 'expire', holder: 'worker-2b9c', until: AT }],
  lastRescan: { revision: '0123456789ab', cause: 'revision', actor: 'worker', at: AT, messages: 40 },
};
export const JOBS: z.output<typeof jobsAnswer> = {
  jobs: [
    { n: 812, kind: 'release', state: 'dead', incident: 'w01HQZX5T7S9QK3M2N4P6R8V0BC', route: 'share', attempts: 12, code: 'ECONNREFUSED', createdAt: AT, dueAt: AT, closedAt: AT },
    { n: 640, kind: 'alert', state: 'dead', ref: '77', attempts: 10, code: 'BAD_SIGNATURE', createdAt: AT, dueAt: AT, closedAt: AT },
  ],
  next: 640,
};
export const SINKS: SinksAnswer = {
  sinks: [
    { id: 'oncall', kind: 'dingtalk', language: 'zh', perMinute: 20, rules: ['urgent', 'daily'], state: 'ok', lastSentAt: AT, waiting: 3, oldest: AT, dead: 0 },
    { id: 'soc-mail', kind: 'mail', language: 'en', perMinute: 60, rules: ['daily'], state: 'failing', failingSince: AT, lastError: 'ECONNREFUSED', waiting: 412, oldest: AT, dead: 1 },
    { id: 'old-hook', rules: [], state: 'gone', waiting: 0, dead: 2 },
  ],
  rules: [
    { id: 'urgent', to: ['oncall'], events: ['hold', 'block', 'canary'], severity: 'high', windowSeconds: 60 },
    { id: 'daily', to: ['oncall', 'soc-mail'], routes: ['share'], countOver: { count: 50, withinSeconds: 600 }, windowSeconds: 3600, quiet: { from: '22:00', to: '08:00', zone: 'Asia/Shanghai', except: 'critical', now: true } },
  ],
  zone: 'Asia/Shanghai',
  language: 'zh',
  links: true,
};
export const DELIVERIES: z.output<typeof deliveriesAnswer> = {
  deliveries: [{ n: 77, rule: 'daily', sink: 'soc-mail', kind: 'events', state: 'dead', severity: 'high', total: 31, from: AT, to: AT, createdAt: AT, attempts: 10, lastError: 'ECONNREFUSED', job: 640 }],
};
export const NODES: z.output<typeof nodesAnswer> = {
  samePolicy: false,
  nodes: [
    { id: 'gw-1-9f2c', host: 'gw-1', version: '0.1.0', roles: ['gateway', 'admin'], processes: 4, revision: '0123456789ab', since: AT, startedAt: AT, lastSeen: AT, alive: true, here: true },
    { id: 'gw-2-77aa', host: 'gw-2', version: '0.1.0', roles: ['gateway', 'admin'], processes: 1, revision: 'ba9876543210', since: AT, startedAt: AT, lastSeen: AT, alive: true, here: false },
    { id: 'worker-1-0b1c', host: 'worker-1', version: '0.1.0', roles: ['worker'], processes: 0, startedAt: AT, lastSeen: AT, alive: false, here: false },
  ],
};
/** Enough squares to look like one. */
export const ENROLMENT = { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Weir:li.na?secret=JBSWY3DPEHPK3PXP', qr: { size: 21, path: 'M0 0h7v7h-7zM14 0h7v7h-7zM0 14h7v7h-7zM9 9h3v3h-3z' } };
export const RECOVERY_CODES = { recoveryCodes: ['k3m9-x7qp', 'a2d4-f6hj', 'z8c5-v3bn', 'q1w7-e4rt', 'y6u2-i8op', 'm4n9-b5vc', 'l2k8-j7hg', 's9d3-f1aq'] };

/** What every administrator's page may ask for. */
export const ADMIN_ANSWERS = {
  'GET /about': ABOUT,
  'GET /accounts': { accounts: ACCOUNTS },
  'GET /grants': { grants: GRANTS },
  'GET /tokens': { tokens: TOKENS },
  'GET /access-review': ACCESS_REVIEW,
  'GET /audit': AUDIT,
  'POST /audit/verify': { ok: true, rows: 412, chains: 2, checkpoints: { good: 7, unsigned: 0, unknown: 0 } },
  'GET /policy': POLICY,
  'GET /policy/revisions': REVISIONS,
  'GET /policy/revisions/0123456789ab': REVISION('0123456789ab'),
  'GET /policy/revisions/ba9876543210': REVISION('ba9876543210'),
  'POST /policy/validate': VALIDATED,
  'GET /monitor-report': MONITOR,
  'GET /exceptions': EXCEPTIONS,
  'GET /bypasses': BYPASSES,
  'GET /settings': SETTINGS,
  'GET /jobs': JOBS,
  'GET /jobs/queues': QUEUES,
  'GET /nodes': NODES,
  'GET /alerts/sinks': SINKS,
  'GET /alerts/deliveries': DELIVERIES,
  'POST /jobs/812/retry': { n: 812, state: 'ready' },
  'GET /openapi.json': openApiDocument(aboutOperations({ about: () => ABOUT }), '0.1.0'),
  'POST /session/enrol/begin': ENROLMENT,
  'POST /session/enrol/finish': RECOVERY_CODES,
};
