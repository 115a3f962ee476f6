/** API tokens: made for one's own account, shown once, revoked by whoever may. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Form, Input, InputNumber, Modal, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { TokenAnswer, tokenMadeAnswer } from '../../../../review/accounts-schemas.js';
import { post } from '../../api/client.js';
import { tokensQuery } from '../../api/people.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Failure } from '../../ui/failure.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { Secret } from '../../ui/secret.js';
import { Confirmed } from './accounts.js';
import { accountsWords } from './words.js';

type Made = z.output<typeof tokenMadeAnswer>;
interface Asked {
  readonly name: string;
  readonly days: number;
}
const DAYS_USUAL = 90;
const DAYS_MOST = 365;

export function Tokens(): ReactNode {
  const words = useWords(accountsWords);
  const app = useWords(appWords);
  const tokens = useQuery(tokensQuery);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Made>();
  const revoke = useAct(async (id: string) => post(`/tokens/${id}/revoke`), { invalidates: [['tokens'], ['access-review']], done: words.done });
  const ended = ({ revokedAt, expiresAt }: TokenAnswer): boolean => revokedAt !== undefined || new Date(expiresAt).getTime() <= Date.now();
  const columns: readonly Column<TokenAnswer>[] = [
    { key: 'name', title: words.token, cell: ({ name }) => <code>{name}</code> },
    { key: 'account', title: words.account, cell: ({ accountName }) => accountName },
    { key: 'created', title: words.created, cell: ({ createdAt }) => <Moment at={createdAt} as="relative" /> },
    { key: 'used', title: words.lastUsed, cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? <small>{app.never}</small> : <Moment at={lastUsedAt} as="relative" />) },
    { key: 'expires', title: words.expires, cell: (token) => (token.revokedAt !== undefined ? <Tag>{words.revoked}</Tag> : ended(token) ? <Tag>{words.expired}</Tag> : <Moment at={token.expiresAt} />) },
    { key: 'actions', title: '', cell: (token) => (ended(token) ? null : <div className="actions"><Confirmed danger label={words.revoke} act={() => revoke.run(token.id)} /></div>) },
  ];
  return (
    <Section
      title={words.tabTokens}
      actions={
        <Button type="primary" onClick={() => setMaking(true)}>
          {words.newToken}
        </Button>
      }
    >
      <p className="hint">{words.tokenHint}</p>
      {made === undefined ? null : (
        <Alert
          type="success"
          className="shown-once"
          title={words.tokenReady}
          description={
            <>
              <Secret text={made.secret} label={words.tokenReady} />
              <Button onClick={() => setMade(undefined)}>{words.close}</Button>
            </>
          }
        />
      )}
      <Loaded query={tokens}>{(data) => <DataTable label={words.tabTokens} columns={columns} rows={data.tokens} rowKey={({ id }) => id} />}</Loaded>
      <NewToken
        open={making}
        onClose={() => setMaking(false)}
        onMade={(token) => {
          setMaking(false);
          setMade(token);
        }}
      />
    </Section>
  );
}

function NewToken({ open, onClose, onMade }: { readonly open: boolean; readonly onClose: () => void; readonly onMade: (made: Made) => void }): ReactNode {
  const words = useWords(accountsWords);
  const [form] = Form.useForm<Asked>();
  const make = useAct(async (asked: Asked) => onMade(await post<Made>('/tokens', asked)), { invalidates: [['tokens']], quiet: true });
  return (
    <Modal title={words.newToken} open={open} onCancel={onClose} okText={words.newToken} cancelText={words.cancel} onOk={() => form.submit()} confirmLoading={make.busy} destroyOnHidden>
      <Form form={form} layout="vertical" requiredMark={false} onFinish={make.start} initialValues={{ days: DAYS_USUAL }} clearOnDestroy>
        <Form.Item name="name" label={words.tokenName} extra={words.nameHint} rules={[{ required: true, pattern: /^[a-z][a-z0-9._-]{0,31}$/, message: words.nameWrong }]}>
          <Input spellCheck={false} autoFocus />
        </Form.Item>
        <Form.Item name="days" label={words.days} rules={[{ required: true, message: words.days }]}>
          <InputNumber min={1} max={DAYS_MOST} precision={0} />
        </Form.Item>
        {make.error === null ? null : <Failure error={make.error} />}
      </Form>
    </Modal>
  );
}
