/** What a reviewer says of wrong findings, as the API takes it. */

export const SCOPES = ['fingerprint', 'detector', 'sender', 'destination'] as const;
export type FalsePositiveScope = Readonly<Record<(typeof SCOPES)[number], boolean>>;
export const DAYS = [7, 30, 90, 180] as const;
const DAY_MS = 86_400_000;

export interface FalsePositive {
  readonly findings: ReadonlySet<number>;
  readonly scope: FalsePositiveScope;
  readonly days: number;
  readonly reason: string;
}

/** An exception without a bound would silence a kind of finding for everyone. */
export function isBounded(scope: FalsePositiveScope): boolean {
  return SCOPES.some((one) => scope[one]);
}

export function isComplete({ findings, scope, reason }: FalsePositive): boolean {
  return findings.size > 0 && isBounded(scope) && reason.trim() !== '';
}

export function proposalOf({ findings, scope, days, reason }: FalsePositive, now: number): Readonly<Record<string, unknown>> {
  return { findings: [...findings].sort((one, other) => one - other), scope, reason: reason.trim(), expiresAt: new Date(now + days * DAY_MS).toISOString() };
}
