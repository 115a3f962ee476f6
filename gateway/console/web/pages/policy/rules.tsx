/** The running policy as tables: one a policy, its rules in the order they are asked. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Tag } from 'antd';
import type { ReactNode } from 'react';
import type { PolicyAnswer } from '../../../../review/policy-schemas.js';
import { policyQuery } from '../../api/policy.js';
import { useLanguage } from '../../app/language.js';
import { useWords } from '../../app/words-of.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { ActionTag, SeverityTag } from './tags.js';
import { policyWords } from './words.js';

type Policy = PolicyAnswer['policies'][number];
type Rule = Policy['rules'][number];
type Route = PolicyAnswer['routes'][number];

export function Rules(): ReactNode {
  const words = useWords(policyWords);
  const policy = useQuery(policyQuery);
  return (
    <Loaded query={policy}>
      {(data) => (
        <>
          <p className="hint">
            {words.revision} <code>{data.revision}</code>, {words.since} <Moment at={data.since} />. {words.readOnly}
          </p>
          {data.monitor ? <Alert type="warning" showIcon title={words.monitorAll} className="shown-once" /> : null}
          <Routes routes={data.routes} />
          {data.policies.map((one) => (
            <PolicyRules key={one.name} policy={one} />
          ))}
        </>
      )}
    </Loaded>
  );
}

function Routes({ routes }: { readonly routes: readonly Route[] }): ReactNode {
  const words = useWords(policyWords);
  const columns: readonly Column<Route>[] = [
    { key: 'id', title: words.route, cell: ({ id }) => <strong>{id}</strong> },
    { key: 'path', title: words.path, cell: ({ path }) => <code>{path}</code> },
    { key: 'policy', title: words.policy, cell: ({ policy }) => policy ?? '–' },
    {
      key: 'marks',
      title: words.marks,
      cell: ({ scan, monitor, syncClient, bypassedUntil }) => (
        <>
          {scan ? null : <Tag color="warning">{words.notScanned}</Tag>}
          {monitor ? <Tag color="warning">{words.monitored}</Tag> : null}
          {syncClient ? <Tag>{words.syncClient}</Tag> : null}
          {bypassedUntil === undefined ? null : (
            <Tag color="error">
              {words.bypassed} <Moment at={bypassedUntil} as="exact" />
            </Tag>
          )}
        </>
      ),
    },
  ];
  return (
    <Section title={words.routes}>
      <DataTable label={words.routes} columns={columns} rows={routes} rowKey={({ id }) => id} />
    </Section>
  );
}

function PolicyRules({ policy }: { readonly policy: Policy }): ReactNode {
  const words = useWords(policyWords);
  const language = useLanguage();
  const byGrade = Object.entries(policy.retentionByGradeDays);
  const columns: readonly Column<Rule>[] = [
    {
      key: 'rule',
      title: words.rule,
      cell: ({ id, describe }) => (
        <>
          <code>{id}</code>
          {describe === undefined ? null : (
            <>
              <br />
              <small>{describe}</small>
            </>
          )}
        </>
      ),
    },
    { key: 'when', title: words.when, wide: true, cell: ({ whenText }) => whenText[language] },
    {
      key: 'action',
      title: words.action,
      cell: ({ action, otherwise }) => (
        <>
          <ActionTag action={action} />
          {otherwise === undefined ? null : (
            <small>
              {words.otherwise} {words[`action.${otherwise}`]}
            </small>
          )}
        </>
      ),
    },
    { key: 'severity', title: words.severity, cell: ({ severity }) => <SeverityTag severity={severity} /> },
    {
      key: 'marks',
      title: words.marks,
      cell: ({ fourEyes, notify, monitor }) => (
        <>
          {fourEyes ? <Tag>{words.fourEyes}</Tag> : null}
          {notify ? <Tag>{words.notify}</Tag> : null}
          {monitor ? <Tag color="warning">{words.monitored}</Tag> : null}
        </>
      ),
    },
  ];
  return (
    <Section title={`${words.policy}: ${policy.name}`} actions={<small>{policy.routes.length === 0 ? words.noRoutes : `${words.routes}: ${policy.routes.join(', ')}`}</small>}>
      <DataTable label={policy.name} columns={columns} rows={policy.rules} rowKey={({ id }) => id} />
      <p className="policy-foot">
        {words.unscannable}: <ActionTag action={policy.unscannable} /> · {words.retention}: {words.days(policy.retentionDays)}
        {byGrade.map(([grade, days]) => ` · ${grade}: ${words.days(days)}`)}
      </p>
    </Section>
  );
}
