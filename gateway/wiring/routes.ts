/** What each route needs at run time: its upstream, and where it is not scanned, the proxy that passes it through. */
import type { Config, Route } from '../../config/schema.js';
import { httpUpstream } from '../deliver/http/upstream.js';
import { passThrough, type PassThrough, type PassThroughOptions } from '../deliver/http/pass-through.js';
import type { Upstream } from '../ports.js';

export interface Destinations {
  readonly upstreams: ReadonlyMap<string, Upstream>;
  /** By route id: unscanned routes and those that pass upgrades. */
  readonly proxies: ReadonlyMap<string, PassThrough>;
  close(): Promise<void>;
}

export function destinations(config: Config, demoUrl: string | undefined, hooks: (route: Route) => Pick<PassThroughOptions, 'refuse' | 'refuseSocket' | 'onError' | 'onDone'>): Destinations {
  const upstreams = new Map<string, Upstream>();
  const proxies = new Map<string, PassThrough>();
  for (const route of config.routes) {
    upstreams.set(route.id, httpUpstream(route, { demoUrl }));
    if (!route.scan || route.upgrades === 'pass') proxies.set(route.id, passThrough(route, { demoUrl, ...hooks(route) }));
  }
  return {
    upstreams,
    proxies,
    async close() {
      for (const proxy of proxies.values()) proxy.close();
      await Promise.all([...upstreams.values()].map((upstream) => upstream.close()));
    },
  };
}

/** Which route leads to a target at the demo sink: the one with the longest prefix that it sends there. */
export function demoRouteOf(routes: readonly Route[]): (target: string) => string | undefined {
  const prefixes = routes
    .filter(({ upstream }) => upstream === 'demo')
    .map(({ id, match, rewritePrefix }) => ({ id, prefix: (rewritePrefix ?? match.path).replace(/\/$/, '') }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return (target) => prefixes.find(({ prefix }) => target.startsWith(prefix) && /^([/?]|$)/.test(target.slice(prefix.length)))?.id;
}
