/** Makes invitation links and tokens: the secret is shown once, the ledger gets its hash. */
import type { Clock, InvitationKind, NewInvitation } from '../ports.js';
import { API_TOKEN_PREFIX, newSecret } from './secret-token.js';

/** A weekend and a day. */
export const INVITATION_MS = 72 * 3_600_000;

export interface Issued<K extends InvitationKind> {
  readonly url: string;
  readonly invitation: NewInvitation & { readonly kind: K };
}

/** `console`: where browsers find it. */
export function issuing(options: { readonly clock: Clock; readonly console: () => string }): {
  invitation<K extends InvitationKind>(kind: K): Issued<K>;
  token(): { readonly secret: string; readonly hash: string };
} {
  return {
    invitation(kind) {
      const { secret, hash } = newSecret();
      // Behind the #: a secret in a path would stand in the logs of every proxy on the way.
      const url = `${options.console().replace(/\/+$/, '')}/#/invitation/${secret}`;
      return { url, invitation: { hash, kind, expiresAt: new Date(options.clock.now() + INVITATION_MS) } };
    },
    token: () => newSecret(API_TOKEN_PREFIX),
  };
}
