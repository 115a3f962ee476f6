/** W3C trace context on its way through: what a request says of the trace it belongs to, and what its upstream is told. */
import type { Field } from '../ports.js';

export interface TraceParent {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly sampled: boolean;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NOTHING = /^0+$/;

/** Undefined unless there is exactly one `traceparent`, and it is well-formed. */
export function traceParentOf(fields: readonly Field[]): TraceParent | undefined {
  const [value, ...more] = fields.filter(([name]) => name.toLowerCase() === 'traceparent').map(([, said]) => said.trim());
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(more.length > 0 ? '' : (value ?? '')) ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  // Later versions may say more behind the flags; the first one may not, and ff is none.
  if (version === 'ff' || (version === '00' && rest !== undefined) || NOTHING.test(traceId) || NOTHING.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** In place of the sender's: `traceparent` names our span; `tracestate` goes on only within the sender's own trace. */
export function withTraceParent(fields: readonly Field[], { traceId, spanId, sampled }: TraceParent, continues: boolean): readonly Field[] {
  const value = `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
  const first = fields.findIndex(([name]) => name.toLowerCase() === 'traceparent');
  const kept = fields.flatMap((field, index): readonly Field[] => {
    const name = field[0].toLowerCase();
    if (name === 'tracestate') return continues ? [field] : [];
    if (name !== 'traceparent') return [field];
    return index === first ? [[field[0], value]] : [];
  });
  return first >= 0 ? kept : [...kept, ['traceparent', value]];
}
