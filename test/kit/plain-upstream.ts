/** The smallest Upstream over node:http: no rewriting, no pool; tells truly what was sent. */
import { request as open } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Upstream, UpstreamReply } from '../../gateway/ports.js';

export function plainUpstream(url: string): Upstream {
  return {
    close: () => Promise.resolve(),
    request: ({ method, fields, outbound, onProgress, signal }) =>
      new Promise<UpstreamReply>((resolve, reject) => {
        const headers = Object.fromEntries(fields.filter(([name]) => !/^(host|content-length)$/i.test(name)).map(([name, value]) => [name, value]));
        const length = outbound.length === undefined ? {} : { 'content-length': outbound.length };
        const out = open(new URL(outbound.target, url), { method, headers: { ...headers, ...length }, agent: false });
        const leave = (): void => void out.destroy(new Error('the client left'));
        if (signal?.aborted === true) leave();
        else signal?.addEventListener('abort', leave);
        let whole = false;
        out.on('error', reject);
        out.on('response', (reply) => {
          const fieldPairs = reply.rawHeaders.flatMap((name, at, all) => (at % 2 === 0 ? [[name, all[at + 1] ?? ''] as const] : []));
          resolve({ status: reply.statusCode ?? 0, statusText: '', fields: fieldPairs, body: reply, trailers: () => [], early: !whole });
        });
        out.on('socket', (socket) =>
          socket.once('connect', () => {
            onProgress?.('some');
            const lastTold = async function* (): AsyncGenerator<Uint8Array> {
              yield* outbound.body;
              whole = true;
              onProgress?.('all');
            };
            pipeline(lastTold(), out).catch(reject);
          }),
        );
        out.flushHeaders();
      }),
  };
}
