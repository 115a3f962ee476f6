/** Alerts: where they go and how that goes, which rules send what, and what was delivered. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button, Segmented, Tag } from 'antd';
import { useState, type ReactNode } from 'react';
import type { DeliveryAnswer, SinksAnswer } from '../../../../review/alerts-schemas.js';
import { post } from '../../api/client.js';
import { deliveriesQuery, sinksQuery, type DeliveryShown } from '../../api/operations.js';
import { useMay } from '../../api/session.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Failure } from '../../ui/failure.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { ReasonButton } from '../../ui/reason-button.js';
import { alertWords } from './alert-words.js';

type Sink = SinksAnswer['sinks'][number];
type Rule = SinksAnswer['rules'][number];
const SINK_COLOURS = { ok: 'success', failing: 'error', paused: 'warning', gone: 'default' } as const;
const DELIVERY_COLOURS = { open: 'processing', sent: 'success', dead: 'error' } as const;
const SHOWN = ['open', 'dead', 'sent'] as const satisfies readonly DeliveryShown[];

export function Alerts(): ReactNode {
  return (
    <>
      <Loaded query={useQuery(sinksQuery)}>{(answer) => <SinksAndRules answer={answer} />}</Loaded>
      <Deliveries />
    </>
  );
}

function SinksAndRules({ answer: { sinks, rules, zone, links } }: { readonly answer: SinksAnswer }): ReactNode {
  const words = useWords(alertWords);
  const mayTest = useMay('alerts.test');
  const test = useAct(async (id: string) => post(`/alerts/sinks/${id}/test`), { invalidates: [['alerts']], done: words.testSent });
  const columns: readonly Column<Sink>[] = [
    { key: 'id', title: words.sink, cell: ({ id, kind }) => <><code>{id}</code> <small>{kind === undefined ? '' : words[`sink.${kind}`]}</small></> },
    { key: 'state', title: words.state, cell: ({ state, failingSince, pausedUntil, lastError }) => (
      <>
        <Tag color={SINK_COLOURS[state]}>{words[`sinkState.${state}`]}</Tag>
        {lastError === undefined || state === 'ok' ? null : <code>{lastError}</code>}{' '}
        {pausedUntil !== undefined ? <small>{words.until} <Moment at={pausedUntil} as="relative" /></small> : failingSince === undefined ? null : <small>{words.since} <Moment at={failingSince} as="relative" /></small>}
      </>
    ) },
    { key: 'rules', title: words.rules, cell: ({ rules: from }) => from.join(', ') },
    { key: 'budget', title: words.perMinute, numeric: true, cell: ({ perMinute }) => perMinute ?? '–' },
    { key: 'waiting', title: words.waiting, numeric: true, cell: ({ waiting }) => waiting },
    { key: 'dead', title: words.dead, numeric: true, cell: ({ dead }) => (dead === 0 ? 0 : <Tag color="error">{dead}</Tag>) },
    { key: 'last', title: words.lastSent, cell: ({ lastSentAt }) => (lastSentAt === undefined ? '–' : <Moment at={lastSentAt} as="relative" />) },
    ...(mayTest ? [{ key: 'test', title: '', cell: ({ id, kind }: Sink) => (kind === undefined ? null : <Button onClick={() => test.start(id)} loading={test.busy}>{words.sendTest}</Button>) }] : []),
  ];
  const ruleColumns: readonly Column<Rule>[] = [
    { key: 'id', title: words.rule, cell: ({ id }) => <code>{id}</code> },
    { key: 'when', title: words.when, wide: true, cell: (rule) => conditions(rule, words) },
    { key: 'to', title: words.to, cell: ({ to }) => to.join(', ') },
    { key: 'window', title: words.window, cell: ({ windowSeconds }) => words.seconds(windowSeconds) },
    { key: 'quiet', title: words.quiet, cell: ({ quiet }) => (quiet === undefined ? '–' : <>{quiet.from}–{quiet.to} <small>{quiet.zone}</small> {quiet.now ? <Tag color="processing">{words.quietNow}</Tag> : null}</>) },
  ];
  return (
    <>
      <Section title={words.sinks}>
        <p className="hint">{links ? words.sinksHint : words.noLinks}</p>
        <DataTable label={words.sinks} columns={columns} rows={sinks} rowKey={({ id }) => id} empty={words.noSinks} />
      </Section>
      <Section title={words.rulesTitle}>
        <p className="hint">{words.zone(zone)}</p>
        <DataTable label={words.rulesTitle} columns={ruleColumns} rows={rules} rowKey={({ id }) => id} empty={words.noRules} />
      </Section>
    </>
  );
}

/** What a rule asks for, as the configuration says it; codes stay codes. */
function conditions({ events, severity, routes, grades, codes, rules, countOver }: Rule, words: ReturnType<typeof useWords<typeof alertWords>>): string {
  const parts = [
    ...(events === undefined ? [] : [events.map((event) => words[`event.${event}`]).join(', ')]),
    ...(severity === undefined ? [] : [words.fromSeverity(words[`severity.${severity}`])]),
    ...([[words.routes, routes], [words.grades, grades], [words.codes, codes], [words.policyRules, rules]] as const).flatMap(([name, list]) => (list === undefined ? [] : [`${name}: ${list.join(', ')}`])),
    ...(countOver === undefined ? [] : [words.countOver(countOver.count, words.seconds(countOver.withinSeconds))]),
  ];
  return parts.length === 0 ? words.everything : parts.join(' · ');
}

function Deliveries(): ReactNode {
  const words = useWords(alertWords);
  const [shown, setShown] = useState<DeliveryShown>('open');
  const mayRetry = useMay('jobs.retry');
  const deliveries = useInfiniteQuery(deliveriesQuery(shown));
  const retry = useAct(async ({ job, reason }: { readonly job: number; readonly reason: string }) => post(`/jobs/${job}/retry`, { reason }), { invalidates: [['alerts'], ['jobs']], done: words.retried });
  const rows = deliveries.data?.pages.flatMap((page) => page.deliveries) ?? [];
  const columns: readonly Column<DeliveryAnswer>[] = [
    { key: 'n', title: words.delivery, cell: ({ n, kind }) => <><code>{n}</code> {kind === 'test' ? <Tag>{words.test}</Tag> : null}</> },
    { key: 'sink', title: words.sink, cell: ({ sink }) => <code>{sink}</code> },
    { key: 'rule', title: words.rule, cell: ({ rule }) => <code>{rule}</code> },
    { key: 'severity', title: words.severity, cell: ({ severity }) => words[`severity.${severity}`] },
    { key: 'total', title: words.events, numeric: true, cell: ({ total }) => total },
    { key: 'state', title: words.state, cell: ({ state, lastError }) => <><Tag color={DELIVERY_COLOURS[state]}>{words[`delivery.${state}`]}</Tag>{lastError === undefined ? null : <code>{lastError}</code>}</> },
    { key: 'attempts', title: words.attempts, numeric: true, cell: ({ attempts }) => attempts },
    { key: 'at', title: words.at, cell: ({ sentAt, createdAt }) => <Moment at={sentAt ?? createdAt} as="relative" /> },
    ...(mayRetry && shown === 'dead' ? [{ key: 'actions', title: '', cell: ({ job }: DeliveryAnswer) => <ReasonButton label={words.retry} text={words.retryText} act={(reason) => retry.run({ job, reason })} /> }] : []),
  ];
  return (
    <Section title={words.deliveries} actions={<Segmented value={shown} onChange={setShown} aria-label={words.state} options={SHOWN.map((value) => ({ value, label: words[`delivery.${value}`] }))} />}>
      {deliveries.isError ? <Failure error={deliveries.error} retry={() => void deliveries.refetch()} /> : <DataTable label={words.deliveries} columns={columns} rows={rows} rowKey={({ n }) => n} empty={words.noDeliveries} />}
      {deliveries.hasNextPage ? <Button onClick={() => void deliveries.fetchNextPage()}>{words.more}</Button> : null}
    </Section>
  );
}
