/** The two ways of delivery, which differ in nothing but their cost. */
import type { HttpRoute } from '../../../../config/schema.js';
import { httpUpstream, type UpstreamOptions } from '../../../../gateway/deliver/http/upstream.js';
import { wireUpstream } from '../../../../gateway/deliver/http/wire-upstream.js';
import type { Upstream } from '../../../../gateway/ports.js';

export type MakeUpstream = (route: HttpRoute, options?: UpstreamOptions) => Upstream;

export const UPSTREAMS: readonly (readonly [name: string, make: MakeUpstream])[] = [['httpUpstream', httpUpstream], ['wireUpstream', wireUpstream]];
