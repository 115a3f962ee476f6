/** Answers of the API as the console's pages see them, for tests in a browser. */
import { RIGHTS_OF, type Role } from '../../../../gateway/ports/people.js';

export const AT = '2026-03-02T08:30:00.000Z';

export function sessionOf(...roles: Role[]): Record<string, unknown> {
  return {
    signedIn: true,
    account: { id: 'acc9', name: 'wu.yan', displayName: '吴妍' },
    roles,
    rights: [...new Set(roles.flatMap((role) => RIGHTS_OF[role]))],
    csrf: 'csrf-word',
    phase: 'normal',
    oidc: false,
    recoveryCodes: 8,
    expiresAt: '2026-03-02T20:30:00.000Z',
  };
}
export const NOBODY = { signedIn: false, roles: [], rights: [], phase: 'normal', oidc: true };
export const step = (name: 'totp' | 'enrol-totp' | 'change-password'): Record<string, unknown> => ({ ...NOBODY, account: { id: 'acc1', name: 'li.na', displayName: '李娜' }, csrf: 'csrf-word', step: name });
