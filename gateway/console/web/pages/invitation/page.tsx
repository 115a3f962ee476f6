/** Accepting an invitation or the first-run link: password, second factor, recovery codes, tour. */
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input, Result } from 'antd';
import { useState, type ReactNode } from 'react';
import type { InvitationAnswer } from '../../../../review/session-schemas.js';
import { ApiFailure, get, post } from '../../api/client.js';
import { useRenewSession } from '../../api/session.js';
import { go, goInstead, useParam } from '../../app/router.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { Loaded } from '../../ui/loaded.js';
import { Card } from '../sign-in/card.js';
import { Enrol } from '../sign-in/enrol.js';
import { NewPassword } from '../sign-in/new-password.js';
import { invitationWords } from './words.js';

/** Said of links that were used, are old, or were never made. */
const GONE: ReadonlySet<string> = new Set(['invitation-void', 'not-found', 'invalid-request']);

export function InvitationPage(): ReactNode {
  const words = useWords(invitationWords);
  const token = useParam('token');
  const renew = useRenewSession();
  const [accepted, setAccepted] = useState(false);
  const path = `/invitations/${encodeURIComponent(token)}`;
  const invitation = useQuery({ queryKey: ['invitation', token], queryFn: ({ signal }) => get<InvitationAnswer>(path, undefined, signal), staleTime: Infinity, refetchOnWindowFocus: false });
  if (accepted) {
    return (
      <Enrol
        onDone={async () => {
          await renew();
          // The used link does not stay in the history.
          goInstead('/tour');
        }}
      />
    );
  }
  if (invitation.error instanceof ApiFailure && GONE.has(invitation.error.code)) {
    return <Result status="warning" title={words.gone} extra={<Button onClick={() => go('/sign-in')}>{words.toSignIn}</Button>} />;
  }
  return (
    <Loaded query={invitation}>
      {(data) => (
        <Accept
          invitation={data}
          path={path}
          onAccepted={async () => {
            await renew();
            setAccepted(true);
          }}
        />
      )}
    </Loaded>
  );
}

function Accept({ invitation, path, onAccepted }: { readonly invitation: InvitationAnswer; readonly path: string; readonly onAccepted: () => Promise<void> }): ReactNode {
  const words = useWords(invitationWords);
  const app = useWords(appWords);
  const accept = useAct(
    async ({ password, displayName }: { readonly password: string; readonly displayName?: string }) => {
      await post(`${path}/accept`, { password, ...(displayName === undefined || displayName.trim() === '' ? {} : { displayName: displayName.trim() }) });
      await onAccepted();
    },
    { quiet: true },
  );
  const title = invitation.kind === 'first-run' ? words.firstRun : invitation.kind === 'recovery' ? words.recovery : words.invited(invitation.displayName);
  return (
    <Card title={title} hint={invitation.kind === 'first-run' ? `${words.firstRunHint} ${words.hint}` : words.hint}>
      <dl className="facts">
        <div>
          <dt>{words.signInName}</dt>
          <dd>
            <code>{invitation.name}</code>
          </dd>
        </div>
        <div>
          <dt>{words.roles}</dt>
          <dd>{invitation.roles.map((role) => app[`role.${role}`]).join(' · ')}</dd>
        </div>
      </dl>
      <Form layout="vertical" size="large" requiredMark={false} onFinish={accept.start} disabled={accept.busy} initialValues={{ displayName: invitation.displayName }}>
        {/* Password safes file the password under this name. */}
        <input type="text" autoComplete="username" value={invitation.name} readOnly hidden aria-hidden="true" tabIndex={-1} />
        <Form.Item name="displayName" label={words.displayName}>
          <Input autoComplete="name" maxLength={80} />
        </Form.Item>
        <NewPassword />
        {accept.error === null ? null : <Failure error={accept.error} />}
        <Button type="primary" htmlType="submit" block loading={accept.busy}>
          {words.accept}
        </Button>
      </Form>
    </Card>
  );
}
