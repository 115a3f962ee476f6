/** A tus 1.0 server as small as the protocol allows (creation, creation-with-upload, HEAD, PATCH), in memory: what an upload service behind the gateway sees. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TusServer {
  readonly url: string;
  /** By path: what arrived so far. */
  readonly files: ReadonlyMap<string, { readonly length: number; readonly bytes: Buffer }>;
  /** Bodies of POST and PATCH, one by one. */
  readonly bodies: readonly Buffer[];
  close(): Promise<void>;
}

export async function tusServer(): Promise<TusServer> {
  const files = new Map<string, { length: number; bytes: Buffer }>();
  const bodies: Buffer[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Uint8Array[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    response.setHeader('Tus-Resumable', '1.0.0');
    let path = request.url ?? '';
    if (request.method === 'POST') {
      path = `/files/${files.size + 1}`;
      files.set(path, { length: Number(request.headers['upload-length']), bytes: Buffer.alloc(0) });
      response.setHeader('Location', path);
    }
    const file = files.get(path);
    if (file === undefined) return void response.writeHead(404).end();
    if (request.method === 'PATCH' && Number(request.headers['upload-offset']) !== file.bytes.length) return void response.writeHead(409).end();
    if (body.length > 0) bodies.push(body);
    file.bytes = Buffer.concat([file.bytes, body]);
    response.setHeader('Upload-Offset', String(file.bytes.length));
    if (request.method === 'HEAD') response.setHeader('Upload-Length', String(file.length));
    response.writeHead(request.method === 'POST' ? 201 : request.method === 'HEAD' ? 200 : 204).end();
  };
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => void answer(request, response).catch(() => response.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files, bodies,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
