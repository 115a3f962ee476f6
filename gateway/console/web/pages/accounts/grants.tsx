/** Grants: proposed by one administrator, approved by another. */
import { useQuery } from '@tanstack/react-query';
import { Button, Segmented, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import type { GrantAnswer } from '../../../../review/accounts-schemas.js';
import { post } from '../../api/client.js';
import { grantsQuery } from '../../api/people.js';
import { useMay, useSession } from '../../api/session.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { Confirmed } from './accounts.js';
import { ProposeGrant } from './propose-grant.js';
import { ScopeText } from './scope-text.js';
import { accountsWords } from './words.js';

const STATES = ['proposed', 'active', 'all'] as const;
type Shown = (typeof STATES)[number];
const COLOURS = { proposed: 'processing', active: 'success', refused: 'default', revoked: 'default' } as const;

export function Grants(): ReactNode {
  const words = useWords(accountsWords);
  const app = useWords(appWords);
  const grants = useQuery(grantsQuery);
  const manages = useMay('accounts.manage');
  const approves = useMay('grants.approve');
  const me = useSession()?.account?.name ?? '';
  const [shown, setShown] = useState<Shown>(approves ? 'proposed' : 'all');
  const [proposing, setProposing] = useState(false);
  const decide = useAct(async ({ id, deed }: { readonly id: string; readonly deed: 'approve' | 'refuse' | 'revoke' }) => post(`/grants/${id}/${deed}`), {
    invalidates: [['grants'], ['accounts'], ['access-review'], ['session']],
    done: words.done,
  });
  const actions = (grant: GrantAnswer): ReactNode => {
    if (grant.state === 'proposed' && approves) {
      // The gateway refuses it anyway; saying so is kinder than a button that fails.
      if (grant.proposedBy === `account:${me}`) return <small>{words.ownProposal}</small>;
      return (
        <>
          <Confirmed label={words.approve} act={() => decide.run({ id: grant.id, deed: 'approve' })} />
          <Confirmed danger label={words.refuse} act={() => decide.run({ id: grant.id, deed: 'refuse' })} />
        </>
      );
    }
    return grant.state === 'active' && manages ? <Confirmed danger label={words.revoke} act={() => decide.run({ id: grant.id, deed: 'revoke' })} /> : null;
  };
  const columns: readonly Column<GrantAnswer>[] = [
    { key: 'account', title: words.account, cell: ({ accountName }) => accountName },
    {
      key: 'role',
      title: words.role,
      cell: ({ role, mayOpen }) => (
        <>
          <Tag>{app[`role.${role}`]}</Tag>
          {mayOpen ? <Tag color="warning">{words.opens}</Tag> : null}
        </>
      ),
    },
    { key: 'scope', title: words.scope, wide: true, cell: ({ scope }) => <ScopeText scope={scope} /> },
    {
      key: 'state',
      title: words.state,
      cell: ({ state, setUp }) => (
        <>
          <Tag color={COLOURS[state]}>{words[`grant.${state}`]}</Tag>
          {setUp ? <small>{words.setUpGrant}</small> : null}
        </>
      ),
    },
    { key: 'proposed', title: words.proposed, cell: ({ proposedBy, proposedAt }) => <By actor={proposedBy} at={proposedAt} /> },
    { key: 'decided', title: words.decided, cell: ({ decidedBy, decidedAt }) => (decidedBy === undefined || decidedAt === undefined ? '–' : <By actor={decidedBy} at={decidedAt} />) },
    { key: 'actions', title: '', cell: (grant) => <div className="actions">{actions(grant)}</div> },
  ];
  return (
    <Section
      title={words.tabGrants}
      actions={
        <>
          <Segmented value={shown} onChange={setShown} aria-label={words.state} options={STATES.map((value) => ({ value, label: value === 'all' ? words.all : words[`grant.${value}`] }))} />
          {manages ? (
            <Button type="primary" onClick={() => setProposing(true)}>
              {words.propose}
            </Button>
          ) : null}
        </>
      }
    >
      <Loaded query={grants}>{(data) => <DataTable label={words.tabGrants} columns={columns} rows={data.grants.filter(({ state }) => shown === 'all' || state === shown)} rowKey={({ id }) => id} empty={words.noGrants} />}</Loaded>
      <ProposeGrant open={proposing} onClose={() => setProposing(false)} />
    </Section>
  );
}

export function By({ actor, at }: { readonly actor: string; readonly at: string }): ReactNode {
  return (
    <span className="by">
      {actor.replace(/^account:/, '')}
      <small>
        <Moment at={at} as="relative" />
      </small>
    </span>
  );
}
