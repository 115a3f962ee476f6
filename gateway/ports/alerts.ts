/** What leaves for the people on call: one message, worded and without values, and the sinks it goes through. */
import type { Severity } from './names.js';

export const SINK_KINDS = ['dingtalk', 'feishu', 'wecom', 'slack', 'webhook', 'mail', 'syslog'] as const;
export type SinkKind = (typeof SINK_KINDS)[number];

/** One kind of event as machines read it: names, codes and counts, nothing that was written by hand. */
export interface AlertLine {
  /** Stable word: `hold`, `block`, `failure`, `dead-letter`, `expiry`, `health`, … */
  readonly kind: string;
  /** Of the latest among `count` alike ones. */
  readonly at: Date;
  readonly severity: Severity;
  readonly count: number;
  readonly route?: string | undefined;
  readonly incident?: string | undefined;
  readonly rule?: string | undefined;
  /** Code, never prose with content. */
  readonly code?: string | undefined;
  /** For example findings by detector. */
  readonly counts: Readonly<Record<string, number>>;
  /** The message in the console. */
  readonly link?: string | undefined;
}

export interface AlertItem {
  /** One line; masked previews at most. */
  readonly text: string;
  readonly severity: Severity;
  readonly count: number;
  /** The message in the console. */
  readonly link?: string | undefined;
}

/** One message for people: the wording is done, and no value is in it. */
export interface AlertMessage {
  /** The same on a retry: letters, digits, `.`, `_` and `-`, at most 64. */
  readonly deliveryId: string;
  readonly language: 'zh' | 'en';
  /** Of the worst item. */
  readonly severity: Severity;
  /** One line. */
  readonly title: string;
  /** Counts in words. */
  readonly summary: string;
  /** Worst first; a sink cuts to its limit and says how many are left out. */
  readonly items: readonly AlertItem[];
  /** Items that were not even handed over: counted together with those a sink has no room for. */
  readonly itemsLeftOut?: number | undefined;
  readonly from: Date;
  readonly to: Date;
  /** All events, shown or not. */
  readonly total: number;
  /** The console. */
  readonly link?: string | undefined;
  readonly test?: boolean | undefined;
  /** For the webhook and for syslog. */
  readonly events: readonly AlertLine[];
  /** Likewise of `events`. */
  readonly eventsLeftOut?: number | undefined;
}

export interface Sink {
  readonly id: string;
  readonly kind: SinkKind;
  /** What the far side takes: the caller keeps to `perMinute`, the sink itself to `maxBytes`. */
  readonly limits: { readonly perMinute: number; readonly maxBytes: number };
  /** Resolves when the far side has taken it (syslog over UDP: when it is sent). Throws SinkFailed. */
  send(message: AlertMessage): Promise<void>;
  close(): Promise<void>;
}

/** Why a message did not arrive. `never`: trying again changes nothing before a person has changed the settings. */
export class SinkFailed extends Error {
  override readonly name = 'SinkFailed';
  /** `code` is one word of letters, digits and `_`; neither it nor the message names an address, a token or an answer's text. */
  constructor(
    readonly code: string,
    readonly kind: 'again' | 'never',
    /** Set when the far side said how long to wait. */
    readonly retryAfterMs?: number,
  ) {
    super(`the alert was not taken (${code})`);
  }
}
