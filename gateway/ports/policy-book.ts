/** Which policy ran when, and what a person has ordered to be kept. */
import type { HeldState } from './record.js';

export interface PolicyRun {
  readonly at: Date;
  readonly how: 'start' | 'reload';
  /** Host that took it up. */
  readonly node: string;
  readonly version: string;
}
export interface PolicyRevision {
  readonly revision: string;
  readonly digest: string;
  readonly firstAt: Date;
  readonly lastRun: PolicyRun | undefined;
}
export interface PolicyRevisionsLedger {
  /** Noted once for each start and reload; the text is the file without credentials. */
  ran(revision: { readonly revision: string; readonly digest: string; readonly yaml: string; readonly run: PolicyRun }): Promise<void>;
  /** Newest first. */
  list(): Promise<readonly PolicyRevision[]>;
  get(revision: string): Promise<(PolicyRevision & { readonly yaml: string; readonly runs: readonly PolicyRun[] }) | undefined>;
}

export type LegalHoldResult = { readonly kind: 'done' } | { readonly kind: 'not-found' } | { readonly kind: 'wrong-state'; readonly state: HeldState };
export interface LegalHoldLedger {
  /** A message whose end is decided cannot be kept any more: its content may be gone before the answer arrives. */
  set(id: string, order: { readonly on: boolean; readonly reason: string; readonly actor: string }): Promise<LegalHoldResult>;
}
