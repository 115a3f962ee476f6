/** A row of the queue: a message without its findings and receipt, and what the queue knows beside it. */
import { sql } from 'kysely';
import { WAITING_STATES, type GroupReason, type QueuedMessage, type Receipt, type RiskReason, type ScopeMarks } from '../ports.js';
import { fromRow, type MessageRow } from './message-rows.js';
import { inScope } from './queue-filter.js';
import type { Db } from './tables.js';

/** Groups are counted up to here: a person needs to know that there are many, not how many thousands. */
const GROUP_COUNTED = 1_000;

/** Findings and receipt of a page can be megabytes, and no list shows them. */
export const QUEUE_COLUMNS = [
  'id', 'received_at', 'channel', 'route', 'direction', 'policy', 'rule', 'severity', 'four_eyes', 'bytes', 'finding_counts', 'unscannable',
  'method', 'target', 'destination', 'sender_user', 'sender', 'recipients', 'subject', 'client_address', 'media_type', 'body_fingerprint', 'permit_fingerprint',
  'sender_key', 'suite', 'expires_at', 'state', 'legal_hold', 'joined', 'decision_kind', 'decision_as', 'decision_reason', 'decision_actor', 'decision_at',
  'delivery_status', 'delivery_at', 'attempts', 'last_error', 'department', 'sender_mark', 'file_names', 'risk', 'risk_reasons', 'risk_rank',
  'group_key', 'group_reason', 'grades', 'detectors', 'assignee', 'comments',
  'first_account', 'first_until', 'escalated_at', 'escalated_by', 'rescanned_at', 'rescan_revision', 'rescan_found_more', 'message_kind', 'about', 'split_from',
] as const satisfies readonly (keyof MessageRow)[];
export type QueueRow = Pick<MessageRow, (typeof QUEUE_COLUMNS)[number]>;

const NOT_READ: Receipt = { size: 0, scanned: 0, unscanned: 0, parts: [], more: 0, detectors: '', policy: '' };

export function queued(row: QueueRow, groupSize: number): QueuedMessage {
  const { findings: _none, receipt: _empty, ...message } = fromRow({
    ...row, findings: [], receipt: NOT_READ, terms: [], fence: 0, lease_until: null, sent: 'none', expiry_warned: 0, shredded_at: null, sealed_as: null,
  });
  return {
    ...message,
    queue: {
      risk: row.risk,
      riskReasons: row.risk_reasons as readonly RiskReason[],
      groupKey: row.group_key,
      groupReason: row.group_reason as GroupReason,
      groupSize,
      grades: row.grades,
      detectors: row.detectors,
      fileNames: row.file_names as readonly string[],
      department: row.department ?? undefined,
      senderMark: row.sender_mark ?? undefined,
      assignee: row.assignee ?? undefined,
      comments: row.comments,
      legalHold: row.legal_hold,
    },
  };
}

/** How many messages of each group wait within the scope, up to GROUP_COUNTED. */
export async function groupSizes(db: Db, keys: readonly string[], scope: ScopeMarks | undefined): Promise<ReadonlyMap<string, number>> {
  const wanted = [...new Set(keys)].filter((key) => key !== '');
  if (wanted.length === 0) return new Map();
  const { rows } = await sql<{ key: string; size: number }>`
    select asked.key, (
      select count(*) from (
        select from messages where group_key = asked.key and state in (${sql.join(WAITING_STATES)}) and ${inScope(scope)} limit ${sql.lit(GROUP_COUNTED)}
      ) as alike
    ) as size from unnest(${wanted}::text[]) as asked (key)`.execute(db);
  return new Map(rows.map(({ key, size }) => [key, size]));
}
