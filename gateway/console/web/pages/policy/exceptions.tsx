/** Exceptions that reviewers proposed: approved, refused or ended by the security administrator. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Checkbox, Segmented, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import type { ExceptionAnswer } from '../../../../review/exceptions-schemas.js';
import { post } from '../../api/client.js';
import { exceptionsQuery, type ExceptionState } from '../../api/policy.js';
import { useMay, useSession } from '../../api/session.js';
import { Link } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Failure } from '../../ui/failure.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { ReasonButton } from '../../ui/reason-button.js';
import { policyWords } from './words.js';

const SHOWN = ['proposed', 'active', 'all'] as const;
type Deed = 'approve' | 'refuse' | 'end';

export function Exceptions(): ReactNode {
  const words = useWords(policyWords);
  const [shown, setShown] = useState<(typeof SHOWN)[number]>('proposed');
  const state: ExceptionState | undefined = shown === 'all' ? undefined : shown;
  const exceptions = useInfiniteQuery(exceptionsQuery(state));
  const seesMessages = useMay('messages.read');
  const rows = exceptions.data?.pages.flatMap((page) => page.exceptions) ?? [];
  const columns: readonly Column<ExceptionAnswer>[] = [
    { key: 'scope', title: words.scope, wide: true, cell: (one) => <ScopeOf exception={one} /> },
    { key: 'reason', title: words.reason, wide: true, cell: ({ reason }) => reason },
    { key: 'from', title: words.from, cell: ({ message }) => (seesMessages ? <Link to={`/messages/${message}`}>{message}</Link> : <code>{message}</code>) },
    { key: 'proposed', title: words.proposed, cell: ({ proposedBy, proposedAt }) => <>{proposedBy.replace(/^account:/, '')} <small><Moment at={proposedAt} as="relative" /></small></> },
    { key: 'expires', title: words.expires, cell: ({ expiresAt }) => <Moment at={expiresAt} as="relative" /> },
    { key: 'state', title: words.state, cell: ({ state: now, decidedBy, decisionReason }) => (
      <>
        <Tag color={now === 'active' ? 'success' : now === 'proposed' ? 'processing' : 'default'}>{words[`exception.${now}`]}</Tag>
        {decidedBy === undefined ? null : <small>{decidedBy.replace(/^account:/, '')}: {decisionReason}</small>}
      </>
    ) },
    { key: 'actions', title: '', cell: (one) => <Decide exception={one} /> },
  ];
  return (
    <Section title={words.tabExceptions} actions={<Segmented value={shown} onChange={setShown} aria-label={words.state} options={SHOWN.map((value) => ({ value, label: value === 'all' ? words.all : words[`exception.${value}`] }))} />}>
      {exceptions.isError ? <Failure error={exceptions.error} retry={() => void exceptions.refetch()} /> : <DataTable label={words.tabExceptions} columns={columns} rows={rows} rowKey={({ id }) => id} empty={words.noExceptions} />}
      {exceptions.hasNextPage ? <Button onClick={() => void exceptions.fetchNextPage()}>{words.next}</Button> : null}
    </Section>
  );
}

function ScopeOf({ exception: { scope, coversHigh } }: { readonly exception: ExceptionAnswer }): ReactNode {
  const words = useWords(policyWords);
  const parts = [
    ...(scope.sender === undefined ? [] : [`${words.sender} ${scope.sender}`]),
    ...(scope.destination === undefined ? [] : [`${words.destination} ${scope.destination}`]),
    ...(scope.detectors === undefined ? [] : [`${words.detector} ${scope.detectors.join(', ')}`]),
    ...(scope.fingerprints === undefined ? [] : [words.fingerprints(scope.fingerprints)]),
  ];
  return (
    <>
      {parts.join(' · ')} {coversHigh ? <Tag color="warning">{words.coversHigh}</Tag> : null}
    </>
  );
}

function Decide({ exception }: { readonly exception: ExceptionAnswer }): ReactNode {
  const words = useWords(policyWords);
  const me = useSession()?.account?.name ?? '';
  const [conclusive, setConclusive] = useState(false);
  const decide = useAct(
    async ({ deed, reason }: { readonly deed: Deed; readonly reason: string }) => post(`/exceptions/${exception.id}/${deed}`, { reason, ...(deed === 'approve' && conclusive ? { conclusive } : {}) }),
    { invalidates: [['exceptions']], done: words.done },
  );
  if (exception.state === 'active') return <ReasonButton danger label={words.end} act={(reason) => decide.run({ deed: 'end', reason })} />;
  if (exception.state !== 'proposed') return null;
  if (exception.proposedBy === `account:${me}`) return <small>{words.ownProposal}</small>;
  const { sender, destination, detectors, fingerprints } = exception.scope;
  // Only one so closely bound may cover what proves itself; those bound to values do so anyway.
  const askConclusive = fingerprints === undefined && sender !== undefined && destination !== undefined && detectors !== undefined;
  return (
    <div className="actions">
      <ReasonButton label={words.approve} text={words.approveException} act={(reason) => decide.run({ deed: 'approve', reason })}>
        {askConclusive ? (
          <p>
            <Checkbox checked={conclusive} onChange={(event) => setConclusive(event.target.checked)}>
              {words.conclusive}
            </Checkbox>
          </p>
        ) : null}
      </ReasonButton>
      <ReasonButton danger label={words.refuse} act={(reason) => decide.run({ deed: 'refuse', reason })} />
    </div>
  );
}
