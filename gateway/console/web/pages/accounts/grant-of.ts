/** A grant as the form has it, and as the API takes it. */
import type { Role } from '../../../../ports/people.js';

export interface GrantAsked {
  readonly accountId: string;
  readonly role: Role;
  readonly routes?: readonly string[];
  readonly departments?: readonly string[];
  readonly senders?: readonly string[];
  readonly mayOpen?: boolean;
}

/** Roles that see messages: theirs can be bounded. */
export const clears = (role: Role | undefined): boolean => role === 'reviewer' || role === 'approver';

/** Bounds only where something stands, and only for roles that see messages. */
export function grantOf({ accountId, role, mayOpen = false, ...lists }: GrantAsked): Record<string, unknown> {
  if (!clears(role)) return { accountId, role };
  const scope = Object.fromEntries(Object.entries(lists).filter(([, list]) => Array.isArray(list) && list.length > 0));
  return { accountId, role, mayOpen, ...(Object.keys(scope).length === 0 ? {} : { scope }) };
}
