/** The audit: who did, saw and changed what; searched, exported and verified here. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Alert, Button, Dropdown } from 'antd';
import { useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { auditAnswer, auditVerifyAnswer } from '../../../../review/audit-schemas.js';
import { get, getFile, post } from '../../api/client.js';
import { useKeys } from '../../app/keys.js';
import { goInstead, usePlace } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { useAct } from '../../ui/act.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Failure } from '../../ui/failure.js';
import { Moment } from '../../ui/moment.js';
import { PageFrame, Section } from '../../ui/page-frame.js';
import { saveFile } from '../../ui/save-file.js';
import { addressOf, filterOf, questionOf } from './audit-filter.js';
import { FilterForm } from './filter-form.js';
import { auditWords } from './words.js';
import './audit.css';

type Answer = z.output<typeof auditAnswer>;
type Row = Answer['rows'][number];
type Verified = z.output<typeof auditVerifyAnswer>;
const FORMATS = ['jsonl', 'csv', 'cef'] as const;

export function AuditPage(): ReactNode {
  const words = useWords(auditWords);
  const filter = filterOf(usePlace()?.query ?? new URLSearchParams());
  const question = questionOf(filter);
  const [verified, setVerified] = useState<Verified>();
  const audit = useInfiniteQuery({
    queryKey: ['audit', question],
    queryFn: ({ signal, pageParam }) => get<Answer>('/audit', { ...question, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next,
    // Each look is a row of the audit itself: none without being asked for.
    refetchOnWindowFocus: false,
    staleTime: Infinity,
  });
  const verify = useAct(async () => setVerified(await post<Verified>('/audit/verify')));
  const save = useAct(async (format: (typeof FORMATS)[number]) => {
    const { blob, name } = await getFile('/audit/export', { ...question, format });
    saveFile(blob, name ?? `weir-audit.${format}`);
  });
  useKeys([{ key: 'v', label: words.keyVerify, run: () => void verify.run(undefined) }]);
  const rows = audit.data?.pages.flatMap((page) => page.rows) ?? [];
  const narrowed = (field: 'actor' | 'act' | 'subject', value: string): ReactNode => (
    <button type="button" className={field === 'subject' ? 'narrow narrow-id' : 'narrow'} title={value} onClick={() => goInstead(addressOf({ ...filter, [field]: value }))}>
      {value}
    </button>
  );
  const columns: readonly Column<Row>[] = [
    { key: 'at', title: words.at, cell: ({ at, writer, seq, hash }) => (
      <span className="by">
        <Moment at={at} as="exact" />
        <small title={`${writer} ${hash}`}>{`#${seq}`}</small>
      </span>
    ) },
    { key: 'actor', title: words.actor, cell: ({ actor }) => narrowed('actor', actor) },
    { key: 'act', title: words.act, cell: ({ act }) => narrowed('act', act) },
    { key: 'subject', title: words.subject, cell: ({ subject }) => (subject === undefined ? '–' : narrowed('subject', subject)) },
    { key: 'data', title: words.data, wide: true, cell: ({ data }) => <Details data={data} /> },
  ];
  return (
    <PageFrame
      title={words.title}
      actions={
        <>
          <Button loading={verify.busy} onClick={() => void verify.run(undefined)}>
            {words.verify}
          </Button>
          <Dropdown menu={{ items: FORMATS.map((key) => ({ key, label: key === 'jsonl' ? 'JSON Lines' : key.toUpperCase() })), onClick: ({ key }) => void save.run(FORMATS.find((format) => format === key) ?? 'jsonl') }} trigger={['click']}>
            <Button loading={save.busy} aria-haspopup="menu" title={words.exportHint}>
              {words.export} ▾
            </Button>
          </Dropdown>
        </>
      }
    >
      <div aria-live="polite">{verified === undefined ? null : <Verdict verified={verified} onClose={() => setVerified(undefined)} />}</div>
      <FilterForm key={JSON.stringify(filter)} filter={filter} onSearch={(next) => goInstead(addressOf(next))} />
      <Section title={words.rows} actions={<small>{words.noted}</small>}>
        {audit.isError ? <Failure error={audit.error} retry={() => void audit.refetch()} /> : audit.isPending ? null : <DataTable label={words.title} columns={columns} rows={rows} rowKey={({ writer, seq }) => `${writer} ${seq}`} empty={words.none} />}
        {audit.hasNextPage ? (
          <Button loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()} className="older">
            {words.more}
          </Button>
        ) : null}
      </Section>
    </PageFrame>
  );
}

function Verdict({ verified, onClose }: { readonly verified: Verified; readonly onClose: () => void }): ReactNode {
  const words = useWords(auditWords);
  const closable = { closable: { onClose }, showIcon: true, className: 'shown-once' };
  if (!verified.ok) return <Alert type="error" {...closable} title={words.verifyBad(verified.writer, verified.seq)} description={words[`problem.${verified.problem}`]} />;
  const { good, unsigned, unknown } = verified.checkpoints;
  return <Alert type="success" {...closable} title={words.verifyGood(verified.rows, verified.chains)} description={words.verifyPoints(good, unsigned, unknown)} />;
}

/** Codes, counts and previews, in one line each. */
function Details({ data }: { readonly data: Row['data'] }): ReactNode {
  return (
    <span className="details">
      {Object.entries(data).map(([key, value]) => (
        <span key={key}>
          <small>{key}</small> {typeof value === 'string' ? value : JSON.stringify(value)}
        </span>
      ))}
    </span>
  );
}
