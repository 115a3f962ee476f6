/** Setting up the second factor: a picture to scan, a code to prove it, and recovery codes to keep. */
import { useQuery } from '@tanstack/react-query';
import { Button, Form, Input } from 'antd';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { enrolBeginAnswer, enrolFinishAnswer } from '../../../../review/session-schemas.js';
import { post } from '../../api/client.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { Failure } from '../../ui/failure.js';
import { Loaded } from '../../ui/loaded.js';
import { Card } from './card.js';
import { RecoveryCodes } from './recovery-codes.js';
import { signInWords } from './words.js';

type Begun = z.output<typeof enrolBeginAnswer>;
type Finished = z.output<typeof enrolFinishAnswer>;
/** Around the squares, in squares: readers need it to find them. */
const QUIET_ZONE = 4;

export function Enrol({ onDone }: { readonly onDone: () => Promise<void> }): ReactNode {
  const words = useWords(signInWords);
  const [codes, setCodes] = useState<readonly string[]>();
  // Each begin makes a new secret: ask once, and never again by itself.
  const begun = useQuery({ queryKey: ['enrol'], queryFn: () => post<Begun>('/session/enrol/begin'), staleTime: Infinity, gcTime: 0, refetchOnWindowFocus: false });
  const finish = useAct(async ({ code }: { readonly code: string }) => setCodes((await post<Finished>('/session/enrol/finish', { code: code.trim() })).recoveryCodes), { quiet: true });
  if (codes !== undefined) return <RecoveryCodes codes={codes} onKept={onDone} />;
  return (
    <Card title={words.enrolTitle} hint={words.enrolHint}>
      <Loaded query={begun}>
        {({ qr, secret }) => (
          <>
            <Qr {...qr} label={words.qr} />
            <p className="secret-line">
              {words.secret}: <code>{secret.replace(/(.{4})(?=.)/g, '$1 ')}</code>
            </p>
            <Form
              layout="vertical"
              size="large"
              requiredMark={false}
              disabled={finish.busy}
              onFinish={finish.start}
            >
              <Form.Item name="code" label={words.code} rules={[{ required: true, message: words.needed }]}>
                <Input autoComplete="one-time-code" inputMode="numeric" className="code-input" autoFocus />
              </Form.Item>
              {finish.error === null ? null : <Failure error={finish.error} />}
              <Button type="primary" htmlType="submit" block loading={finish.busy}>
                {words.confirm}
              </Button>
            </Form>
          </>
        )}
      </Loaded>
    </Card>
  );
}

/** Black on white in the dark theme too: many readers see nothing else. */
export function Qr({ size, path, label }: { readonly size: number; readonly path: string; readonly label: string }): ReactNode {
  const side = size + 2 * QUIET_ZONE;
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`${-QUIET_ZONE} ${-QUIET_ZONE} ${side} ${side}`} shapeRendering="crispEdges">
      <rect x={-QUIET_ZONE} y={-QUIET_ZONE} width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
