/** Who is told of what: rules of alerts as the ledger applies them, what waits for a sink, and what is on its way to one. */
import type { AlertLine } from './alerts.js';
import type { Severity } from './names.js';
import type { AlertEvent } from './record.js';

/** What rules may ask for; see docs/alerts.md for what each is. */
export const ALERT_EVENTS = [
  'hold', 'block', 'mask', 'unscannable', 'canary', 'failure', 'dead-letter', 'expiry', 'health', 'backup', 'policy', 'break-glass', 'account',
] as const;
export type AlertEventName = (typeof ALERT_EVENTS)[number];

export interface AlertRule {
  readonly id: string;
  /** Ids of sinks. */
  readonly to: readonly string[];
  wants(event: AlertEvent): boolean;
  /** Events of one such time are one message. */
  readonly windowMs: number;
  /** Only once so many have come within that time. */
  readonly countOver: { readonly count: number; readonly withinMs: number } | undefined;
  /** Goes at once in quiet hours too. */
  urgent(event: AlertEvent): boolean;
  /** When the quiet hours end that `at` lies in. */
  quietUntil(at: Date): Date | undefined;
  readonly language: 'zh' | 'en' | undefined;
}

/** Alike events counted together; JSON in the ledger. */
export interface AlertGroup {
  readonly from: Date;
  readonly to: Date;
  /** All events. */
  readonly total: number;
  /** Worst first. */
  readonly lines: readonly AlertLine[];
}

/** One message to one sink, before it has words. */
export interface AlertDelivery {
  readonly n: number;
  readonly rule: string;
  readonly sink: string;
  readonly kind: 'events' | 'test';
  /** Some of it waited for the end of quiet hours. */
  readonly digest: boolean;
  readonly group: AlertGroup;
  /** Masked previews by incident, where the ledger has some. */
  readonly previews: Readonly<Record<string, readonly string[]>>;
  readonly createdAt: Date;
  readonly attempts: number;
}

export type DeliveryState = 'open' | 'sent' | 'dead';
/** A delivery as it is looked at: counts and codes. */
export interface DeliveryView {
  readonly n: number;
  readonly rule: string;
  readonly sink: string;
  readonly kind: 'events' | 'test';
  readonly state: DeliveryState;
  readonly severity: Severity;
  readonly total: number;
  readonly from: Date;
  readonly to: Date;
  readonly createdAt: Date;
  readonly dueAt: Date | undefined;
  readonly sentAt: Date | undefined;
  readonly attempts: number;
  readonly lastError: string | undefined;
  /** The job of it: retried through `/jobs/{n}/retry`. */
  readonly job: number;
}

/** How a sink is doing. */
export interface SinkState {
  readonly sink: string;
  readonly failingSince: Date | undefined;
  readonly pausedUntil: Date | undefined;
  readonly lastSentAt: Date | undefined;
  readonly lastError: string | undefined;
  /** Events that wait in groups or in deliveries that have not arrived. */
  readonly waiting: number;
  readonly oldest: Date | undefined;
  readonly dead: number;
}
