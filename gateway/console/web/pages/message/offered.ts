/** What the one who is signed in may do with a message as it stands: only that is offered. The API refuses the rest anyway. */
import type { Right } from '../../../../ports/people.js';
import type { HeldState } from '../../../../ports/record.js';

export const DECISIONS = ['release-masked', 'release', 'reject', 'approve', 'refuse', 'settle', 'escalate', 'false-positive', 'open', 'legal-hold', 'assign', 'comment'] as const;
export type Decision = (typeof DECISIONS)[number];

export interface Standing {
  readonly state: HeldState;
  readonly severity: string;
  readonly findings: readonly { readonly maskable: boolean }[];
  readonly firstApproval?: { readonly actor: string; readonly until: string } | undefined;
  readonly escalated?: unknown;
  readonly canBeOpened: boolean;
}
export interface Who {
  readonly rights: ReadonlySet<Right>;
  /** As the audit names them. */
  readonly actor: string | undefined;
}

const DECIDABLE: readonly HeldState[] = ['held', 'needs-credentials', 'failed'];
const SETTLED: readonly HeldState[] = ['released', 'rejected', 'expired'];

export function offered(message: Standing, { rights, actor }: Who, now: number): ReadonlySet<Decision> {
  const { state, firstApproval } = message;
  const may = new Set<Decision>();
  const decides = rights.has('messages.decide');
  const approves = rights.has('messages.approve');
  const over = SETTLED.includes(state);
  const waitsForSecond = state === 'awaiting-second' && firstApproval !== undefined && new Date(firstApproval.until).getTime() > now;
  if (waitsForSecond) {
    // Who decided first has no second voice; where it is not known who that was, the API knows.
    const other = actor === undefined || firstApproval.actor !== actor;
    if (approves && other) may.add('approve');
    // Either of the two may take it back.
    if (approves || decides) may.add('refuse');
  } else if (decides && (DECIDABLE.includes(state) || state === 'awaiting-second')) {
    may.add('release').add('reject');
    if (message.findings.some(({ maskable }) => maskable)) may.add('release-masked');
  }
  if (decides && (state === 'uncertain' || state === 'failed')) may.add('settle');
  if (decides && !over && state !== 'releasing' && state !== 'sending') {
    may.add('assign');
    if (message.escalated === undefined) may.add('escalate');
  }
  if (rights.has('exceptions.propose') && message.findings.length > 0) may.add('false-positive');
  if (rights.has('messages.keep')) may.add('legal-hold');
  if (rights.has('messages.open') && message.canBeOpened) may.add('open');
  if (decides || approves) may.add('comment');
  return may;
}

/** Above this the queue calls a score high. */
const RISK_HIGH = 60;

/** Whose original leaves only with a reason in one's own words. */
export function highRisk({ severity, fourEyes, unscannableReasons }: { readonly severity: string; readonly fourEyes: boolean; readonly unscannableReasons: readonly string[] }, score: number | undefined): boolean {
  // As long as nobody knows the score it counts as high.
  return severity === 'high' || severity === 'critical' || fourEyes || unscannableReasons.includes('encrypted') || (score ?? RISK_HIGH) >= RISK_HIGH;
}
