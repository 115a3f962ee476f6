/** Signing in, step by step; which step comes is the gateway's to say. */
import { useEffect, type ReactNode } from 'react';
import { rightsOf, useRenewSession, useSession } from '../../api/session.js';
import { goInstead, usePlace } from '../../app/router.js';
import { homeFor, returnPlace } from '../../app/routes.js';
import { ChangePassword } from './change-password.js';
import { CodeForm } from './code-form.js';
import { Enrol } from './enrol.js';
import { PasswordForm } from './password-form.js';

export function SignInPage(): ReactNode {
  const session = useSession();
  const renew = useRenewSession();
  const from = returnPlace(usePlace()?.query.get('from') ?? null);
  const inside = session?.signedIn === true && session.step === undefined;
  useEffect(() => {
    if (inside) goInstead(from ?? homeFor(rightsOf(session)));
  }, [inside, from, session]);
  switch (session?.step) {
    case 'totp':
      return <CodeForm />;
    case 'enrol-totp':
      return <Enrol onDone={renew} />;
    case 'change-password':
      return <ChangePassword />;
    case undefined:
      return inside ? null : <PasswordForm oidc={session?.oidc ?? false} />;
  }
}
