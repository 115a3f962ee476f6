/** Where a route's public paths lie at its upstream, and back: prefixes change, every other byte stays as it came. */

export interface PathMap {
  /** Without a trailing slash; '' for the root. */
  readonly publicPrefix: string;
  readonly upstreamPrefix: string;
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '');

/** `basePath` is the path of the upstream's URL; a route without `rewritePrefix` keeps its own prefix behind it. */
export function pathMap(matchPath: string, rewritePrefix: string | undefined, basePath: string): PathMap {
  const publicPrefix = withoutSlash(matchPath);
  return { publicPrefix, upstreamPrefix: withoutSlash(basePath) + withoutSlash(rewritePrefix ?? matchPath) };
}

/** The part of `target` after `prefix`; `undefined` when the prefix ends inside a segment or is not there. */
function after(prefix: string, target: string): string | undefined {
  if (!target.startsWith(prefix)) return undefined;
  const rest = target.slice(prefix.length);
  return rest === '' || /^[/?#]/.test(rest) ? rest : undefined;
}

const rooted = (path: string): string => (path.startsWith('/') ? path : `/${path}`);

/** A request target (origin form, or `*`) as the upstream is to see it; `undefined` when it is not the route's. */
export function toUpstream(map: PathMap, target: string): string | undefined {
  if (target === '*') return target;
  const rest = after(map.publicPrefix, target);
  return rest === undefined ? undefined : rooted(map.upstreamPrefix + rest);
}

/** A path that the upstream named, as clients of the route reach it; `undefined` when they cannot. */
export function toPublic(map: PathMap, path: string): string | undefined {
  const rest = after(map.upstreamPrefix, path);
  return rest === undefined ? undefined : rooted(map.publicPrefix + rest);
}
