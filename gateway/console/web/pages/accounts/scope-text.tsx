/** Which messages a grant covers, in a line. */
import type { ReactNode } from 'react';
import type { Scope } from '../../../../ports/people.js';
import { useWords } from '../../app/words-of.js';
import { accountsWords } from './words.js';

export function ScopeText({ scope }: { readonly scope: Scope | undefined }): ReactNode {
  const words = useWords(accountsWords);
  const parts = [
    [words.routes, scope?.routes],
    [words.departments, scope?.departments],
    [words.senders, scope?.senders],
  ] as const;
  const bound = parts.filter(([, list]) => list !== undefined);
  if (bound.length === 0) return <small>{words.scopeAll}</small>;
  return bound.map(([title, list]) => `${title}: ${(list ?? []).join(', ')}`).join('; ');
}
