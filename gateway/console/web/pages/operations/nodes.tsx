/** The nodes of the fleet: what each does, and whether all run one policy. */
import { useQuery } from '@tanstack/react-query';
import { Alert, Tag } from 'antd';
import type { ReactNode } from 'react';
import { nodesQuery, type NodesAnswer } from '../../api/operations.js';
import { useWords } from '../../app/words-of.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Loaded } from '../../ui/loaded.js';
import { Moment } from '../../ui/moment.js';
import { Section } from '../../ui/page-frame.js';
import { operationsWords } from './words.js';

type Node = NodesAnswer['nodes'][number];

export function Nodes(): ReactNode {
  const words = useWords(operationsWords);
  const columns: readonly Column<Node>[] = [
    { key: 'host', title: words.node, cell: ({ host, id, here }) => <><span title={id}>{host}</span> {here ? <Tag>{words.here}</Tag> : null}</> },
    { key: 'state', title: words.state, cell: ({ alive }) => <Tag color={alive ? 'success' : 'error'}>{alive ? words.alive : words.silent}</Tag> },
    { key: 'roles', title: words.does, cell: ({ roles, processes }) => [...roles.map((role) => words[`role.${role}`]), ...(processes > 1 ? [words.processes(processes)] : [])].join(' · ') },
    { key: 'revision', title: words.revision, cell: ({ revision, since }) => (revision === undefined ? '–' : <><code>{revision}</code>{since === undefined ? null : <small> <Moment at={since} as="relative" /></small>}</>) },
    { key: 'version', title: words.version, cell: ({ version }) => version },
    { key: 'started', title: words.started, cell: ({ startedAt }) => <Moment at={startedAt} as="relative" /> },
    { key: 'seen', title: words.lastSeen, cell: ({ lastSeen }) => <Moment at={lastSeen} as="relative" /> },
  ];
  return (
    <Section title={words.tabNodes}>
      <Loaded query={useQuery(nodesQuery)}>
        {({ nodes, samePolicy }) => (
          <div className="stack">
            {samePolicy ? null : <Alert type="warning" showIcon title={words.policiesDiffer} />}
            <DataTable label={words.tabNodes} columns={columns} rows={nodes} rowKey={({ id }) => id} />
          </div>
        )}
      </Loaded>
    </Section>
  );
}
