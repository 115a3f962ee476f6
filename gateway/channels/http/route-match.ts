/** Chooses the route of a request: virtual hosts first, then the longest path prefix; a target that could be read as another route's is ambiguous. */
import type { HttpRoute } from '../../../config/schema.js';
import type { Target } from './target.js';

export type RouteMatch = { readonly kind: 'route'; readonly route: HttpRoute } | { readonly kind: 'none' } | { readonly kind: 'ambiguous' };

export type RouteTable = (host: string, target: Target, method: string) => RouteMatch;

/** Ranks of how closely a route names the host: its very name, a `*.` pattern, any host. */
const EXACT = 2;
const PATTERN = 1;
const ANY = 0;

export function routeTable(routes: readonly HttpRoute[]): RouteTable {
  const pick = (host: string, path: string, method: string, folded = false): HttpRoute | undefined => {
    let best: { readonly route: HttpRoute; readonly rank: readonly number[] } | undefined;
    for (const route of routes) {
      const hostRank = rankHost(route.match.host, host);
      if (hostRank === undefined || !covers(folded ? route.match.path.toLowerCase() : route.match.path, path)) continue;
      if (route.match.methods !== undefined && !route.match.methods.some((one) => one.toUpperCase() === method)) continue;
      const rank = [hostRank, route.match.path.length, route.match.methods === undefined ? 0 : 1];
      if (best === undefined || outranks(rank, best.rank)) best = { route, rank };
    }
    return best?.route;
  };
  const matched = (host: string, target: Target, method: string): RouteMatch => {
    const route = pick(host, target.path, method);
    if (target.readings.some((reading) => pick(host, reading, method) !== route)) return { kind: 'ambiguous' };
    if (route === undefined) return { kind: 'none' };
    // Some servers do not tell cases apart: `/MAIL` must not reach what `/mail` guards by way of another route.
    if (target.readings.some((reading) => pick(host, reading.toLowerCase(), method, true) !== route)) return { kind: 'ambiguous' };
    return { kind: 'route', route };
  };
  // Of a host and method for each target that is kept: what was decided for it once.
  const decided = new WeakMap<Target, { readonly host: string; readonly method: string; readonly match: RouteMatch }>();
  return (host, target, method) => {
    const known = decided.get(target);
    if (known !== undefined && known.host === host && known.method === method) return known.match;
    const match = matched(host, target, method);
    decided.set(target, { host, method, match });
    return match;
  };
}

/** On segment borders: `/up` covers `/up` and `/up/x`, never `/upload`. */
function covers(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

function rankHost(patterns: readonly string[] | undefined, host: string): number | undefined {
  if (patterns === undefined) return ANY;
  const ranks = patterns.map((one) => {
    const pattern = one.toLowerCase();
    if (pattern === '*') return ANY;
    if (pattern === host) return EXACT;
    return pattern.startsWith('*.') && host.endsWith(pattern.slice(1)) ? PATTERN : -1;
  });
  const best = Math.max(...ranks);
  return best < 0 ? undefined : best;
}

/** The route written first wins a tie. */
function outranks(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
}
