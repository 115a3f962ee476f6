/** Compressed bodies as people send them: curl with gzip, zstd and brotli files, undone, masked and coded again on their way. */
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, brotliDecompressSync, createGzip, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spoolFactory } from '../../../../gateway/body/spool.js';
import { codings } from '../../../../gateway/decode/codec/codings.js';
import { httpUpstream } from '../../../../gateway/deliver/http/upstream.js';
import { pipeline } from '../../../../gateway/pipeline.js';
import type { Action, Mode } from '../../../../gateway/ports.js';
import { aliveBytes } from '../../../kit/alive-memory.js';
import { tempFolder } from '../../../kit/temp.js';
import { stand, type Stand } from '../../pipeline-kit.js';
import { closeChannels, parsedRoutes, testChannel } from './kit.js';

interface Arrived {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
const arrived: Arrived[] = [];
let size = 0;
const server = createServer((request, response) => {
  const parts: Uint8Array[] = [];
  request.on('data', (part: Buffer) => {
    size += part.length;
    if (size < 2 ** 24) parts.push(part);
  });
  request.on('end', () => {
    arrived.push({ headers: request.headers, body: Buffer.concat(parts) });
    response.end('stored');
  });
  request.on('error', () => undefined);
});

/** Between two full collections, which take a while. */
const LOOK_EVERY = 16 * 2 ** 20;
const folder = tempFolder('coded');
const TEXT = `name,phone\n${Array.from({ length: 3000 }, (_, at) => `someone ${at},138${String(10_000_000 + at * 7919)}\n`).join('')}`;
const MASKED = TEXT.replace(/,138(\d{4})(\d{4})\n/g, ',138****$2\n');

async function through(mode: Mode, action: Action): Promise<{ readonly url: string; readonly on: Stand }> {
  const settings = { match: { path: '/' }, upstream: { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } };
  const [route] = parsedRoutes(settings);
  if (route === undefined) throw new Error('no route');
  const on = stand({ mode, action }, { codings: codings(), spools: spoolFactory({ dir: tempFolder('spool') }) });
  const { port } = await testChannel({ routes: [settings], options: { pipeline: pipeline(on.ports), upstreams: new Map([[route.id, httpUpstream(route)]]) } });
  return { url: `http://127.0.0.1:${port}/in`, on };
}
async function curl(url: string, coding: string, file: string, ...more: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '--noproxy', '*', '-w', ' %{http_code}', '--data-binary', `@${file}`, '-H', `content-encoding: ${coding}`, '-H', 'content-type: text/csv', ...more, url]);
  return stdout;
}

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  writeFileSync(join(folder, 'x.csv'), TEXT);
  execFileSync('gzip', ['-k', '-f', join(folder, 'x.csv')]);
  execFileSync('zstd', ['-q', '-f', join(folder, 'x.csv')]);
  writeFileSync(join(folder, 'x.csv.br'), brotliCompressSync(TEXT));
});
afterAll(async () => {
  await closeChannels();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a compressed upload with curl', () => {
  it.each([
    ['gzip', 'x.csv.gz', 'gzip', gunzipSync],
    ['br', 'x.csv.br', 'br', brotliDecompressSync],
    ['zstd', 'x.csv.zst', undefined, (bytes: Buffer) => bytes],
  ] as const)('in %s arrives masked, with fields that are true', async (coding, file, leavesAs, undo) => {
    for (const mode of ['hold', 'stream'] as const) {
      for (const more of [[], ['-H', 'transfer-encoding: chunked']]) {
        const { url } = await through(mode, 'mask');
        expect(await curl(url, coding, join(folder, file), '-H', 'etag: "x"', '-H', 'content-md5: abc=', ...more)).toBe('stored 200');
        const last = arrived.at(-1);
        expect(undo(last?.body ?? Buffer.alloc(0)).toString()).toBe(MASKED);
        expect([last?.headers['content-encoding'], last?.headers['etag'], last?.headers['content-md5']]).toEqual([leavesAs, 'W/"x"', undefined]);
        expect(last?.headers['content-length']).toBe(mode === 'hold' ? String(last?.body.length) : undefined);
      }
    }
  });

  it('that nothing is found wrong with arrives byte for byte', async () => {
    const { url } = await through('hold', 'pass');
    expect(await curl(url, 'gzip', join(folder, 'x.csv.gz'))).toBe('stored 200');
    expect(gunzipSync(arrived.at(-1)?.body ?? Buffer.alloc(0)).toString()).toBe(TEXT);
    expect(arrived.at(-1)?.headers['content-encoding']).toBe('gzip');
  });

  it('of a quarter of a GiB streams with flat memory', async () => {
    const { url, on } = await through('stream', 'mask');
    const wanted = 256 * 2 ** 20;
    size = 0;
    let most = 0;
    let looked = 0;
    const before = aliveBytes();
    const gzip = createGzip({ level: 1 });
    const line = Buffer.from('plain words about nothing, and then some more of them to fill the line; '.repeat(900));
    let given = 0;
    const feed = (): void => {
      while (given < wanted) {
        given += line.length;
        if (given - looked > LOOK_EVERY) {
          looked = given;
          most = Math.max(most, aliveBytes() - before);
        }
        line.writeUInt32LE(0x20202020 + (given & 0x0f0f0f), 0);
        line[given % line.length] = 0x61 + (given % 26);
        if (!gzip.write(Buffer.from(line))) return void gzip.once('drain', feed);
      }
      gzip.end();
    };
    feed();
    const reply = await fetch(url, { method: 'POST', headers: { 'content-encoding': 'gzip', 'content-type': 'text/plain' }, body: gzip, duplex: 'half' });
    expect([reply.status, await reply.text()]).toEqual([200, 'stored']);
    expect(on.outcomes.length === 0 || (on.outcomes[0]?.receipt?.size ?? 0) >= wanted).toBe(true);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(64 * 2 ** 20);
  });
});
