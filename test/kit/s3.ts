/** A bucket beside the tests: s3rver on loopback, behind a front that can fail, be slow or cut, and that knows what s3rver does not: versions, conditional writes, lists of unfinished uploads. */
import { createServer, request as send, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { VaultStore } from '../../gateway/vault/store.js';
import { s3Client } from '../../gateway/vault/s3-client.js';
import { s3Store } from '../../gateway/vault/s3-store.js';
import { vaultSchema } from '../../config/vault-schema.js';
import { tempFolder } from './temp.js';

interface S3rver {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}
/** It comes without types. */
const s3rver: unknown = createRequire(import.meta.url)('s3rver');
const Server = s3rver as new (options: object) => S3rver;

/** Fixed by s3rver. */
export const S3_KEYS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' } as const;

export interface S3Request {
  readonly method: string;
  /** Of the object, or empty for the bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
}
/** `before`: nothing reaches the bucket; `after`: it is done there, but nobody is told; `midway`: half of the answer arrives; `never`: no answer comes. */
export type S3Fault = { readonly status: number; readonly code: string } | 'before' | 'after' | 'midway' | 'never';

export interface TestS3 {
  readonly url: string;
  readonly bucket: string;
  /** Everything that was asked, oldest first. */
  readonly asked: S3Request[];
  /** Decides about each request; undefined lets it through. */
  fault: (request: S3Request) => S3Fault | undefined;
  /** Called when the bucket has done what a request asks for, before whoever asked is told: who is killed then asks for nothing more. */
  done: (request: S3Request) => void;
  /** False: a server that does not know If-None-Match. */
  conditional: boolean;
  /** From now on, as if versioning had been switched on. */
  versioning: 'Enabled' | 'Suspended' | undefined;
  /** Unfinished uploads. */
  uploads(): readonly string[];
  /** Versions that can still be read, by key. */
  versions(key: string): number;
  setUploadsAge(ms: number): void;
  keys(): Promise<readonly string[]>;
  get(key: string): Promise<Buffer>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  store(options?: { readonly bucket?: string; readonly prefix?: string; readonly env?: Record<string, string>; readonly tryMs?: number; readonly clock?: { now(): number } }): VaultStore;
  /** The lines of a configuration. */
  config(prefix?: string): string;
  close(): Promise<void>;
}

interface Version {
  readonly id: string;
  readonly marker: boolean;
}

export async function testS3(bucket = 'weir-vault'): Promise<TestS3> {
  const server = new Server({ address: '127.0.0.1', port: 0, silent: true, directory: tempFolder('s3'), vhostBuckets: false, configureBuckets: [{ name: bucket, configs: [] }] });
  const { port } = await server.run();
  const present = new Set<string>();
  const unfinished = new Map<string, { readonly key: string; at: number }>();
  const versions = new Map<string, Version[]>();
  let made = 0;

  const front = createServer((incoming, answer) => {
    incoming.on('error', () => undefined);
    void handle(incoming, answer).catch(() => answer.destroy());
  });

  async function handle(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'http://front');
    const [, inBucket = '', ...rest] = url.pathname.split('/');
    const asked: S3Request = { method: incoming.method ?? '', key: decodeURIComponent(rest.join('/')), query: url.searchParams };
    s3.asked.push(asked);
    const fault = s3.fault(asked);
    if (fault === 'before') {
      incoming.socket.destroy();
      return;
    }
    const body: Buffer[] = [];
    for await (const piece of incoming as AsyncIterable<Buffer>) body.push(piece);
    if (fault === 'never') return;
    if (typeof fault === 'object') {
      xml(answer, fault.status, `<Error><Code>${fault.code}</Code><Message>made to fail</Message></Error>`);
      return;
    }
    const known = inBucket === bucket ? ofFront(asked, incoming.headers) : undefined;
    if (known !== undefined) {
      s3.done(asked);
      xml(answer, known.status, known.body);
      return;
    }
    const { status, headers, content } = await forward(incoming, Buffer.concat(body));
    learn(asked, status, content);
    s3.done(asked);
    if (fault === 'after') {
      incoming.socket.destroy();
      return;
    }
    const version = s3.versioning !== undefined && asked.method === 'PUT' && status === 200 ? { 'x-amz-version-id': versions.get(asked.key)?.at(-1)?.id ?? 'null' } : {};
    answer.writeHead(status, { ...headers, ...version });
    if (fault === 'midway') {
      answer.write(content.subarray(0, Math.floor(content.length / 2)), () => incoming.socket.destroy());
      return;
    }
    answer.end(content);
  }

  function forward(incoming: IncomingMessage, body: Buffer): Promise<{ status: number; headers: IncomingHttpHeaders; content: Buffer }> {
    return new Promise((resolve, reject) => {
      const onward = send({ host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers: { ...incoming.headers, connection: 'close' }, agent: false }, (reply) => {
        const content: Buffer[] = [];
        reply.on('data', (piece: Buffer) => content.push(piece));
        reply.on('error', reject);
        reply.on('end', () => {
          const { connection: _ours, ...headers } = reply.headers;
          resolve({ status: reply.statusCode ?? 500, headers, content: Buffer.concat(content) });
        });
      });
      onward.on('error', reject);
      onward.end(body);
    });
  }

  /** What s3rver cannot do. */
  function ofFront({ method, key, query }: S3Request, headers: IncomingHttpHeaders): { status: number; body: string } | undefined {
    if (method === 'GET' && query.has('versioning')) return { status: 200, body: `<VersioningConfiguration>${s3.versioning === undefined ? '' : `<Status>${s3.versioning}</Status>`}</VersioningConfiguration>` };
    if (method === 'GET' && query.has('uploads')) {
      const rows = [...unfinished].map(([id, one]) => `<Upload><Key>${one.key}</Key><UploadId>${id}</UploadId><Initiated>${new Date(one.at).toISOString()}</Initiated></Upload>`);
      return { status: 200, body: `<ListMultipartUploadsResult><Bucket>${bucket}</Bucket><IsTruncated>false</IsTruncated>${rows.join('')}</ListMultipartUploadsResult>` };
    }
    if (method === 'GET' && query.has('versions')) {
      const prefix = query.get('prefix') ?? '';
      const rows = [...versions].filter(([name]) => name.startsWith(prefix)).flatMap(([name, list]) =>
        list.map(({ id, marker }, index) => {
          const tag = marker ? 'DeleteMarker' : 'Version';
          return `<${tag}><Key>${name}</Key><VersionId>${id}</VersionId><IsLatest>${String(index === list.length - 1)}</IsLatest></${tag}>`;
        }),
      );
      return { status: 200, body: `<ListVersionsResult><IsTruncated>false</IsTruncated>${rows.join('')}</ListVersionsResult>` };
    }
    const id = query.get('versionId');
    if (method === 'DELETE' && id !== null) {
      const left = (versions.get(key) ?? []).filter((one) => one.id !== id);
      if (left.length === 0) versions.delete(key);
      else versions.set(key, left);
      return { status: 204, body: '' };
    }
    const upload = query.get('uploadId');
    if (method === 'DELETE' && upload !== null) return unfinished.delete(upload) ? { status: 204, body: '' } : { status: 404, body: '<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>' };
    const places = (method === 'PUT' && !query.has('partNumber')) || (method === 'POST' && upload !== null);
    if (places && s3.conditional && headers['if-none-match'] === '*') {
      if (!present.has(key)) {
        // From here on the name is taken: the real thing decides at once.
        present.add(key);
        return undefined;
      }
      return { status: 412, body: '<Error><Code>PreconditionFailed</Code><Message>there</Message></Error>' };
    }
    return undefined;
  }

  function learn({ method, key, query }: S3Request, status: number, content: Buffer): void {
    const upload = query.get('uploadId');
    if (status < 300 && method === 'POST' && query.has('uploads')) unfinished.set(/<UploadId>([^<]+)</.exec(content.toString('utf8'))?.[1] ?? '', { key, at: Date.now() });
    if (status < 300 && upload !== null && method === 'POST') unfinished.delete(upload);
    const placed = (method === 'PUT' && !query.has('partNumber')) || (method === 'POST' && upload !== null);
    const removed = method === 'DELETE' && upload === null;
    if (status >= 300 && placed) present.delete(key);
    if (status >= 300 || key === '') return;
    if (placed) present.add(key);
    if (removed) present.delete(key);
    if (s3.versioning === undefined || !(placed || removed)) return;
    versions.set(key, [...(versions.get(key) ?? []), { id: `version-${String(++made)}`, marker: removed }]);
  }

  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((front.address() as AddressInfo).port)}`;
  // Past the front: what the test itself looks at and spoils.
  const direct = new S3Client({
    endpoint: `http://127.0.0.1:${String(port)}`, region: 'us-east-1', forcePathStyle: true,
    credentials: { accessKeyId: S3_KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: S3_KEYS.AWS_SECRET_ACCESS_KEY },
    requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const s3: TestS3 = {
    url, bucket,
    asked: [],
    fault: () => undefined,
    done: () => undefined,
    conditional: true,
    versioning: undefined,
    uploads: () => [...unfinished.values()].map(({ key }) => key),
    versions: (key) => (versions.get(key) ?? []).filter(({ marker }) => !marker).length,
    setUploadsAge(ms) {
      for (const one of unfinished.values()) one.at = Date.now() - ms;
    },
    async keys() {
      const { Contents = [] } = await direct.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Contents.map(({ Key = '' }) => Key).sort();
    },
    async get(key) {
      const { Body } = await direct.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    },
    async put(key, bytes) {
      await direct.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
      present.add(key);
    },
    store(options = {}) {
      const config = vaultSchema.parse({ store: { s3: { bucket: options.bucket ?? bucket, endpoint: url, prefix: options.prefix ?? '' } } });
      if (config.store === undefined || !('s3' in config.store)) throw new TypeError('no bucket');
      const { bucket: name, prefix } = config.store.s3;
      return s3Store({ client: s3Client(config.store.s3, options.env ?? S3_KEYS, options.tryMs), bucket: name, prefix, clock: options.clock ?? Date });
    },
    config: (prefix = '') => `store: { s3: { bucket: ${bucket}, endpoint: "${url}", prefix: "${prefix}" } }`,
    async close() {
      direct.destroy();
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
      await server.close();
    },
  };
  return s3;
}

function xml(answer: ServerResponse, status: number, body: string): void {
  answer.writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) });
  answer.end(body);
}
