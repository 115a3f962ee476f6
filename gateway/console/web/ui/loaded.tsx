/** Shows an answer of the API once it is there, and until then that it is on its way or why it is not. */
import type { UseQueryResult } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import type { ReactNode } from 'react';
import { appWords } from '../app/words.js';
import { useWords } from '../app/words-of.js';
import { Failure } from './failure.js';

export function Loaded<T>({ query, children }: { readonly query: UseQueryResult<T>; readonly children: (data: T) => ReactNode }): ReactNode {
  const words = useWords(appWords);
  if (query.data !== undefined) {
    return (
      <>
        {query.isError ? <Failure error={query.error} retry={() => void query.refetch()} /> : null}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <Failure error={query.error} retry={() => void query.refetch()} />;
  return (
    <div role="status" aria-label={words.loading}>
      <Skeleton active paragraph={{ rows: 6 }} />
    </div>
  );
}
