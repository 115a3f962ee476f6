/** One operation of the API in full. */
import type { ReactNode } from 'react';
import { useWords } from '../../app/words-of.js';
import { CopyButton } from '../../ui/copy-button.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Section } from '../../ui/page-frame.js';
import { curlLine, schemaText, type Listed, type Schema } from './document.js';
import { apiWords } from './words.js';

type Parameter = NonNullable<Listed['parameters']>[number];

export function OperationView({ operation }: { readonly operation: Listed }): ReactNode {
  const words = useWords(apiWords);
  const { method, path, summary, rights, parameters = [], requestBody, responses = {} } = operation;
  const entries = Object.entries(responses);
  const good = entries.filter(([status]) => status.startsWith('2'));
  const bad = entries.filter(([status]) => !status.startsWith('2'));
  const line = curlLine(globalThis.location.origin, operation);
  const columns: readonly Column<Parameter>[] = [
    { key: 'name', title: words.name, cell: ({ name, required }) => <><code>{name}</code> {required === true ? <small>{words.needed}</small> : null}</> },
    { key: 'in', title: words.place, cell: (parameter) => parameter.in },
    { key: 'type', title: words.type, wide: true, cell: ({ schema }) => <code>{schemaText(schema)}</code> },
    { key: 'description', title: words.description, wide: true, cell: ({ schema }) => schema?.description ?? '' },
  ];
  return (
    <div className="api-operation">
      <Section title={`${method} ${path}`}>
        <p lang="en">{summary}</p>
        <p>
          {words.right}: {rights.map((right) => (right === 'anyone' || right === 'signed-in' ? words[`right.${right}`] : <code key={right}>{right} </code>))}
        </p>
        <div className="secret">
          <code aria-label={words.example}>{line}</code>
          <CopyButton text={line} />
        </div>
      </Section>
      {parameters.length === 0 ? null : (
        <Section title={words.parameters}>
          <DataTable label={words.parameters} columns={columns} rows={parameters} rowKey={({ name, in: place }) => `${place} ${name}`} />
        </Section>
      )}
      {requestBody === undefined ? null : (
        <Section title={words.body}>
          <SchemaBlock schema={requestBody.content?.['application/json']?.schema} label={words.body} />
        </Section>
      )}
      {good.map(([status, { content = {} }]) => (
        <Section key={status} title={`${words.answer} ${status}`} actions={<small>{Object.keys(content).join(', ')}</small>}>
          <SchemaBlock schema={content['application/json']?.schema} label={words.answer} />
        </Section>
      ))}
      {bad.length === 0 ? null : (
        <Section title={words.problems}>
          <dl className="facts" lang="en">
            {bad.map(([status, { description }]) => (
              <div key={status}>
                <dt>{status}</dt>
                <dd>{description}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
    </div>
  );
}

function SchemaBlock({ schema, label }: { readonly schema: Schema | undefined; readonly label: string }): ReactNode {
  return (
    <pre className="schema" tabIndex={0} aria-label={label} lang="en">
      {schemaText(schema)}
    </pre>
  );
}
