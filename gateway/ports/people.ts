/** Who acts, and what each role may do: no role can do another's work (三员分立, HC 32). */

export const ROLES = ['system-admin', 'security-admin', 'auditor', 'reviewer', 'approver'] as const;
export type Role = (typeof ROLES)[number];
/** No account may hold two of these. */
export const ADMINISTRATORS = ['system-admin', 'security-admin', 'auditor'] as const satisfies readonly Role[];

/** What an operation asks for. One right belongs to as many operations as share its risk. */
export const RIGHTS = [
  'messages.read', 'messages.decide', 'messages.approve', 'messages.open', 'messages.keep',
  'exceptions.propose', 'exceptions.decide',
  'policy.read', 'bypass.propose', 'bypass.approve',
  'accounts.manage', 'grants.approve', 'settings.read',
  'audit.read', 'overview.read',
  'jobs.read', 'jobs.retry', 'alerts.test',
] as const;
export type Right = (typeof RIGHTS)[number];

export const RIGHTS_OF: Readonly<Record<Role, readonly Right[]>> = {
  'system-admin': ['accounts.manage', 'settings.read', 'bypass.approve', 'jobs.read', 'jobs.retry', 'alerts.test'],
  'security-admin': ['policy.read', 'exceptions.decide', 'bypass.propose', 'grants.approve', 'settings.read', 'overview.read', 'jobs.read', 'alerts.test'],
  auditor: ['audit.read'],
  reviewer: ['messages.read', 'messages.decide', 'exceptions.propose', 'overview.read'],
  approver: ['messages.read', 'messages.approve', 'messages.keep', 'overview.read'],
};
/** Rights that no token has, whatever its account may do: a look at an original and a second opinion need the person. */
export const PERSONAL_RIGHTS: readonly Right[] = ['messages.open', 'messages.approve', 'grants.approve', 'bypass.approve'];

/** Which held messages a reviewer sees; a list that is missing sets no bound, lists that are there must all match. */
export interface Scope {
  readonly routes?: readonly string[] | undefined;
  readonly departments?: readonly string[] | undefined;
  /** Exact addresses or `@domain`. */
  readonly senders?: readonly string[] | undefined;
}

/** Whoever makes a request, as far as it has been proven. */
export interface Caller {
  /** As the audit names it: `account:<name>`, `token:<account>/<name>`, `token:admin`, `nobody`. */
  readonly actor: string;
  /** `nobody` reaches operations for anyone alone. */
  readonly kind: 'set-up' | 'person' | 'token' | 'nobody';
  /** Undefined for the start-up token and for nobody. */
  readonly accountId: string | undefined;
  readonly roles: readonly Role[];
  readonly rights: ReadonlySet<Right>;
  /** For `messages.*`: undefined when the roles see everything. */
  readonly scope: Scope | undefined;
}
