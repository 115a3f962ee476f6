/** The first step: name and password, or the organisation's identity provider. */
import { Alert, Button, Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { API, post } from '../../api/client.js';
import { useRenewSession } from '../../api/session.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { Card } from './card.js';
import { signInWords } from './words.js';

/** What the identity provider's way back may say. */
export const SIGN_IN_FAILURES = ['oidc', 'unknown-account', 'disabled'] as const;
export type SignInFailure = (typeof SIGN_IN_FAILURES)[number];

export function PasswordForm({ oidc, failed }: { readonly oidc: boolean; readonly failed: SignInFailure | undefined }): ReactNode {
  const words = useWords(signInWords);
  const renew = useRenewSession();
  const signIn = useAct(
    async (values: { readonly name: string; readonly password: string }) => {
      await post('/session/password', values);
      await renew();
    },
    { quiet: true },
  );
  const needed = [{ required: true, message: words.needed }];
  return (
    <Card title={words.title}>
      {failed === undefined ? null : <Alert type="error" showIcon title={words[`failed.${failed}`]} />}
      <Form layout="vertical" size="large" requiredMark={false} onFinish={signIn.start} disabled={signIn.busy}>
        <Form.Item name="name" label={words.name} rules={needed}>
          <Input autoComplete="username" autoFocus autoCapitalize="none" spellCheck={false} />
        </Form.Item>
        <Form.Item name="password" label={words.password} rules={needed}>
          <Input.Password autoComplete="current-password" />
        </Form.Item>
        {signIn.error === null ? null : <Failure error={signIn.error} />}
        <Button type="primary" htmlType="submit" block loading={signIn.busy}>
          {words.next}
        </Button>
      </Form>
      {oidc ? (
        <>
          <p className="card-or">{words.or}</p>
          <Button block size="large" href={`${API}/session/oidc/start`}>
            {words.oidc}
          </Button>
        </>
      ) : null}
      <p className="card-foot">{words.cliHint}</p>
    </Card>
  );
}
