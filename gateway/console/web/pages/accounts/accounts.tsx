/** The list of accounts, and what a system administrator does with them. */
import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { AccountAnswer, invitedAnswer } from '../../../../review/accounts-schemas.js';
import { post } from '../../api/client.js';
import { accountsQuery } from '../../api/people.js';
import { useSession } from '../../api/session.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { InvitationLink, Invite } from './invite.js';
import { accountsWords } from './words.js';

type Invited = z.output<typeof invitedAnswer>;
type Deed = 'disable' | 'enable' | 'reset-totp';

export function Accounts(): ReactNode {
  const words = useWords(accountsWords);
  const app = useWords(appWords);
  const accounts = useQuery(accountsQuery);
  const me = useSession()?.account?.id;
  const [inviting, setInviting] = useState(false);
  const [invited, setInvited] = useState<Invited>();
  const change = useAct(async ({ id, deed }: { readonly id: string; readonly deed: Deed }) => post(`/accounts/${id}/${deed}`), { invalidates: [['accounts'], ['access-review']], done: words.done });
  const inviteAgain = useAct(async (id: string) => setInvited(await post<Invited>(`/accounts/${id}/invite`)), { invalidates: [['accounts']] });
  const columns: readonly Column<AccountAnswer>[] = [
    { key: 'name', title: words.name, cell: ({ name, displayName }) => <Person name={name} displayName={displayName} /> },
    { key: 'roles', title: words.roles, cell: ({ roles }) => (roles.length === 0 ? <small>{words.noRole}</small> : roles.map((role) => <Tag key={role}>{app[`role.${role}`]}</Tag>)) },
    { key: 'state', title: words.state, cell: (account) => <State account={account} /> },
    { key: 'seen', title: words.lastSeen, cell: ({ lastSeenAt }) => (lastSeenAt === undefined ? <small>{app.never}</small> : <Moment at={lastSeenAt} as="relative" />) },
    {
      key: 'actions',
      title: '',
      cell: (account) => (
        <div className="actions">
          {account.state === 'invited' ? <Button onClick={() => void inviteAgain.run(account.id)}>{words.inviteAgain}</Button> : null}
          {account.enrolled && account.state === 'active' && account.id !== me ? <Confirmed label={words.resetTotp} text={words.resetText} act={() => change.run({ id: account.id, deed: 'reset-totp' })} /> : null}
          {account.state === 'disabled' ? <Button onClick={() => void change.run({ id: account.id, deed: 'enable' })}>{words.enable}</Button> : null}
          {account.state !== 'disabled' && account.id !== me ? <Confirmed danger label={words.disable} text={words.disableText} act={() => change.run({ id: account.id, deed: 'disable' })} /> : null}
        </div>
      ),
    },
  ];
  return (
    <Section
      title={words.tabAccounts}
      actions={
        <Button type="primary" onClick={() => setInviting(true)}>
          {words.invite}
        </Button>
      }
    >
      {invited === undefined ? null : <InvitationLink invited={invited} onClose={() => setInvited(undefined)} />}
      <Loaded query={accounts}>{(data) => <DataTable label={words.tabAccounts} columns={columns} rows={data.accounts} rowKey={({ id }) => id} />}</Loaded>
      <Invite
        open={inviting}
        onClose={() => setInviting(false)}
        onInvited={(made) => {
          setInviting(false);
          setInvited(made);
        }}
      />
    </Section>
  );
}

export function Person({ name, displayName }: { readonly name: string; readonly displayName: string }): ReactNode {
  return (
    <span className="person">
      {displayName} <small>{name}</small>
    </span>
  );
}

function State({ account }: { readonly account: AccountAnswer }): ReactNode {
  const words = useWords(accountsWords);
  const locked = account.lockedUntil !== undefined && new Date(account.lockedUntil).getTime() > Date.now();
  return (
    <>
      <Tag color={account.state === 'active' ? 'success' : account.state === 'disabled' ? 'default' : 'processing'}>{words[`state.${account.state}`]}</Tag>
      {locked ? <Tag color="error">{words.locked}</Tag> : null}
      {account.state === 'active' && !account.enrolled ? <Tag color="warning">{words.notEnrolled}</Tag> : null}
    </>
  );
}

/** Asked once more, with what it means. */
export function Confirmed({ label, text, danger = false, act }: { readonly label: string; readonly text?: string; readonly danger?: boolean; readonly act: () => Promise<unknown> }): ReactNode {
  const words = useWords(appWords);
  return (
    <Popconfirm title={label} {...(text === undefined ? {} : { description: <span className="confirm-text">{text}</span> })} okText={label} cancelText={words.cancel} okButtonProps={{ danger }} onConfirm={() => void act()}>
      <Button danger={danger}>{label}</Button>
    </Popconfirm>
  );
}
