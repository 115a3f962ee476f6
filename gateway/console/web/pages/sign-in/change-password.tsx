/** A new password that is asked for before anything else. */
import { Button, Form, Input } from 'antd';
import type { ReactNode } from 'react';
import { post } from '../../api/client.js';
import { useRenewSession } from '../../api/session.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { Card } from './card.js';
import { NewPassword } from './new-password.js';
import { signInWords } from './words.js';

export function ChangePassword(): ReactNode {
  const words = useWords(signInWords);
  const renew = useRenewSession();
  return (
    <Card title={words.changeTitle} hint={words.changeHint}>
      <ChangePasswordForm onDone={renew} />
    </Card>
  );
}

export function ChangePasswordForm({ onDone }: { readonly onDone: () => Promise<void> }): ReactNode {
  const words = useWords(signInWords);
  const [form] = Form.useForm<{ current: string; password: string }>();
  const change = useAct(
    async ({ current, password }: { readonly current: string; readonly password: string }) => {
      await post('/session/change-password', { current, password });
      form.resetFields();
      await onDone();
    },
    { quiet: true },
  );
  return (
    <Form form={form} layout="vertical" requiredMark={false} onFinish={change.start} disabled={change.busy} className="narrow-form">
      <Form.Item name="current" label={words.current} rules={[{ required: true, message: words.needed }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <NewPassword />
      {change.error === null ? null : <Failure error={change.error} />}
      <Button type="primary" htmlType="submit" loading={change.busy}>
        {words.changeTitle}
      </Button>
    </Form>
  );
}
