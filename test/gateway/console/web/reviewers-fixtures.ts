/** Held messages, one message with its content, and figures, as the API answers the reviewers' pages. */
import { randomBelow } from '../../../kit/numbers.js';
import { ABOUT } from './admin-fixtures.js';
import { sessionOf } from './fixtures.js';
import type { Answers } from './browser.js';

/** Ages are told from now: a fixed day would make every message overdue. */
const NOW = Date.now();
export const ago = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();
const HOUR = 3600;
const DAY = 86_400;
export const idOf = (n: number): string => `w${String(n).padStart(26, '0')}`;

const PEOPLE = [
  ['w***@corp.example', '王**@客户.example', 'mail.example', '客户名单（三月）'],
  ['z******g@corp.example', 'partner@bank.example', 'upload.bank.example', 'POST /upload/claims.csv'],
  ['hr@corp.example', 's***@agency.example', 'agency.example', 'Payroll check, second round'],
  ['l*@corp.example', 'archive@corp.example', 'share.example', '社保对账 2026-02'],
] as const;
const SEVERITIES = ['low', 'medium', 'high', 'critical', 'high'] as const;

export function summary(n: number, over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const below = randomBelow(n + 1);
  const [sender = '', recipient = '', destination = '', subject = ''] = PEOPLE[n % PEOPLE.length] ?? [];
  const severity = SEVERITIES[n % SEVERITIES.length] ?? 'low';
  const age = 600 + n * 5400 + below(3000);
  const hours = { low: 72, medium: 24, high: 8, critical: 2 }[severity];
  const due = age - hours * HOUR;
  const isMail = n % 4 !== 1;
  return {
    id: idOf(n),
    state: 'held',
    receivedAt: ago(age),
    expiresAt: ago(age - 30 * DAY),
    channel: isMail ? 'smtp' : 'http',
    route: isMail ? 'mail' : 'share',
    direction: 'request',
    policy: '7f3a9c2e51d0',
    rule: n % 3 === 0 ? 'people-and-cards' : 'many-phones',
    severity,
    fourEyes: n % 7 === 3,
    bytes: 900 + below(90_000),
    findingCounts: n % 6 === 5 ? {} : { 'cn.resident-id': 1 + below(40), ...(n % 2 === 0 ? { 'bank-card': 1 + below(9) } : {}), ...(n % 5 === 0 ? { 'cn.phone': 1 + below(120) } : {}) },
    unscannableReasons: n % 6 === 5 ? ['encrypted'] : [],
    method: isMail ? '' : 'POST',
    target: isMail ? '' : '/share/claims-****.csv',
    destination,
    sender,
    recipients: [recipient, ...(n % 3 === 0 ? ['a***@客户.example', 'b***@客户.example'] : [])],
    ...(isMail ? { subject: `${subject}${n > 3 ? ` #${n}` : ''}` } : {}),
    mediaType: isMail ? 'message/rfc822' : 'text/csv',
    joined: n % 9 === 4 ? 2 : 0,
    risk: { score: Math.max(4, 92 - n * 2), reasons: [{ code: `severity-${severity}`, points: 30 }, { code: 'numbers-10', points: 12 }, { code: 'recipient-first-seen', points: 6 }, { code: 'confidence-low', points: -6 }] },
    group: { key: 'abcdefgh'.repeat(2), size: n % 4 === 0 ? 14 : 1 },
    grades: ['C2'],
    detectors: ['cn.resident-id'],
    fileNames: n % 4 === 2 ? ['工资表_2026-02.xlsx'] : n === 4 ? ['invoice\u202excod.exe'] : [],
    outside: isMail ? [0] : [],
    comments: n % 8 === 1 ? 2 : 0,
    ...(n % 4 === 0 ? { assignee: { id: 'acc2', name: 'zhang.wei', displayName: '张伟' } } : {}),
    ageSeconds: age,
    sla: due > 0 ? 'late' : due > -2 * HOUR ? 'soon' : 'ok',
    slaDueAt: ago(due),
    legalHold: n % 11 === 6,
    ...over,
  };
}

const PAGE = 50;
export const QUEUE_SIZE = 128;
export const COUNTS = { states: { held: 120, 'awaiting-second': 4, uncertain: 2, failed: 2, released: 2210, rejected: 305 }, mine: 3, unassigned: 88, late: 17 };

/** As the list answers: a page by cursor. */
export function listAnswer(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const from = typeof query['after'] === 'string' ? Number(query['after']) : 0;
  const numbers = Array.from({ length: Math.min(PAGE, QUEUE_SIZE - from) }, (_, at) => from + at);
  return { messages: numbers.map((n) => summary(n)), ...(from + PAGE < QUEUE_SIZE ? { next: String(from + PAGE) } : {}) };
}

export const GROUPS = {
  groups: [
    { key: 'abcdefghabcdefgh', size: 14, oldest: ago(3 * DAY), sample: summary(0), why: 'fingerprints' },
    { key: 'bcdefghabcdefgha', size: 6, oldest: ago(DAY), sample: summary(2), why: 'file' },
    { key: 'cdefghabcdefghab', size: 3, oldest: ago(5 * HOUR), sample: summary(3), why: 'sender' },
  ],
};

const finding = (n: number, over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  detector: 'cn.resident-id', part: 'body/2', start: n * 60, end: n * 60 + 18, confidence: 0.98, reasons: ['checksum', 'date', 'region', 'keyword'], preview: '110105********123X', tags: [], maskable: true, ...over,
});
export const FINDINGS: readonly Record<string, unknown>[] = [
  finding(1),
  finding(2, { preview: '330106********0027' }),
  finding(3, { detector: 'bank-card', confidence: 0.92, reasons: ['checksum', 'issuer-known', 'column'], preview: '622202*********1234' }),
  finding(4, { detector: 'cn.phone', confidence: 0.74, reasons: ['segment', 'row'], preview: '138****8000' }),
  finding(5, { part: 'head', detector: 'cn.phone', confidence: 0.6, reasons: ['segment', 'chained'], preview: '139****1234', maskable: false }),
];

export function message(n: number, over: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { risk, group, grades, detectors, fileNames, outside, comments, assignee, ageSeconds, sla, slaDueAt, legalHold, ...kept } = summary(n);
  return {
    ...kept,
    queue: { risk, group, grades, detectors, fileNames, outside, comments, assignee, ageSeconds, sla, slaDueAt, legalHold },
    findings: FINDINGS,
    findingCounts: { 'cn.resident-id': 2, 'bank-card': 1, 'cn.phone': 2 },
    unscannable: [{ part: 'body/3', reason: 'encrypted', bytes: 20_480, detail: 'zip, AES' }],
    receipt: {
      size: 61_440,
      scanned: 40_960,
      unscanned: 20_480,
      parts: [
        { part: 'head', chain: ['head'], scanned: 1_024, unscanned: 0 },
        { part: 'body/1', chain: ['multipart', 'utf-8', 'text'], scanned: 2_048, unscanned: 0 },
        { part: 'body/2', chain: ['multipart', 'base64', 'gb18030', 'csv'], scanned: 37_888, unscanned: 0 },
        { part: 'body/3', chain: ['multipart', 'base64'], scanned: 0, unscanned: 20_480, reason: 'encrypted' },
      ],
      more: 0,
      detectors: '4e1b',
      policy: '7f3a9c2e51d0',
    },
    suite: 'age-v1',
    facts: {
      distinctNumbers: { 'cn.resident-id': 2, 'bank-card': 1, 'cn.phone': 2 },
      atLeast: false,
      distinctPeople: 2,
      regions: [
        { code: '11', zh: '北京市', en: 'Beijing', count: 1 },
        { code: '33', zh: '浙江省', en: 'Zhejiang', count: 1 },
      ],
      senderHistory: { held30d: 6, released30d: 4, rejected30d: 1 },
      recipientFirstSeen: ago(12 * DAY),
    },
    timeline: [
      { at: ago(7200), actor: 'gateway', act: 'message.held', detail: { rule: 'people-and-cards', severity: 'high' } },
      { at: ago(3600), actor: 'account:zhang.wei', act: 'message.comment', text: '已联系发件人，等回复。' },
      { at: ago(1800), actor: 'account:zhang.wei', act: 'original.open', text: 'Sender asks which customer it is.', detail: { what: 'values' } },
    ],
    falsePositives: [],
    canBeOpened: true,
    ...over,
  };
}

const PARTS = [
  { path: 'head', chain: ['head'], depth: 0, unscanned: 0, mediaType: 'message/rfc822', size: 1_024, readable: true, cautions: [] },
  { path: 'body/1', chain: ['multipart', 'utf-8', 'text'], depth: 1, unscanned: 0, mediaType: 'text/plain', size: 2_048, readable: true, cautions: [] },
  { path: 'body/2', chain: ['multipart', 'base64', 'gb18030', 'csv'], depth: 1, unscanned: 0, name: '工资表.csv', mediaType: 'text/csv', size: 37_888, readable: true, cautions: [] },
  { path: 'body/3', chain: ['multipart', 'base64'], depth: 1, unscanned: 20_480, name: 'photo⟨U+202E⟩gpj.exe', mediaType: 'application/zip', size: 20_480, readable: false, why: 'encrypted', cautions: ['direction', 'two-extensions'] },
];
const previewOf = (index: number): unknown => FINDINGS[index]?.['preview'];
const CELLS = (one: number | undefined, name: string, amount: string, two?: number): unknown[] => [
  [{ text: name }],
  one === undefined ? [{ text: '—' }] : [{ text: previewOf(one), finding: one, masked: true }],
  two === undefined ? [{ text: '' }] : [{ text: previewOf(two), finding: two, masked: true }],
  [{ text: amount }],
];

/** Asked for a part; the text names a script and a control character, as an attacker's would. */
export function contentAnswer(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const part = typeof query['part'] === 'string' ? query['part'] : 'body/2';
  const rest = { parts: PARTS, moreParts: 0, part, offset: 0 };
  if (part === 'body/2') return { ...rest, view: { kind: 'table', cautions: [], rows: [[[{ text: '姓名' }], [{ text: '身份证号' }], [{ text: '卡号' }], [{ text: '金额' }]], CELLS(0, '王**', '8,200.00', 2), CELLS(1, '李**', '9,150.50'), CELLS(undefined, '赵**', '7,000.00')] } };
  if (part === 'body/3') return { ...rest, view: { kind: 'binary', why: 'encrypted' } };
  if (part === 'head') return { ...rest, view: { kind: 'text', cautions: [], segments: [{ text: 'From: w***@corp.example\nTo: 王**@客户.example\nSubject: 客户名单\nX-Phone: ' }, { text: '139****1234', finding: 4, masked: true }, { text: '\n' }] } };
  const segments = [{ text: 'Dear colleague,\n\nplease check <script>alert(1)</script> and call ' }, { text: '138****8000', finding: 3, masked: true }, { text: ' — hidden:⟨U+202E⟩dna␀ end.\n' }];
  return { ...rest, view: { kind: 'text', cautions: ['direction', 'control'], segments, ...(query['offset'] === undefined ? { more: 2048 } : {}) } };
}

export const COMPARE = {
  possible: true,
  parts: PARTS,
  part: 'body/2',
  offset: 0,
  segments: [
    { text: '姓名,身份证号,卡号,金额\n王**,' },
    { before: '110105********123X', after: '1101***********23X', stays: false, finding: 0 },
    { text: ',' },
    { before: '622202*********1234', after: '622202*********1234', stays: true, finding: 2 },
    { text: ',"8,200.00"\n李**,' },
    { before: '330106********0027', after: '3301***********027', stays: false, finding: 1 },
    { text: ',,"9,150.50"\n' },
  ],
  cautions: [],
  rewritten: [],
  unread: [{ path: 'body/3', why: 'encrypted', bytes: 20_480 }],
};

const days = (count: number): readonly string[] => Array.from({ length: count }, (_, at) => ago((count - 1 - at) * DAY).slice(0, 10));
export function overviewAnswer(query: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const count = Number(query['days'] ?? 14);
  const below = randomBelow(7);
  return {
    days: count,
    held: 128,
    oldestHeldAt: ago(4 * DAY + 3 * HOUR),
    late: 17,
    byState: COUNTS.states,
    bySeverity: { critical: 6, high: 41, medium: 58, low: 23 },
    heldPerDay: days(count).map((day) => ({ day, count: 40 + below(60) })),
    decisionsPerDay: days(count).map((day) => ({ day, released: 20 + below(30), masked: 8 + below(20), rejected: 2 + below(9), expired: below(3) })),
    findingsByType: [
      { detector: 'cn.resident-id', findings: 5210, messages: 611 },
      { detector: 'bank-card', findings: 1833, messages: 240 },
      { detector: 'cn.phone', findings: 902, messages: 77 },
      { detector: 'staff-number', findings: 120, messages: 31 },
    ],
    byChannel: [
      { channel: 'smtp', messages: 620, findings: 5100 },
      { channel: 'http', messages: 204, findings: 2965 },
    ],
    byRoute: [
      { route: 'mail', messages: 620 },
      { route: 'share', messages: 204 },
    ],
    topSenders: PEOPLE.map(([sender], at) => ({ sender, mark: `${'0a1b2c3d'.repeat(2)}${at}`, messages: 90 - at * 21 })),
    topDestinations: PEOPLE.map(([, , destination], at) => ({ destination, messages: 120 - at * 25 })),
    falsePositiveRate: 0.081,
    releasedUnchangedRate: 0.63,
    medianDecisionSeconds: 2460,
    health: [
      { component: 'database', ok: true, neededFor: 'all', detail: 'ready' },
      { component: 'vault', ok: true, neededFor: 'hold', detail: '41 % of its space in use' },
      { component: 'jobs', ok: false, neededFor: 'hold', detail: '12 jobs wait since 9 minutes' },
      { component: 'policy', ok: true, neededFor: 'all', detail: 'revision 7f3a9c2e51d0' },
    ],
  };
}

export const PREVIEW = {
  token: 'bulk-token-0123456789abcdef',
  expiresAt: ago(-300),
  count: 3,
  more: false,
  byState: { held: 3 },
  bySender: [{ sender: 'w***@corp.example', count: 2 }, { sender: 'hr@corp.example', count: 1 }],
  byRoute: [{ route: 'mail', count: 3 }],
  findingCounts: { 'cn.resident-id': 31, 'bank-card': 6 },
  skipped: [{ id: idOf(3), why: 'four-eyes' }],
};

/** Everything a reviewer's pages ask for; a test puts its own beside. */
export function reviewersAnswers(over: Answers = {}): Answers {
  const session = sessionOf('reviewer');
  return {
    'GET /session': { ...session, rights: [...(session['rights'] as string[]), 'messages.open'] },
    'GET /about': ABOUT,
    'GET /messages': listAnswer,
    'GET /messages/groups': GROUPS,
    'GET /messages/counts': COUNTS,
    'GET /filters': { filters: [{ id: '7', name: '高危未分配', filter: { severity: ['high', 'critical'], assignee: 'nobody' }, labels: {}, order: 'risk', shared: true, mine: true, createdAt: ago(9 * DAY) }] },
    'GET /assignees': { people: [{ id: 'acc9', name: 'wu.yan', displayName: '吴妍' }, { id: 'acc2', name: 'zhang.wei', displayName: '张伟' }] },
    'POST /messages/bulk/preview': PREVIEW,
    'POST /messages/bulk': { results: [0, 1, 2].map((n) => ({ id: idOf(n), result: 'done', state: 'releasing' })), counts: { done: 3 } },
    'GET /overview': overviewAnswer,
    ...messageAnswers(0),
    ...messageAnswers(1),
    ...messageAnswers(2),
    ...over,
  };
}

export function messageAnswers(n: number, over: Readonly<Record<string, unknown>> = {}): Answers {
  const path = `/messages/${idOf(n)}`;
  return {
    [`GET ${path}`]: message(n, over),
    [`GET ${path}/content`]: contentAnswer,
    [`GET ${path}/compare`]: COMPARE,
    [`GET ${path}/comments`]: { comments: [{ n: 1, at: ago(3600), actor: 'account:zhang.wei', author: '张伟', text: '已联系发件人，等回复。' }] },
    [`POST ${path}/comments`]: { n: 2, at: ago(0), actor: 'account:li.na', author: '李娜', text: 'ok' },
    [`POST ${path}/assign`]: { id: idOf(n), assignee: { id: 'acc9', name: 'wu.yan', displayName: '吴妍' } },
    [`POST ${path}/release`]: { id: idOf(n), state: 'releasing' },
    [`POST ${path}/approve`]: { id: idOf(n), state: 'releasing' },
    [`POST ${path}/refuse`]: { id: idOf(n), state: 'rejected' },
    [`POST ${path}/reject`]: { id: idOf(n), state: 'rejected' },
    [`POST ${path}/escalate`]: { id: idOf(n), state: 'held' },
    [`POST ${path}/settle`]: { id: idOf(n), state: 'released' },
    [`POST ${path}/false-positive`]: { id: idOf(n), state: 'held', exception: 'ex12' },
    [`POST ${path}/legal-hold`]: { id: idOf(n), legalHold: true },
    [`POST ${path}/open`]: { opening: 'o'.repeat(43), expiresAt: new Date(Date.now() + 300_000).toISOString() },
    [`GET ${path}/values`]: { values: [{ finding: 0, detector: 'cn.resident-id', part: 'body/2', value: 'VALUE-ONE' }, { finding: 2, detector: 'bank-card', part: 'body/2', value: 'VALUE-TWO' }], missing: 0, expiresAt: new Date(Date.now() + 300_000).toISOString() },
  };
}
