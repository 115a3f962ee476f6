/** Policy as the stages see it: a plan for one exchange, and a verdict that is a value. */
import type { Facts } from './exchange.js';
import type { Relief } from './exceptions.js';
import type { Evidence, Finding } from './findings.js';
import type { Sniffed } from './inspect.js';
import type { Action, Mode, Severity, UnscannableReason } from './names.js';

export interface Verdict {
  readonly action: Action;
  /** Id of the rule that decided; `default` when none did. */
  readonly rule: string;
  /** `<policy name>@<revision>` */
  readonly policy: string;
  readonly severity: Severity;
  readonly notify: boolean;
  /** A second person must agree to a release. */
  readonly fourEyes: boolean;
  /** What rules, routes or the gateway in monitor mode would have done instead, strictest first. */
  readonly monitored: readonly { readonly rule: string; readonly action: Action }[];
  /** Distinct values that approved exceptions took out of the count. */
  readonly excepted?: readonly { readonly exception: string; readonly detector: string; readonly values: number }[] | undefined;
  /** Break-glass was in force: `monitored` says what would have happened. */
  readonly bypass?: string | undefined;
}

/** A policy applied to one exchange's head: which mode it needs, and what it will decide. Pure. */
export interface Plan {
  readonly mode: Mode;
  /** True when this finding is to be masked if the verdict turns out to be `mask`. */
  masks(finding: Finding): boolean;
  decide(evidence: Evidence): Verdict;
  /** After `decide` said `mask`: which findings it covers. */
  maskedBy(evidence: Evidence): (finding: Finding) => boolean;
  /** The approved exception that covers this finding: it is neither counted nor masked. */
  excepts?(finding: Finding): string | undefined;
  /** In stream mode: true when this reason, met midway, must abort the exchange. */
  aborts(reason: UnscannableReason): boolean;
}

export interface Policy {
  /** `<policy name>@<revision>` */
  readonly revision: string;
  /** What passes clean has a row in the audit as well, before it leaves. */
  readonly auditsPasses?: boolean | undefined;
  /** `relief`: what people have decided that bears on this exchange. */
  plan(facts: Facts, sniffed: Sniffed, head: Evidence, relief?: Relief): Plan;
  /**
   * Of a mail: its recipients by their places, in groups that no rule can tell apart; each is planned and decided with `facts.recipients` as its own.
   * Everybody is in exactly one, in the order in which the first of each was named. Left out: one group.
   */
  groups?(facts: Facts, recipients: readonly string[]): readonly (readonly number[])[];
}

/** The policies in force now; `current` changes on reload, an exchange keeps the one it began with. */
export interface PolicySource {
  forRoute(route: string): Policy;
}
