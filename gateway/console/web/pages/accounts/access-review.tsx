/** The access review: who can do what, by whose hand, and when it was last used. */
import { useQuery } from '@tanstack/react-query';
import { Button, Tag } from 'antd';
import type { ReactNode } from 'react';
import type { AccessReviewAnswer } from '../../../../review/accounts-schemas.js';
import { accessReviewQuery } from '../../api/people.js';
import { appWords } from '../../app/words.js';
import { useWords } from '../../app/words-of.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { saveFile } from '../../ui/save-file.js';
import { Person } from './accounts.js';
import { csv } from '../../ui/csv.js';
import { ScopeText } from './scope-text.js';
import { accountsWords } from './words.js';

type Row = AccessReviewAnswer['accounts'][number];

export function AccessReview(): ReactNode {
  const words = useWords(accountsWords);
  const app = useWords(appWords);
  const review = useQuery(accessReviewQuery);
  const columns: readonly Column<Row>[] = [
    { key: 'account', title: words.account, cell: ({ name, displayName }) => <Person name={name} displayName={displayName} /> },
    {
      key: 'grants',
      title: words.tabGrants,
      wide: true,
      cell: ({ grants }) =>
        grants.map((grant) => (
          <div key={grant.id}>
            <Tag>{app[`role.${grant.role}`]}</Tag>
            {grant.mayOpen ? <Tag color="warning">{words.opens}</Tag> : null}
            <small>
              {words.proposed} {grant.proposedBy.replace(/^account:/, '')}, <Moment at={grant.proposedAt} as="relative" />
              {grant.decidedBy === undefined ? null : ` · ${words.decided} ${grant.decidedBy.replace(/^account:/, '')}`}
            </small>
          </div>
        )),
    },
    { key: 'scope', title: words.scope, cell: ({ scope }) => <ScopeText scope={scope} /> },
    { key: 'state', title: words.state, cell: ({ state }) => words[`state.${state}`] },
    { key: 'used', title: words.lastUsed, cell: ({ lastUsedAt }) => (lastUsedAt === undefined ? <small>{app.never}</small> : <Moment at={lastUsedAt} as="relative" />) },
    { key: 'unused', title: words.unused, numeric: true, cell: ({ unusedDays }) => words.daysCount(unusedDays) },
    { key: 'tokens', title: words.tokens, numeric: true, cell: ({ tokens }) => tokens.length },
    { key: 'sessions', title: words.sessions, numeric: true, cell: ({ sessions }) => sessions },
  ];
  const save = (data: AccessReviewAnswer): void => {
    const head = [words.name, words.displayName, words.state, words.roles, words.rights, words.lastUsed, words.unused, words.tokens];
    const rows = data.accounts.map((row) => [row.name, row.displayName, words[`state.${row.state}`], row.roles.map((role) => app[`role.${role}`]).join(' '), row.rights.join(' '), row.lastUsedAt ?? '', row.unusedDays, row.tokens.length]);
    saveFile(new Blob([csv([head, ...rows])], { type: 'text/csv' }), `weir-access-review-${data.at.slice(0, 10)}.csv`);
  };
  return (
    <Section title={words.tabReview} actions={review.data === undefined ? undefined : <Button onClick={() => save(review.data)}>{words.print}</Button>}>
      <Loaded query={review}>
        {(data) => (
          <>
            <p className="hint">{words.reviewHint(data.unusedAfterDays)}</p>
            <DataTable label={words.tabReview} columns={columns} rows={data.accounts} rowKey={({ id }) => id} />
          </>
        )}
      </Loaded>
    </Section>
  );
}
