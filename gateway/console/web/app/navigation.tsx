/** The list of pages that one's roles open. */
import type { ReactNode } from 'react';
import { Link } from './router.js';
import type { PageId, PageRoute } from './routes.js';
import { appWords } from './words.js';
import { useWords } from './words-of.js';

/** Pages that are not in the list, but below one that is. */
const WITHIN: Readonly<Partial<Record<PageId, PageId>>> = { message: 'queue' };

export function Navigation({ entries, current }: { readonly entries: readonly PageRoute[]; readonly current: PageId | undefined }): ReactNode {
  const words = useWords(appWords);
  const shown = current === undefined ? undefined : (WITHIN[current] ?? current);
  return (
    <nav className="navigation" aria-label={words.navigation}>
      <ul>
        {entries.map((page) => (
          <li key={page.id}>
            <Link to={page.path} {...(page.id === shown ? { 'aria-current': 'page' as const } : {})}>
              <span>{words[page.id]}</span>
              <kbd aria-hidden="true">g {page.key}</kbd>
            </Link>
          </li>
        ))}
      </ul>
      <p className="navigation-hint">{words.keysHint}</p>
    </nav>
  );
}
