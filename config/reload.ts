/** What of a changed file takes effect while running, and what waits for a restart. */
import type { LoadResult, Problem } from './load.js';
import { isScanned } from './routes.js';
import type { Config, Route } from './schema.js';

/** Settings that policies are compiled from: they switch at once, for all routes. */
const LIVE_KEYS: ReadonlySet<string> = new Set(['policies', 'grades', 'monitor', 'routes', 'domains']);
const LIVE_ROUTE_KEYS: ReadonlySet<string> = new Set(['policy', 'monitor', 'syncClient']);

export type LiveSettings = Pick<Config, 'policies' | 'grades' | 'monitor' | 'routes' | 'domains'>;

export interface ReloadPlan {
  /** The running routes with the new file's rules: what to compile. */
  readonly settings: LiveSettings;
  /** Changes that were not taken up, for example `listen.data.port` or `route mail: upstream`. */
  readonly restart: readonly string[];
}

type Group = Readonly<Record<string, unknown>>;
const isGroup = (value: unknown): value is Group => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Dotted names of what differs, as deep as groups go. */
function differences(before: Group, after: Group, skip: ReadonlySet<string>): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !skip.has(key));
  return keys.flatMap((key) => {
    const [a, b] = [before[key], after[key]];
    if (same(a, b)) return [];
    return isGroup(a) && isGroup(b) ? differences(a, b, new Set()).map((name) => `${key}.${name}`) : [key];
  });
}

function routeChanges(running: readonly Route[], next: readonly Route[]): string[] {
  const after = new Map(next.map((route) => [route.id, route]));
  const before = new Set(running.map((route) => route.id));
  const changed = running.flatMap((route) => {
    const now = after.get(route.id);
    if (now === undefined) return [`route ${route.id}: removed`];
    const names = differences(route, now, LIVE_ROUTE_KEYS);
    return names.length === 0 ? [] : [`route ${route.id}: ${names.join(', ')}`];
  });
  return [...changed, ...next.filter((route) => !before.has(route.id)).map((route) => `route ${route.id}: added`)];
}

/** `running` is the configuration that the listeners were started with. */
export function planReload(running: Config, next: Config): ReloadPlan {
  const after = new Map(next.routes.map((route) => [route.id, route]));
  const routes = running.routes.flatMap((route): Route[] => {
    const now = after.get(route.id);
    // A route that is gone from the file, or no longer scanned there, keeps its rules until its listener ends.
    if (now?.policy === undefined || !isScanned(now)) return [];
    const live = { policy: now.policy, monitor: now.monitor };
    if (route.channel === 'smtp') return [{ ...route, ...live }];
    return [{ ...route, ...live, syncClient: now.channel === 'http' ? now.syncClient : route.syncClient }];
  });
  return {
    settings: { policies: next.policies, grades: next.grades, monitor: next.monitor, domains: next.domains, routes },
    restart: [...differences(running, next, LIVE_KEYS), ...routeChanges(running.routes, next.routes)],
  };
}

export type ReloadOutcome =
  | { readonly kind: 'applied'; readonly revision: string; readonly restart: readonly string[]; readonly warnings: readonly Problem[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] };

export interface Reloader {
  /** A bad file changes nothing; rejects when `apply` does. */
  readonly reload: () => Promise<ReloadOutcome>;
}

/** `apply` switches all policies or throws before it has switched any. */
export function configReloader(running: Config, load: () => LoadResult, apply: (settings: LiveSettings, revision: string) => Promise<void>): Reloader {
  return {
    reload: async () => {
      const result = load();
      if (!result.ok) return { kind: 'refused', problems: result.problems };
      const { settings, restart } = planReload(running, result.config);
      await apply(settings, result.revision);
      return { kind: 'applied', revision: result.revision, restart, warnings: result.warnings };
    },
  };
}
