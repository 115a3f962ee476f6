/** New recovery codes: the app's code first, then the codes, once. */
import { Button, Form, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { enrolFinishAnswer } from '../../../../review/session-schemas.js';
import { post } from '../../api/client.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { CodeList } from '../sign-in/recovery-codes.js';
import { signInWords } from '../sign-in/words.js';
import { meWords } from './words.js';

export function RenewCodes({ onDone }: { readonly onDone: () => Promise<void> }): ReactNode {
  const words = useWords(meWords);
  const signIn = useWords(signInWords);
  const [codes, setCodes] = useState<readonly string[]>();
  const renew = useAct(
    async ({ code }: { readonly code: string }) => {
      const answer = await post<z.output<typeof enrolFinishAnswer>>('/session/recovery-codes', { code: code.trim() });
      setCodes(answer.recoveryCodes);
      await onDone();
    },
    { quiet: true },
  );
  if (codes !== undefined) {
    return (
      <>
        <p>{signIn.codesHint}</p>
        <CodeList codes={codes} />
        <Button onClick={() => setCodes(undefined)}>{signIn.codesKept}</Button>
      </>
    );
  }
  return (
    <Form layout="inline" requiredMark={false} onFinish={renew.start} disabled={renew.busy}>
      <Form.Item name="code" label={words.recoveryCode} rules={[{ required: true, message: signIn.needed }]}>
        <Input autoComplete="one-time-code" inputMode="numeric" className="code-input" />
      </Form.Item>
      <Button htmlType="submit" loading={renew.busy}>
        {words.recoveryRenew}
      </Button>
      {renew.error === null ? null : <Failure error={renew.error} />}
    </Form>
  );
}
