/** Which configurations have run, and what changed from one to another. */
import { useQuery } from '@tanstack/react-query';
import { Select, Tag } from 'antd';
import { useMemo, useState, type ReactNode } from 'react';
import type { RevisionsAnswer } from '../../../../review/policy-schemas.js';
import { revisionQuery, revisionsQuery } from '../../api/policy.js';
import { useWords } from '../../app/words-of.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { folded, lineDiff } from '../../ui/diff.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { YamlLine } from '../../ui/yaml-text.js';
import { policyWords } from './words.js';

type Revision = RevisionsAnswer['revisions'][number];

export function Revisions(): ReactNode {
  const words = useWords(policyWords);
  const columns: readonly Column<Revision>[] = [
    {
      key: 'revision',
      title: words.revision,
      cell: ({ revision, running }) => (
        <>
          <code>{revision}</code> {running ? <Tag color="success">{words.running}</Tag> : null}
        </>
      ),
    },
    { key: 'first', title: words.firstRun, cell: ({ firstAt }) => <Moment at={firstAt} /> },
    {
      key: 'last',
      title: words.lastRun,
      cell: ({ lastRun }) =>
        lastRun === undefined ? (
          '–'
        ) : (
          <>
            <Moment at={lastRun.at} /> · {words[`how.${lastRun.how}`]} · <small>{lastRun.node}, {lastRun.version}</small>
          </>
        ),
    },
  ];
  return (
    <Loaded query={useQuery(revisionsQuery)}>
      {({ revisions }) => (
        <>
          <Section title={words.tabRevisions}>
            <DataTable label={words.tabRevisions} columns={columns} rows={revisions} rowKey={({ revision }) => revision} />
          </Section>
          {revisions.length < 2 ? null : <Compare revisions={revisions} />}
        </>
      )}
    </Loaded>
  );
}

function Compare({ revisions }: { readonly revisions: readonly Revision[] }): ReactNode {
  const words = useWords(policyWords);
  const newest = revisions[0]?.revision ?? '';
  const [older, setOlder] = useState(revisions[1]?.revision ?? '');
  const [newer, setNewer] = useState(newest);
  const before = useQuery(revisionQuery(older));
  const after = useQuery(revisionQuery(newer));
  const options = revisions.map(({ revision, running }) => ({ value: revision, label: running ? `${revision} (${words.running})` : revision }));
  return (
    <Section
      title={words.compare}
      actions={
        <>
          <label>
            {words.compareOld} <Select value={older} onChange={setOlder} options={options} aria-label={words.compareOld} className="revision-select" />
          </label>
          <label>
            {words.compareNew} <Select value={newer} onChange={setNewer} options={options} aria-label={words.compareNew} className="revision-select" />
          </label>
        </>
      }
    >
      <Loaded query={before}>{(old) => <Loaded query={after}>{(fresh) => <Diff before={old.yaml} after={fresh.yaml} />}</Loaded>}</Loaded>
    </Section>
  );
}

const SIGNS = { same: ' ', add: '+', del: '−' } as const;

function Diff({ before, after }: { readonly before: string; readonly after: string }): ReactNode {
  const words = useWords(policyWords);
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  const count = (kind: 'add' | 'del'): number => lines.filter((line) => line.kind === kind).length;
  if (count('add') + count('del') === 0) return <p className="empty">{words.same}</p>;
  return (
    <>
      <p className="hint">{words.changed(count('add'), count('del'))}</p>
      <div className="code-box" role="region" aria-label={words.compare} tabIndex={0}>
        <ul className="diff">
          {folded(lines).map((line, index) =>
            line.kind === 'skip' ? (
              <li key={index} className="skip">
                {words.skipped(line.count)}
              </li>
            ) : (
              <li key={index} className={line.kind}>
                <span className="sign">{SIGNS[line.kind]}</span>
                <span>
                  <YamlLine text={line.text} />
                </span>
              </li>
            ),
          )}
        </ul>
      </div>
    </>
  );
}
