/** A reader of the API's own description: search, what each operation asks, gives and needs. */
import { useQuery } from '@tanstack/react-query';
import { Checkbox, Input, Tag } from 'antd';
import { useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { API, get } from '../../api/client.js';
import { rightsOf, useSession } from '../../api/session.js';
import { goInstead, Link, usePlace } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { Loaded } from '../../ui/loaded.js';
import { PageFrame } from '../../ui/page-frame.js';
import { matches, mayCall, operationsOf, type Listed, type OpenApiDocument } from './document.js';
import { OperationView } from './operation-view.js';
import { apiWords } from './words.js';
import './api.css';

export function ApiPage(): ReactNode {
  const words = useWords(apiWords);
  const document = useQuery({ queryKey: ['openapi'], queryFn: ({ signal }) => get<OpenApiDocument>('/openapi.json', undefined, signal), staleTime: Infinity });
  return (
    <PageFrame title={words.title} actions={<a href={`${API}/openapi.json`}>{words.document}</a>}>
      <p className="hint">{words.hint}</p>
      <Loaded query={document}>{(data) => <Reader document={data} />}</Loaded>
    </PageFrame>
  );
}

function Reader({ document }: { readonly document: OpenApiDocument }): ReactNode {
  const words = useWords(apiWords);
  const session = useSession();
  const rights = useMemo(() => rightsOf(session), [session]);
  const [text, setText] = useState('');
  const [mine, setMine] = useState(false);
  const sought = useDeferredValue(text);
  const all = useMemo(() => operationsOf(document), [document]);
  const shown = all.filter((operation) => matches(operation, sought) && (!mine || mayCall(operation, rights)));
  const asked = usePlace()?.query.get('op');
  const current = shown.find(({ operationId }) => operationId === asked) ?? shown[0];
  const groups = [...new Set(shown.map(({ group }) => group))];
  return (
    <div className="api">
      <div className="api-list">
        <Input type="search" value={text} onChange={(event) => setText(event.target.value)} placeholder={words.search} aria-label={words.search} allowClear />
        <Checkbox checked={mine} onChange={(event) => setMine(event.target.checked)}>
          {words.mine}
        </Checkbox>
        <nav aria-label={words.list}>
          {shown.length === 0 ? <p className="empty">{words.none}</p> : null}
          {groups.map((group) => (
            <section key={group}>
              <h2>{group}</h2>
              <ul>
                {shown
                  .filter((operation) => operation.group === group)
                  .map((operation) => (
                    <li key={operation.operationId}>
                      <Entry operation={operation} current={operation === current} />
                    </li>
                  ))}
              </ul>
            </section>
          ))}
        </nav>
      </div>
      {current === undefined ? null : <OperationView operation={current} />}
    </div>
  );
}

function Entry({ operation, current }: { readonly operation: Listed; readonly current: boolean }): ReactNode {
  const to = `/api?op=${operation.operationId}`;
  return (
    <Link
      to={to}
      {...(current ? { 'aria-current': 'true' as const } : {})}
      onClick={(event) => {
        event.preventDefault();
        goInstead(to);
      }}
    >
      <Tag color={operation.method === 'GET' ? 'processing' : 'warning'}>{operation.method}</Tag>
      <code>{operation.path.replace(API, '')}</code>
    </Link>
  );
}
