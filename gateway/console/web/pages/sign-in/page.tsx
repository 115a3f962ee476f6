/** Signing in, step by step; which step comes is the gateway's to say. */
import { useEffect, type ReactNode } from 'react';
import { rightsOf, useRenewSession, useSession } from '../../api/session.js';
import { goInstead, usePlace } from '../../app/router.js';
import { homeFor, returnPlace } from '../../app/routes.js';
import { ChangePassword } from './change-password.js';
import { CodeForm } from './code-form.js';
import { Enrol } from './enrol.js';
import { PasswordForm, SIGN_IN_FAILURES, type SignInFailure } from './password-form.js';

export function SignInPage(): ReactNode {
  const session = useSession();
  const renew = useRenewSession();
  const query = usePlace()?.query;
  const from = returnPlace(query?.get('from') ?? null);
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
      return inside ? null : <PasswordForm oidc={session?.oidc ?? false} failed={failedOf(query?.get('failed'))} />;
  }
}

function failedOf(text: string | null | undefined): SignInFailure | undefined {
  return SIGN_IN_FAILURES.find((failure) => failure === text);
}
