/** Jobs: how many of each kind wait, which were given up, and what makes them run again. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Alert, Button, Segmented, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import type { QueuesAnswer } from '../../../../review/jobs-schemas.js';
import { post } from '../../api/client.js';
import { jobsQuery, queuesQuery, type JobAnswer, type JobShown } from '../../api/operations.js';
import { useMay } from '../../api/session.js';
import { Link } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Failure } from '../../ui/failure.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { ReasonButton } from '../../ui/reason-button.js';
import { operationsWords } from './words.js';

const SHOWN = ['dead', 'open', 'done'] as const satisfies readonly JobShown[];
const COLOURS: Readonly<Partial<Record<JobAnswer['state'], string>>> = { dead: 'error', waiting: 'warning', delayed: 'warning', ready: 'processing' };

export function Jobs(): ReactNode {
  const words = useWords(operationsWords);
  const mayRetry = useMay('jobs.retry');
  return (
    <>
      <Section title={words.queues} actions={mayRetry ? <Rescan /> : null}>
        <p className="hint">{words.jobsHint}</p>
        <Loaded query={useQuery(queuesQuery)}>{(answer) => <Queues answer={answer} />}</Loaded>
      </Section>
      <JobList mayRetry={mayRetry} />
    </>
  );
}

function Queues({ answer: { carrier, queues, leases, lastRescan } }: { readonly answer: QueuesAnswer }): ReactNode {
  const words = useWords(operationsWords);
  const columns: readonly Column<QueuesAnswer['queues'][number]>[] = [
    { key: 'kind', title: words.kind, cell: ({ kind }) => words[`kind.${kind}`] },
    { key: 'ready', title: words['state.ready'], numeric: true, cell: ({ ready }) => ready },
    { key: 'delayed', title: words['state.delayed'], numeric: true, cell: ({ delayed }) => delayed },
    { key: 'waiting', title: words['state.waiting'], numeric: true, cell: ({ waiting }) => waiting },
    { key: 'dead', title: words['state.dead'], numeric: true, cell: ({ dead }) => (dead === 0 ? 0 : <Tag color="error">{dead}</Tag>) },
    { key: 'oldest', title: words.oldest, cell: ({ oldestOpenAt }) => (oldestOpenAt === undefined ? '–' : <Moment at={oldestOpenAt} as="relative" />) },
  ];
  return (
    <div className="stack">
      {carrier.reachable ? null : <Alert type="warning" showIcon title={words.carrierAway} />}
      <DataTable label={words.queues} columns={columns} rows={queues} rowKey={({ kind }) => kind} />
      <dl className="facts">
        <div>
          <dt>{words.carriedBy}</dt>
          <dd>{words[`carrier.${carrier.kind}`]}</dd>
        </div>
        <div>
          <dt>{words.worksHere}</dt>
          <dd>{carrier.here.length === 0 ? words.nothingHere : carrier.here.map((kind) => words[`kind.${kind}`]).join(' · ')}</dd>
        </div>
        <div>
          <dt>{words.reviewKey}</dt>
          <dd>{carrier.reviewKey ? words.keyHere : words.keyElsewhere}</dd>
        </div>
        <div>
          <dt>{words.lastRescan}</dt>
          <dd>{lastRescan === undefined ? words.neverRescanned : <><Moment at={lastRescan.at} as="relative" /> <small>{words.rescanned(lastRescan.messages)} · {words[`cause.${lastRescan.cause}`]}</small></>}</dd>
        </div>
        {leases.length === 0 ? null : (
          <div>
            <dt>{words.leases}</dt>
            <dd>
              {leases.map(({ name, holder }) => (
                <div key={name}>
                  <code>{name}</code> <small>{holder}</small>
                </div>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}

function Rescan(): ReactNode {
  const words = useWords(operationsWords);
  const rescan = useAct(async (reason: string) => post('/jobs/rescan', { reason }), { invalidates: [['jobs']], done: words.rescanOrdered });
  return <ReasonButton label={words.rescan} text={words.rescanText} act={rescan.run} />;
}

function JobList({ mayRetry }: { readonly mayRetry: boolean }): ReactNode {
  const words = useWords(operationsWords);
  const [shown, setShown] = useState<JobShown>('dead');
  const jobs = useInfiniteQuery(jobsQuery(shown));
  const seesMessages = useMay('messages.read');
  const retry = useAct(async ({ n, reason }: { readonly n: number; readonly reason: string }) => post(`/jobs/${n}/retry`, { reason }), { invalidates: [['jobs']], done: words.retried });
  const rows = jobs.data?.pages.flatMap((page) => page.jobs) ?? [];
  const columns: readonly Column<JobAnswer>[] = [
    { key: 'n', title: words.job, cell: ({ n }) => <code>{n}</code> },
    { key: 'kind', title: words.kind, cell: ({ kind }) => <span className="nowrap">{words[`kind.${kind}`]}</span> },
    { key: 'about', title: words.about, cell: ({ incident, ref, route }) => (
      <>
        {incident === undefined ? (ref === undefined ? '–' : <code>{ref}</code>) : seesMessages ? <Link to={`/messages/${incident}`}>{incident}</Link> : <code>{incident}</code>}
        {route === undefined ? null : <small> {route}</small>}
      </>
    ) },
    { key: 'state', title: words.state, cell: ({ state, code }) => <><Tag color={COLOURS[state] ?? 'default'}>{words[`state.${state}`]}</Tag>{code === undefined ? null : <code>{code}</code>}</> },
    { key: 'attempts', title: words.attempts, numeric: true, cell: ({ attempts }) => attempts },
    { key: 'created', title: words.created, cell: ({ createdAt }) => <Moment at={createdAt} as="relative" /> },
    { key: 'next', title: shown === 'open' ? words.nextTry : words.ended, cell: ({ dueAt, closedAt }) => <Moment at={shown === 'open' ? dueAt : (closedAt ?? dueAt)} as="relative" /> },
    ...(mayRetry && shown === 'dead' ? [{ key: 'actions', title: '', cell: ({ n }: JobAnswer) => <ReasonButton label={words.retry} text={words.retryText} act={(reason) => retry.run({ n, reason })} /> }] : []),
  ];
  return (
    <Section title={words.jobs} actions={<Segmented value={shown} onChange={setShown} aria-label={words.state} options={SHOWN.map((value) => ({ value, label: words[`shown.${value}`] }))} />}>
      {jobs.isError ? <Failure error={jobs.error} retry={() => void jobs.refetch()} /> : <DataTable label={words.jobs} columns={columns} rows={rows} rowKey={({ n }) => n} empty={shown === 'dead' ? words.noneDead : words.noJobs} />}
      {jobs.hasNextPage ? <Button onClick={() => void jobs.fetchNextPage()}>{words.more}</Button> : null}
    </Section>
  );
}
