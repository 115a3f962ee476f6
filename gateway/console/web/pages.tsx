/** Loads each page only when it is visited. */
import { lazy, type ComponentType } from 'react';
import type { PageId } from './app/routes.js';

const page = (load: () => Promise<ComponentType>): ComponentType => lazy(async () => ({ default: await load() }));

export const PAGE_VIEWS: Readonly<Record<PageId, ComponentType>> = {
  overview: page(async () => (await import('./pages/overview/page.js')).OverviewPage),
  queue: page(async () => (await import('./pages/queue/page.js')).QueuePage),
  message: page(async () => (await import('./pages/message/page.js')).MessagePage),
  audit: page(async () => (await import('./pages/audit/page.js')).AuditPage),
  accounts: page(async () => (await import('./pages/accounts/page.js')).AccountsPage),
  policy: page(async () => (await import('./pages/policy/page.js')).PolicyPage),
  operations: page(async () => (await import('./pages/operations/page.js')).OperationsPage),
  settings: page(async () => (await import('./pages/settings/page.js')).SettingsPage),
  api: page(async () => (await import('./pages/api/page.js')).ApiPage),
  me: page(async () => (await import('./pages/me/page.js')).MePage),
  tour: page(async () => (await import('./pages/tour/page.js')).TourPage),
  'sign-in': page(async () => (await import('./pages/sign-in/page.js')).SignInPage),
  invitation: page(async () => (await import('./pages/invitation/page.js')).InvitationPage),
};

/** Not a page: what listens behind all of them. */
export const QueueNews = page(async () => (await import('./pages/queue/queue-news.js')).QueueNews);
