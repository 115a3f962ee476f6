/** The list of pages that one's roles open. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { aboutQuery } from '../api/about.js';
import { Link } from './router.js';
import type { PageId, PageRoute } from './routes.js';
import { appWords } from './words.js';
import { useWords } from './words-of.js';

/** Pages that are not in the list, but below one that is. */
const WITHIN: Readonly<Partial<Record<PageId, PageId>>> = { message: 'queue' };

export function Navigation({ entries, current }: { readonly entries: readonly PageRoute[]; readonly current: PageId | undefined }): ReactNode {
  const words = useWords(appWords);
  const about = useQuery(aboutQuery).data;
  const demo = (about?.demo.length ?? 0) > 0;
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
      <div className="navigation-foot">
        {demo ? (
          <a href="/demo" target="_blank" rel="noopener">
            {words.demo}
          </a>
        ) : null}
        <p className="navigation-hint">
          {words.keysHint}
          {about === undefined ? null : <small>Weir {about.version}</small>}
        </p>
      </div>
    </nav>
  );
}
