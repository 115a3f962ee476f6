/** What is shown where something could not be had. */
import { Alert, Button } from 'antd';
import type { ReactNode } from 'react';
import { ApiFailure, UNREACHABLE } from '../api/client.js';
import { appWords } from '../app/words.js';
import { useWords } from '../app/words-of.js';

export function useFailureText(): (thrown: unknown) => string {
  const words = useWords(appWords);
  return (thrown) => {
    if (!(thrown instanceof ApiFailure)) return words.broken;
    return thrown.code === UNREACHABLE ? words.unreachable : [thrown.message, ...problemsOf(thrown)].join(' ');
  };
}

/** The API says of each wrong field what is wrong with it. */
function problemsOf(failure: ApiFailure): readonly string[] {
  const { problems } = failure.details;
  if (!Array.isArray(problems)) return [];
  return problems.flatMap((one: unknown) => {
    const { path, message } = Object(one) as { path?: unknown; message?: unknown };
    return typeof message === 'string' ? [typeof path === 'string' && path !== '' ? `${path}: ${message}` : message] : [];
  });
}

export function Failure({ error, retry }: { readonly error: unknown; readonly retry?: (() => void) | undefined }): ReactNode {
  const words = useWords(appWords);
  const text = useFailureText();
  const request = error instanceof ApiFailure ? error.details['requestId'] : undefined;
  return (
    <Alert
      type="error"
      showIcon
      title={text(error)}
      {...(typeof request === 'string' ? { description: `${words.request}: ${request}` } : {})}
      {...(retry === undefined ? {} : { action: <Button onClick={retry}>{words.retry}</Button> })}
    />
  );
}
