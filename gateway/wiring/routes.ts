/** What each route needs at run time: its upstream, and where it is not scanned, the proxy that passes it through. */
import { httpRoutes } from '../../config/routes.js';
import type { Config, HttpRoute } from '../../config/schema.js';
import { httpUpstream } from '../deliver/http/upstream.js';
import { wireUpstream } from '../deliver/http/wire-upstream.js';
import type { PassThrough, PassThroughOptions } from '../deliver/http/pass-through.js';
import { selfTest } from '../http1/self-test.js';
import type { Upstream } from '../ports.js';

export interface Upstreams {
  readonly byRoute: ReadonlyMap<string, Upstream>;
  close(): Promise<void>;
}

/** Where releases go, and judged exchanges that come through the front on node:http, by route id. */
export function upstreamsOf(config: Pick<Config, 'routes'>, demoUrl: string | undefined): Upstreams {
  return madeWith(httpUpstream, config, demoUrl);
}

/** Where judged exchanges go: with the fast front on sockets of our own, as long as the parser of both does what it must. */
export function trafficUpstreamsOf(config: Pick<Config, 'routes' | 'listen'>, demoUrl: string | undefined): Upstreams {
  return madeWith(config.listen.data.frontend === 'fast' && selfTest().ok ? wireUpstream : httpUpstream, config, demoUrl);
}

function madeWith(make: (route: HttpRoute, options: { readonly demoUrl: string | undefined }) => Upstream, config: Pick<Config, 'routes'>, demoUrl: string | undefined): Upstreams {
  const byRoute = new Map(httpRoutes(config).map((route) => [route.id, make(route, { demoUrl })]));
  return {
    byRoute,
    async close() {
      await Promise.all([...byRoute.values()].map((upstream) => upstream.close()));
    },
  };
}

export interface Proxies {
  /** By route id: unscanned routes and those that pass upgrades. */
  readonly byRoute: ReadonlyMap<string, PassThrough>;
  close(): void;
}

/** What passes bytes through is loaded where a route asks for it. */
export async function proxiesOf(config: Pick<Config, 'routes'>, demoUrl: string | undefined, hooks: (route: HttpRoute) => Pick<PassThroughOptions, 'refuse' | 'refuseSocket' | 'onError' | 'onDone'>): Promise<Proxies> {
  const wanted = httpRoutes(config).filter((route) => !route.scan || route.upgrades === 'pass');
  if (wanted.length === 0) return { byRoute: new Map(), close: () => undefined };
  const { passThrough } = await import('../deliver/http/pass-through.js');
  const byRoute = new Map(wanted.map((route) => [route.id, passThrough(route, { demoUrl, ...hooks(route) })]));
  return {
    byRoute,
    close() {
      for (const proxy of byRoute.values()) proxy.close();
    },
  };
}

/** Which route leads to a target at the demo sink: the one with the longest prefix that it sends there. */
export function demoRouteOf(routes: readonly HttpRoute[]): (target: string) => string | undefined {
  const prefixes = routes
    .filter(({ upstream }) => upstream === 'demo')
    .map(({ id, match, rewritePrefix }) => ({ id, prefix: (rewritePrefix ?? match.path).replace(/\/$/, '') }))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  return (target) => prefixes.find(({ prefix }) => target.startsWith(prefix) && /^([/?]|$)/.test(target.slice(prefix.length)))?.id;
}
