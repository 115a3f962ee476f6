/** The second step: a code of the authenticator app, or a recovery code. */
import { Button, Form, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import { post } from '../../api/client.js';
import { useRenewSession } from '../../api/session.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { Card } from './card.js';
import { signInWords } from './words.js';

export function CodeForm(): ReactNode {
  const words = useWords(signInWords);
  const renew = useRenewSession();
  const [recovery, setRecovery] = useState(false);
  const check = useAct(
    async ({ code }: { readonly code: string }) => {
      await post(recovery ? '/session/recovery' : '/session/totp', { code: code.trim() });
      await renew();
    },
    { quiet: true },
  );
  const startOver = useAct(async () => {
    await post('/session/end');
    await renew();
  });
  const change = (): void => {
    setRecovery(!recovery);
    check.reset();
  };
  return (
    <Card title={words.totpTitle} hint={recovery ? words.recoveryHint : words.totpHint}>
      <Form key={String(recovery)} layout="vertical" size="large" requiredMark={false} onFinish={check.start} disabled={check.busy}>
        <Form.Item name="code" label={recovery ? words.recoveryCode : words.code} rules={[{ required: true, message: words.needed }]}>
          <Input autoComplete="one-time-code" inputMode={recovery ? 'text' : 'numeric'} autoFocus spellCheck={false} className="code-input" />
        </Form.Item>
        {check.error === null ? null : <Failure error={check.error} />}
        <Button type="primary" htmlType="submit" block loading={check.busy}>
          {words.next}
        </Button>
      </Form>
      <div className="card-links">
        <Button type="link" onClick={change}>
          {recovery ? words.useTotp : words.useRecovery}
        </Button>
        <Button type="link" onClick={() => void startOver.run(undefined)}>
          {words.startOver}
        </Button>
      </div>
    </Card>
  );
}
