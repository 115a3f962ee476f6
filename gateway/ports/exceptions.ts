/** Exceptions and break-glass: what a person has decided about findings that are no leak, and about a route that must work now. */
import type { Facts } from './exchange.js';
import type { Finding } from './findings.js';

/**
 * What an exception covers; all parts that are there must match. Neither words of the content nor facts that the content
 * states of itself are among them: only fingerprints of values, and facts of the envelope that the route trusts.
 */
export interface ExceptionScope {
  /** Exactly this sender, as a key (see Relief.senderKey): the name itself is kept only masked. */
  readonly senderKey?: string | undefined;
  /** Exactly this host. */
  readonly destination?: string | undefined;
  /** Findings of these detectors; all when left out. */
  readonly detectors?: readonly string[] | undefined;
  /** Findings with these fingerprints (keyed HMACs); all when left out. */
  readonly fingerprints?: readonly string[] | undefined;
}

/** An exception in force, as the verdict sees it. */
export interface ActiveException extends ExceptionScope {
  readonly id: string;
  /** The approver said so: covers findings of high confidence too, though no fingerprint names them. */
  readonly conclusive: boolean;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export const EXCEPTION_STATES = ['proposed', 'active', 'refused', 'ended', 'expired'] as const;
export type ExceptionState = (typeof EXCEPTION_STATES)[number];

/** As the ledger keeps it. */
export interface StoredException {
  readonly id: string;
  readonly state: ExceptionState;
  readonly scope: ExceptionScope;
  /** The sender as people may read it: masked. */
  readonly sender: string | undefined;
  readonly conclusive: boolean;
  readonly reason: string;
  /** Who answers for it while it is in force: an actor or an account's name. */
  readonly owner: string;
  /** The message whose findings were called false positives. */
  readonly message: string;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly decisionReason: string | undefined;
  readonly expiresAt: Date;
}

/** What a reviewer calls a false positive. The scope is taken from the message as the ledger has it: nobody writes a value or a name. */
export interface ExceptionProposal {
  readonly message: string;
  /** Indices in the message's findings. */
  readonly findings: readonly number[];
  /** Which of the message's facts, and which of these findings' facts, the exception is bound to. */
  readonly bind: { readonly sender: boolean; readonly destination: boolean; readonly detector: boolean; readonly fingerprint: boolean };
  readonly reason: string;
  /** Who answers for it; the proposer, when left out. */
  readonly owner?: string | undefined;
  /** At most a year from now. */
  readonly expiresAt: Date;
  readonly actor: string;
}

/** Why a scope or an expiry is refused, before anybody is asked to approve it. */
export const SCOPE_PROBLEMS = [
  /** Bound to neither a fingerprint nor a sender or destination. */
  'too-wide',
  'too-many',
  'no-such-finding',
  /** The route has no proof of who the sender is. */
  'sender-unproven',
  'expiry-past',
  'expiry-too-far',
] as const;
export type ScopeProblem = (typeof SCOPE_PROBLEMS)[number];

export type ExceptionProposed =
  | { readonly kind: 'proposed'; readonly id: string }
  | { readonly kind: 'invalid'; readonly problem: ScopeProblem }
  /** The message is not there. */
  | { readonly kind: 'not-found' };

/** Deciding about what somebody proposed: exceptions and bypasses alike. */
export type ProposalResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'wrong-state' }
  /** Who proposed it may refuse or end it, and never approve it. */
  | { readonly kind: 'own-proposal' };

export interface ProposalDecision {
  readonly actor: string;
  readonly reason: string;
}

/** Proposals, decisions, their audit rows: one transaction each. */
export interface ExceptionLedger {
  propose(proposal: ExceptionProposal): Promise<ExceptionProposed>;
  /** `conclusive` is for exceptions bound to sender, destination and detector together; others answer `scope`. `full`: as many are in force as may be. */
  approve(id: string, decision: ProposalDecision & { readonly conclusive: boolean }): Promise<ProposalResult | { readonly kind: 'scope' } | { readonly kind: 'full' }>;
  refuse(id: string, decision: ProposalDecision): Promise<ProposalResult>;
  end(id: string, decision: ProposalDecision): Promise<ProposalResult>;
  list(filter: { readonly state?: ExceptionState | undefined; readonly limit: number; readonly after?: string | undefined }): Promise<{ readonly exceptions: readonly StoredException[]; readonly next: string | undefined }>;
  get(id: string): Promise<StoredException | undefined>;
  /** In force now: what the gateway loads. */
  active(): Promise<readonly ActiveException[]>;
}

// ---------------------------------------------------------------- break-glass (HC 37)

export type BypassState = 'proposed' | 'active' | 'refused' | 'ended' | 'expired';
export interface StoredBypass {
  readonly id: string;
  readonly state: BypassState;
  readonly route: string;
  readonly reason: string;
  readonly hours: number;
  readonly proposedBy: string;
  readonly proposedAt: Date;
  readonly decidedBy: string | undefined;
  readonly decidedAt: Date | undefined;
  readonly decisionReason: string | undefined;
  /** From the approval on. */
  readonly endsAt: Date | undefined;
}
export interface ActiveBypass {
  readonly id: string;
  readonly route: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}
export interface BypassLedger {
  propose(proposal: { readonly route: string; readonly reason: string; readonly hours: number; readonly actor: string }): Promise<{ readonly kind: 'proposed'; readonly id: string } | { readonly kind: 'wrong-state' }>;
  approve(id: string, decision: ProposalDecision): Promise<ProposalResult>;
  refuse(id: string, decision: ProposalDecision): Promise<ProposalResult>;
  end(id: string, decision: ProposalDecision): Promise<ProposalResult>;
  list(limit: number): Promise<readonly StoredBypass[]>;
  active(): Promise<readonly ActiveBypass[]>;
  /** Ends those whose time has come, with an alert and an audit row each; answers how many. */
  expire(): Promise<number>;
}

// ---------------------------------------------------------------- what the verdict is given

/** What people have decided that bears on one exchange; fixed when it begins. */
export interface Relief {
  /** Those whose sender and destination match; findings are matched one by one. */
  readonly exceptions: readonly ActiveException[];
  /** Id of the bypass of this route. */
  readonly bypass: string | undefined;
  /** Keyed HMAC of who sends, where the route has proof of it: tells alike senders, and names none. */
  readonly senderKey: string | undefined;
}

/** Asked once an exchange; answers from memory, so that it works while the database is away. */
export interface ReliefSource {
  forExchange(route: string, facts: Facts): Relief;
}

export type ExceptableFinding = Pick<Finding, 'detector' | 'confidence' | 'fingerprint'>;
