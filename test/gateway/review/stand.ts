/** A whole admin app over a ledger in memory, for the tests of the review API. */
import { adminApp, type AdminOptions } from '../../../gateway/review/admin-app.js';
import type { AuditEntry, AuditReading, AuditRecord, DecisionResult, ExchangeId, Gate, Health, HeldState, LogFields, MailSplits, ReviewLedger, StoredMessage } from '../../../gateway/ports.js';
import { reviewApi } from '../../../gateway/wiring/review-api.js';
import { exchangeIds } from '../../../gateway/wiring/ids.js';
import { manualClock, type ManualClock } from '../../kit/clock.js';
import { memoryContent } from '../../kit/memory-content.js';
import { memoryQueue } from '../../kit/memory-queue.js';

export const TOKEN = 'test-token-of-more-than-sixteen-characters';
export const RIGHT = `Bearer ${TOKEN}`;

/** The start-up token is all there is. */
export const NOBODY_ELSE: Gate = { setUpEnded: async () => false, bearer: async () => ({ kind: 'nobody' }), cookie: async () => ({ kind: 'nobody' }), csrf: () => '' };

export interface Stand {
  readonly app: ReturnType<typeof adminApp>;
  readonly messages: Map<string, StoredMessage>;
  readonly decisions: { readonly id: string; readonly kind: string; readonly [key: string]: unknown }[];
  readonly audited: AuditEntry[];
  readonly logged: { readonly level: string; readonly event: string; readonly fields: LogFields | undefined }[];
  readonly clock: ManualClock;
  /** When set, every ledger call throws it. */
  trouble: { error: Error | undefined };
}

export function stand(overrides: Partial<AdminOptions> = {}): Stand {
  const messages = new Map<string, StoredMessage>();
  const decisions: Stand['decisions'] = [];
  const audited: AuditEntry[] = [];
  const logged: Stand['logged'] = [];
  const trouble: Stand['trouble'] = { error: undefined };
  const clock = manualClock();
  const log = (level: string) => (event: string, fields?: LogFields) => void logged.push({ level, event, fields });
  const audit = overrides.audit ?? { append: async (entry: AuditEntry) => void audited.push(entry) };
  const app = adminApp({
    operations: reviewApi({
      ...memoryQueue(messages, () => {
        if (trouble.error !== undefined) throw trouble.error;
      }),
      ...memoryContent(),
      ledger: memoryLedger(messages, decisions, trouble),
      splits: memorySplits(messages),
      audit,
      auditReading: memoryAudit(audited),
    version: '0.0.0',
    monitorReport: () => ({ since: '2026-01-01', rows: [{ day: '2026-01-01', route: 'mail', rule: 'cards', action: 'hold', exchanges: 3 }], folded: 0 }),
      clock,
    }),
    audit,
    clock,
    newId: exchangeIds(clock),
    token: TOKEN,
    gate: NOBODY_ELSE,
    metrics: async () => ({ type: 'text/plain; version=0.0.4; charset=utf-8', text: '# HELP weir_up x\nweir_up 1\n' }),
    health: [healthy('ledger')],
    log: { error: log('error'), warn: log('warn'), info: log('info'), debug: log('debug') },
    version: '0.0.0',
    language: 'auto',
    trustedProxies: [],
    pages: (_request, _response, next) => next(),
    ...overrides,
  });
  return { app, messages, decisions, audited, logged, clock, trouble };
}

export function healthy(component: string, ok = true, neededFor: 'all' | 'hold' = 'all'): Health {
  return { component, check: async () => ({ ok, neededFor, detail: ok ? 'fine' : 'away' }) };
}

export function message(id: string, state: HeldState = 'held', more: Partial<StoredMessage> = {}): StoredMessage {
  return {
    id: id as ExchangeId,
    receivedAt: new Date('2026-01-01T00:00:00Z'),
    channel: 'http',
    route: 'share',
    direction: 'request',
    policy: 'share@1',
    rule: 'hold-ids',
    severity: 'high',
    fourEyes: false,
    bytes: 42,
    findings: [
      { detector: 'cn.phone', part: 'body', start: 3, end: 14, confidence: 0.9, reasons: ['segment'], fingerprint: 'feedfacecafebeef', preview: '138****8000', tags: [], maskable: true },
    ],
    findingCounts: { 'cn.phone': 1 },
    unscannable: [{ part: 'body/2', reason: 'encrypted', bytes: 7, detail: 'zip' }],
    receipt: { size: 42, scanned: 35, unscanned: 7, parts: [{ part: 'body', chain: ['utf-8'], scanned: 35, unscanned: 7, reason: 'encrypted' }], more: 0, detectors: 'd1', policy: 'share@1' },
    method: 'POST',
    target: '/share',
    destination: 'files.example',
    user: undefined,
    sender: 'a***@example',
    recipients: [],
    subject: undefined,
    clientAddress: '192.0.2.1',
    mediaType: 'text/plain',
    bodyFingerprint: 'deadbeefdeadbeef',
    permitFingerprint: 'deadbeefdeadbee0',
    suite: 'age-v1',
    expiresAt: new Date('2026-01-31T00:00:00Z'),
    state,
    joined: 0,
    decision: undefined,
    delivery: undefined,
    lastError: undefined,
    ...more,
  };
}

/** Chains and filters are tested on PostgreSQL; here it is enough that rows come back. */
function memoryAudit(audited: readonly AuditEntry[]): AuditReading {
  const rows = (): readonly AuditRecord[] => audited.map((entry, at) => ({ ...entry, writer: 'gateway/0', seq: at + 1, prev: '', hash: '' }));
  return {
    page: async ({ limit }) => ({ rows: rows().slice(0, limit), next: undefined }),
    async *all() {
      yield* rows();
    },
    verify: async () => ({ ok: true, rows: audited.length, heads: [], checkpoints: { good: 0, unsigned: 0, unknown: 0 } }),
  };
}

/** Splits are tested on PostgreSQL; here one makes a message of another name. */
function memorySplits(messages: Map<string, StoredMessage>): MailSplits {
  return {
    async split(id) {
      const found = messages.get(id);
      if (found === undefined) return { kind: 'not-found' };
      const made = `${id}-split` as ExchangeId;
      messages.set(made, { ...found, id: made });
      return { kind: 'done', id: made, made: true };
    },
  };
}

function memoryLedger(messages: Map<string, StoredMessage>, decisions: Stand['decisions'], trouble: Stand['trouble']): ReviewLedger {
  const up = (): void => {
    if (trouble.error !== undefined) throw trouble.error;
  };
  const decide = async (id: string, from: readonly HeldState[], to: HeldState, decision: { readonly kind: string; readonly [key: string]: unknown }): Promise<DecisionResult> => {
    up();
    const found = messages.get(id);
    if (found === undefined) return { kind: 'not-found' };
    if (!from.includes(found.state)) return { kind: 'wrong-state', state: found.state };
    messages.set(id, { ...found, state: to });
    decisions.push({ id, ...decision });
    return { kind: 'done', state: to };
  };
  return {
    async list({ state, route, limit, after }) {
      up();
      const all = [...messages.values()].filter((one) => (state === undefined || one.state === state) && (route === undefined || one.route === route));
      const from = after === undefined ? 0 : Number(after);
      const next = from + limit < all.length ? String(from + limit) : undefined;
      return { messages: all.slice(from, from + limit), next };
    },
    async get(id) {
      up();
      return messages.get(id);
    },
    release: (id, decision) => decide(id, ['held'], 'releasing', { kind: 'release', ...decision }),
    approve: async (id, decision) => (decision.accountId === undefined ? { kind: 'same-person' } : decide(id, ['awaiting-second'], 'releasing', { kind: 'approve', ...decision })),
    refuse: (id, decision) => decide(id, ['awaiting-second'], 'held', { kind: 'refuse', ...decision }),
    reject: (id, decision) => decide(id, ['held'], 'rejected', { kind: 'reject', ...decision }),
    escalate: (id, decision) => decide(id, ['held'], 'held', { kind: 'escalate', ...decision }),
    lapse: async () => 0,
    settle: (id, decision) => decide(id, ['uncertain', 'failed'], decision.outcome === 'arrived' ? 'released' : 'releasing', { kind: 'settle', ...decision }),
    async counts() {
      up();
      return { states: { held: messages.size }, oldestHeldAt: undefined };
    },
  };
}
