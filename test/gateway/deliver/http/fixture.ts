/** Routes, requests and bodies for the tests of delivery. */
import { httpRouteSchema } from '../../../../config/route-schema.js';
import type { HttpRoute } from '../../../../config/schema.js';
import type { z } from 'zod';
import type { Field, UpstreamReply, UpstreamRequest } from '../../../../gateway/ports.js';

type RouteInput = z.input<typeof httpRouteSchema>;
type UpstreamInput = Exclude<RouteInput['upstream'], 'demo'>;

export function routeTo(url: string, upstream: Partial<UpstreamInput> = {}, route: Partial<RouteInput> = {}): HttpRoute {
  return httpRouteSchema.parse({ id: 'r', match: { path: '/' }, upstream: { url, ...upstream }, ...route });
}

export async function* bodyOf(...pieces: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

export interface RequestParts {
  readonly method?: string;
  readonly target?: string;
  readonly fields?: readonly Field[];
  readonly length?: number | undefined;
  readonly body?: AsyncIterable<Uint8Array>;
  /** All of the body, in memory; it gives the length as well. */
  readonly whole?: readonly Uint8Array[];
  readonly change?: 'none' | 'same-length' | 'recoded';
  readonly trailers?: readonly Field[];
  readonly via?: Partial<UpstreamRequest['via']>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (sent: 'some' | 'all') => void;
}

/** A GET without a body unless told otherwise; with a body it is chunked unless `length` is given. */
export function request(parts: RequestParts = {}): UpstreamRequest {
  return {
    method: parts.method ?? (parts.body === undefined && parts.whole === undefined ? 'GET' : 'POST'),
    fields: parts.fields ?? [['Host', 'weir.example']],
    via: { clientAddress: '192.0.2.7', scheme: 'https', host: 'weir.example', fromTrustedProxy: false, ...parts.via },
    outbound: {
      target: parts.target ?? '/',
      change: parts.change ?? 'none',
      length: 'length' in parts ? parts.length : parts.whole !== undefined ? parts.whole.reduce((sum, piece) => sum + piece.length, 0) : parts.body === undefined ? 0 : undefined,
      body: parts.body ?? bodyOf(...(parts.whole ?? [])),
      ...(parts.whole !== undefined && { whole: parts.whole }),
      trailers: () => parts.trailers ?? [],
    },
    ...(parts.signal !== undefined && { signal: parts.signal }),
    ...(parts.onProgress !== undefined && { onProgress: parts.onProgress }),
  };
}

export async function textOf(reply: Pick<UpstreamReply, 'body'>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of reply.body) pieces.push(piece);
  return Buffer.concat(pieces).toString('latin1');
}

export const valueOf = (fields: readonly Field[], name: string): string | undefined =>
  fields.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
