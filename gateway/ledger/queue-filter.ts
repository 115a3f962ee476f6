/** A filter, a scope and a cursor as conditions of SQL: in one place, so that every read and every decision is bounded alike. */
import { expressionBuilder, sql, type Expression, type ExpressionBuilder, type SqlBool } from 'kysely';
import { WAITING_STATES, type QueueFilter, type QueueOrder, type ScopeMarks, type SlaLimits } from '../ports.js';
import { cleanText } from './text.js';
import type { Tables } from './tables.js';

type Messages = ExpressionBuilder<Tables, 'messages'>;
export type MessageCondition = Expression<SqlBool>;

/** The kind of term that senders' marks are stored under; the same as in review/queue-facts.ts. */
const SENDER_TERM = 's:';

/** Lists that are there must all match; one that is empty matches nothing. */
export function inScope(scope: ScopeMarks | undefined): MessageCondition {
  const eb: Messages = expressionBuilder<Tables, 'messages'>();
  // Mails of Weir's own are jobs; nobody reviews them.
  const reviewed = eb('message_kind', '=', 'message');
  if (scope === undefined) return reviewed;
  const { routes, departments, senders } = scope;
  return eb.and([
    reviewed,
    ...(routes === undefined ? [] : [oneOf(eb, 'route', routes)]),
    ...(departments === undefined ? [] : [oneOf(eb, 'department', departments)]),
    ...(senders === undefined ? [] : [anyTerm(senders.map((mark) => SENDER_TERM + mark))]),
  ]);
}

export function matching(filter: QueueFilter): MessageCondition {
  const eb: Messages = expressionBuilder<Tables, 'messages'>();
  const { states, routes, channels, severities, assignee, id, from, to, group } = filter;
  return eb.and([
    ...(states === undefined ? [] : [oneOf(eb, 'state', states)]),
    ...(routes === undefined ? [] : [oneOf(eb, 'route', routes)]),
    ...(channels === undefined ? [] : [oneOf(eb, 'channel', channels)]),
    ...(severities === undefined ? [] : [oneOf(eb, 'severity', severities)]),
    ...(assignee === undefined ? [] : [assignee === null ? eb('assignee', 'is', null) : eb('assignee', '=', assignee)]),
    ...(id === undefined ? [] : [eb('id', '=', id)]),
    ...(from === undefined ? [] : [eb('received_at', '>=', from)]),
    ...(to === undefined ? [] : [eb('received_at', '<', to)]),
    ...(group === undefined ? [] : [eb('group_key', '=', group)]),
    ...filter.terms.map(anyTerm),
  ]);
}

export function isWaiting(): MessageCondition {
  return expressionBuilder<Tables, 'messages'>()('state', 'in', WAITING_STATES);
}

/** Waits longer than its severity allows. */
export function isLate(now: Date, sla: SlaLimits): MessageCondition {
  const eb: Messages = expressionBuilder<Tables, 'messages'>();
  return eb.or(Object.entries(sla).map(([severity, limit]) => eb.and([eb('severity', '=', severity), eb('received_at', '<', new Date(now.getTime() - limit))])));
}

function oneOf(eb: Messages, column: 'state' | 'route' | 'channel' | 'severity' | 'department', values: readonly string[]): MessageCondition {
  return values.length === 0 ? eb.lit(false) : eb(column, 'in', values as never[]);
}

/** At least one of them; through the index on terms. */
function anyTerm(terms: readonly string[]): MessageCondition {
  return sql<SqlBool>`terms && ${terms.map(cleanText)}::text[]`;
}

// ---------------------------------------------------------------- orders and cursors

/** What a cursor needs of the last row of a page. */
export interface CursorRow {
  readonly id: string;
  readonly risk_rank: number;
  readonly expires_at: Date;
}

export const ORDERS: Readonly<Record<QueueOrder, readonly (readonly ['risk_rank' | 'expires_at' | 'id', 'asc' | 'desc'])[]>> = {
  risk: [['risk_rank', 'desc'], ['id', 'desc']],
  expiry: [['expires_at', 'asc'], ['id', 'asc']],
  newest: [['id', 'desc']],
  oldest: [['id', 'asc']],
};

/** Names the last row of a page by the order's own columns: what comes and goes in between neither repeats nor hides another row. */
export function cursorOf(order: QueueOrder, row: CursorRow): string {
  switch (order) {
    case 'risk':
      return `${row.risk_rank}.${row.id}`;
    case 'expiry':
      return `${row.expires_at.getTime()}.${row.id}`;
    case 'newest':
    case 'oldest':
      return row.id;
  }
}

/** Later than this a Date is none. */
const LAST_TIME = 8.64e15;

/** Undefined for a text that no page of this order has given. */
export function afterCursor(order: QueueOrder, cursor: string): MessageCondition | undefined {
  const eb: Messages = expressionBuilder<Tables, 'messages'>();
  const parts = /^(?:(-?\d{1,16})\.)?([A-Za-z0-9_-]{1,64})$/.exec(cursor);
  const [, place, id] = parts ?? [];
  if (id === undefined || (place === undefined) !== (order === 'newest' || order === 'oldest')) return undefined;
  switch (order) {
    case 'risk':
      return sql<SqlBool>`(risk_rank, id) < (${Number(place)}::bigint, ${id}::text)`;
    case 'expiry':
      if (Math.abs(Number(place)) > LAST_TIME) return undefined;
      return sql<SqlBool>`(expires_at, id) > (${new Date(Number(place))}::timestamptz, ${id}::text)`;
    case 'newest':
      return eb('id', '<', id);
    case 'oldest':
      return eb('id', '>', id);
  }
}
