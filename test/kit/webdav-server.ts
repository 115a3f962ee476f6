/** A WebDAV server over a tree in memory, with Basic authentication and the chunked uploads of Nextcloud: what sync clients and the gateway find as an upstream. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export const DAV_USER = { user: 'ada', password: 'correct horse' } as const;
const BASE = '/remote.php/dav';
const STAGING = `${BASE}/uploads/`;

export interface WebdavServer {
  readonly url: string;
  /** `METHOD path`, of what was let in. */
  readonly asked: string[];
  /** Contents by path. */
  file(path: string): Buffer | undefined;
  paths(): readonly string[];
  /** Past everything: as another way to the server would. */
  put(path: string, bytes: Uint8Array): void;
  /** Answers in place of the server, where it returns a status. */
  fault: (method: string, path: string) => number | undefined;
  close(): Promise<void>;
}

type Node = Buffer | 'folder';

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly content: string | Buffer | undefined;
}
const end = (status: number, headers: Answer['headers'] = {}, content?: Answer['content']): Answer => ({ status, headers, content });

export async function webdavServer(): Promise<WebdavServer> {
  const tree = new Map<string, Node>([[BASE, 'folder'], [`${BASE}/files`, 'folder'], [`${BASE}/files/ada`, 'folder'], [`${BASE}/uploads`, 'folder'], [`${BASE}/uploads/ada`, 'folder']]);
  const asked: string[] = [];
  const below = (path: string): readonly string[] => [...tree.keys()].filter((one) => one === path || one.startsWith(`${path}/`));
  const parent = (path: string): string => path.slice(0, path.lastIndexOf('/'));
  const remove = (path: string): void => {
    for (const one of below(path)) tree.delete(one);
  };

  function listing(path: string, depth: string | undefined): string {
    const entries = below(path).filter((one) => one === path || (depth === '1' && parent(one) === path));
    const response = (one: string): string => {
      const node = tree.get(one);
      const href = one.split('/').map(encodeURIComponent).join('/');
      const kind = node === 'folder' ? '<d:resourcetype><d:collection/></d:resourcetype>' : `<d:resourcetype/><d:getcontentlength>${String(node?.length)}</d:getcontentlength>`;
      return `<d:response><d:href>${href}${node === 'folder' ? '/' : ''}</d:href><d:propstat><d:prop>${kind}<d:getlastmodified>Sun, 22 Nov 2026 10:00:00 GMT</d:getlastmodified></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`;
    };
    return `<?xml version="1.0"?><d:multistatus xmlns:d="DAV:">${entries.map(response).join('')}</d:multistatus>`;
  }

  function move(path: string, to: string): number {
    if (tree.get(parent(to)) !== 'folder') return 409;
    const existed = tree.has(to);
    if (path.startsWith(STAGING) && path.endsWith('/.file')) {
      const folder = parent(path);
      const chunks = below(folder).filter((one) => one !== folder).sort((a, b) => Number.parseInt(a.slice(folder.length + 1), 10) - Number.parseInt(b.slice(folder.length + 1), 10));
      if (chunks.length === 0) return 404;
      tree.set(to, Buffer.concat(chunks.map((one) => tree.get(one)).filter((one): one is Buffer => one instanceof Buffer)));
      remove(folder);
      return existed ? 204 : 201;
    }
    if (!tree.has(path)) return 404;
    for (const one of below(path)) tree.set(to + one.slice(path.length), tree.get(one) ?? 'folder');
    remove(path);
    return existed ? 204 : 201;
  }

  async function answerTo(request: IncomingMessage): Promise<Answer> {
    const body: Uint8Array[] = [];
    for await (const part of request) body.push(part as Buffer);
    if (request.headers.authorization !== `Basic ${Buffer.from(`${DAV_USER.user}:${DAV_USER.password}`).toString('base64')}`) return end(401, { 'WWW-Authenticate': 'Basic realm="dav"' });
    const method = request.method ?? '';
    const path = decodeURIComponent((request.url ?? '').replace(/\/$/, ''));
    asked.push(`${method} ${path}`);
    const fault = server.fault(method, path);
    if (fault !== undefined) return end(fault);
    const node = tree.get(path);
    switch (method) {
      case 'OPTIONS': return end(200, { DAV: '1', Allow: 'OPTIONS, GET, HEAD, PUT, DELETE, MKCOL, MOVE, PROPFIND' });
      case 'PROPFIND': return node === undefined ? end(404) : end(207, { 'Content-Type': 'application/xml; charset=utf-8' }, listing(path, request.headers['depth'] as string | undefined));
      case 'GET':
      case 'HEAD': return node === undefined || node === 'folder' ? end(404) : end(200, { 'Content-Length': node.length }, method === 'GET' ? node : undefined);
      case 'MKCOL':
        if (node !== undefined) return end(405);
        if (tree.get(parent(path)) !== 'folder') return end(409);
        tree.set(path, 'folder');
        return end(201);
      case 'PUT':
        if (tree.get(parent(path)) !== 'folder' || node === 'folder') return end(409);
        tree.set(path, Buffer.concat(body));
        return end(node === undefined ? 201 : 204);
      case 'DELETE':
        remove(path);
        return end(node === undefined ? 404 : 204);
      case 'MOVE': return end(move(path, decodeURIComponent(new URL(String(request.headers['destination']), 'http://here').pathname.replace(/\/$/, ''))));
      default: return end(405);
    }
  }

  const http = createServer((request, response) => void answerTo(request).then(({ status, headers, content }) => response.writeHead(status, headers).end(content), () => response.destroy()));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: WebdavServer = {
    url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`,
    asked,
    file(path) {
      const node = tree.get(path);
      return node === 'folder' ? undefined : node;
    },
    paths: () => [...tree.keys()],
    put: (path, bytes) => void tree.set(path, Buffer.from(bytes)),
    fault: () => undefined,
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
  return server;
}
