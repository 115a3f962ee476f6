/** Which pages there are, under which address, and whom they are for. Pure: the pages themselves are loaded by pages.tsx. */
import type { Right } from '../../../ports/people.js';

export type PageId =
  | 'overview' | 'queue' | 'message' | 'audit' | 'accounts' | 'policy' | 'operations' | 'settings' | 'api' | 'me' | 'tour' | 'sign-in' | 'invitation';

export interface PageRoute {
  readonly id: PageId;
  /** `:name` takes one step of the path. */
  readonly path: string;
  /** Any one of these suffices; none: everyone signed in. */
  readonly rights?: readonly Right[];
  /** Reached without a session. */
  readonly open?: true;
  /** Second key after `g`; only pages in the navigation have one. */
  readonly key?: string;
}

export const PAGES: readonly PageRoute[] = [
  { id: 'queue', path: '/queue', rights: ['messages.read'], key: 'q' },
  { id: 'message', path: '/messages/:id', rights: ['messages.read'] },
  { id: 'overview', path: '/overview', rights: ['overview.read'], key: 'o' },
  { id: 'audit', path: '/audit', rights: ['audit.read'], key: 'u' },
  { id: 'accounts', path: '/accounts', rights: ['accounts.manage', 'grants.approve', 'audit.read'], key: 'a' },
  { id: 'policy', path: '/policy', rights: ['policy.read', 'bypass.approve'], key: 'p' },
  { id: 'operations', path: '/operations', rights: ['jobs.read'], key: 'r' },
  { id: 'settings', path: '/settings', rights: ['settings.read'], key: 's' },
  { id: 'api', path: '/api', key: 'd' },
  { id: 'me', path: '/me', key: 'm' },
  { id: 'tour', path: '/tour' },
  { id: 'sign-in', path: '/sign-in', open: true },
  { id: 'invitation', path: '/invitation/:token', open: true },
];

export interface Place {
  readonly page: PageRoute;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** Reads `#/messages/abc?tab=facts`; undefined when no page lies there. */
export function placeOf(hash: string): Place | undefined {
  const [path = '', search = ''] = hash.replace(/^#/, '').split('?', 2);
  const steps = path.split('/').filter((step) => step !== '');
  for (const page of PAGES) {
    const pattern = page.path.split('/').filter((step) => step !== '');
    if (pattern.length !== steps.length) continue;
    const params: Record<string, string> = {};
    const fits = pattern.every((part, index) => {
      const step = steps[index] ?? '';
      if (!part.startsWith(':')) return part === step;
      params[part.slice(1)] = decoded(step);
      return true;
    });
    if (fits) return { page, params, query: new URLSearchParams(search) };
  }
  return undefined;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    // A lone percent sign: the step stands for itself.
    return step;
  }
}

/** What the caller's rights open. */
export function mayVisit(page: PageRoute, rights: ReadonlySet<Right>): boolean {
  return page.rights === undefined || page.rights.some((right) => rights.has(right));
}

/** The navigation's entries: what one may not do is not offered. */
export function navigationFor(rights: ReadonlySet<Right>): readonly PageRoute[] {
  return PAGES.filter((page) => page.key !== undefined && mayVisit(page, rights));
}

/** Where one begins: the first page that one's roles open. */
export function homeFor(rights: ReadonlySet<Right>): string {
  return navigationFor(rights).find((page) => page.rights !== undefined)?.path ?? '/me';
}

/** Only a place of this console may be returned to after signing in. */
export function returnPlace(from: string | null): string | undefined {
  if (from === null || !from.startsWith('/')) return undefined;
  const place = placeOf(`#${from}`);
  return place === undefined || place.page.open === true ? undefined : from;
}
