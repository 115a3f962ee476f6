/** tus through the gateway, with the client that people use: numbers that two requests cut are found, containers over several requests do not get through. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { Upload } from 'tus-js-client';
import { codings } from '../../../../../gateway/decode/codec/codings.js';
import { httpUpstream } from '../../../../../gateway/deliver/http/upstream.js';
import { pipeline } from '../../../../../gateway/pipeline.js';
import type { Evidence } from '../../../../../gateway/ports.js';
import { tusServer, type TusServer } from '../../../../kit/tus-server.js';
import { stand, type Stand, type Wish } from '../../../pipeline-kit.js';
import { closeChannels, parsedRoutes, testChannel } from '../kit.js';

const servers: TusServer[] = [];
afterEach(async () => {
  await closeChannels();
  await Promise.all(servers.splice(0).map((one) => one.close()));
});

interface Through {
  readonly endpoint: string;
  readonly server: TusServer;
  readonly on: Stand;
}
async function through(wish: Wish, upload: 'tus' | 'none' = 'tus'): Promise<Through> {
  const server = await tusServer();
  servers.push(server);
  const settings = { match: { path: '/files' }, upstream: { url: server.url }, ...(upload === 'none' ? {} : { upload }) };
  const [route] = parsedRoutes(settings);
  if (route === undefined) throw new Error('no route');
  const on = stand(wish, { codings: codings() });
  const { port } = await testChannel({ routes: [settings], options: { pipeline: pipeline(on.ports), upstreams: new Map([[route.id, httpUpstream(route)]]) } });
  return { endpoint: `http://127.0.0.1:${port}/files`, server, on };
}
/** Resolves with undefined, or with the status that the client gave up at. */
function upload(endpoint: string, body: Buffer, options: { readonly chunkSize?: number; readonly uploadDataDuringCreation?: boolean; readonly metadata?: Record<string, string> } = {}): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    new Upload(body, {
      endpoint, retryDelays: null, ...options,
      onSuccess: () => resolve(undefined),
      onError: (error) => ('originalResponse' in error ? resolve(error.originalResponse?.getStatus()) : reject(error)),
    }).start();
  });
}
const file = (server: TusServer): string => server.files.get('/files/1')?.bytes.toString() ?? '';
const blocks = (evidence: Evidence): 'block' | 'mask' => (evidence.unscannable.length > 0 ? 'block' : 'mask');

const LINES = Array.from({ length: 400 }, (_, at) => `line ${at}: the order of the day, call 138${String(10_000_000 + at * 7919).slice(0, 8)} please\n`).join('');
const MASKED = LINES.replace(/138(\d{4})(\d{4})/g, '138****$2');

describe('tus', () => {
  it.each([
    ['hold', 4100], ['hold', 4096], ['hold', 5001], ['stream', 4096], ['stream', 5001],
  ] as const)('in %s, with parts of %i bytes: every number is masked, wherever parts are cut', async (mode, chunkSize) => {
    for (const uploadDataDuringCreation of [false, true]) {
      const { endpoint, server, on } = await through({ mode, action: mode === 'hold' ? blocks : 'mask' });
      expect(await upload(endpoint, Buffer.from(LINES), { chunkSize, uploadDataDuringCreation })).toBeUndefined();
      expect(file(server)).toBe(MASKED);
      expect(server.bodies.length).toBeGreaterThan(3);
      expect(on.open()).toBe(0);
    }
  });

  it('a file in one request is judged whole, a container too; and it keeps the length that was agreed on', async () => {
    const { endpoint, server } = await through({ mode: 'hold', action: 'mask' });
    expect(await upload(endpoint, Buffer.from(LINES))).toBeUndefined();
    expect([file(server), server.bodies.length]).toEqual([MASKED, 1]);
  });

  it('what is stopped reaches the upstream with no byte of that part, and the client stops at 403', async () => {
    for (const action of ['block', 'hold'] as const) {
      const { endpoint, server } = await through({ mode: 'hold', action });
      expect(await upload(endpoint, Buffer.from(LINES), { chunkSize: 4096 })).toBe(403);
      expect(file(server)).toBe('');
    }
  });

  it('a container in several parts does not get through, whichever part shows it', async () => {
    const zip = Buffer.concat([Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x14, 0, 0, 0]), Buffer.alloc(9000, 0x81)]);
    for (const chunkSize of [1, 4096]) {
      const { endpoint, server } = await through({ mode: 'hold', action: blocks });
      expect(await upload(endpoint, zip, { chunkSize })).toBe(403);
      expect(server.bodies.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(4);
    }
  });

  it('a part so small that nothing of it is settled is refused, not asked for again for ever', async () => {
    const { endpoint } = await through({ mode: 'hold', action: 'mask' });
    expect(await upload(endpoint, Buffer.from('13800138000'), { chunkSize: 4 })).toBe(403);
  });

  it('names and other metadata are scanned with the head', async () => {
    const seen: Evidence[] = [];
    const { endpoint } = await through({ mode: 'hold', action: (evidence) => (seen.push(evidence), 'pass') });
    expect(await upload(endpoint, Buffer.from('nothing'), { metadata: { filename: 'call 13800138000.txt' } })).toBeUndefined();
    expect(seen[0]?.classes).toMatchObject([{ detector: 'cn.phone', where: 'head', count: 1 }]);
  });

  it('on a route that is not told of it a part is refused where something may be stopped or changed, and passes where nothing may', async () => {
    const refused = await through({ mode: 'hold', action: 'pass' }, 'none');
    expect(await upload(refused.endpoint, Buffer.from(LINES), { chunkSize: 4096 })).toBe(403);
    expect(file(refused.server)).toBe('');
    const watched = await through({ mode: 'watch', action: 'pass' }, 'none');
    expect(await upload(watched.endpoint, Buffer.from(LINES), { chunkSize: 4096 })).toBeUndefined();
    expect(file(watched.server)).toBe(LINES);
  });

  it('a mail or a calendar in several parts is refused: a part without its head would be read as it stands', async () => {
    const fill = 'nothing to see here\r\n'.repeat(300);
    const mail = `From: a@example.cn\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${fill}call =31=33=38=30=30=31=33=38=30=30=30\r\n`;
    const calendar = `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:x\r\n${fill.replace(/^/gm, ' ')}SUMMARY:call 138001\r\n 38000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`;
    for (const [body, ...sizes] of [[mail, 4096], [calendar, 4096], [mail, 30]] as const) {
      for (const chunkSize of sizes) {
        const { endpoint, server } = await through({ mode: 'hold', action: blocks });
        expect(await upload(endpoint, Buffer.from(body), { chunkSize })).toBe(403);
        expect(file(server)).toBe('');
      }
    }
  });

  it('only the upstream says how long an upload is, and no other method stands for a part', async () => {
    const { endpoint, server } = await through({ mode: 'hold', action: 'mask' });
    const head = { 'Tus-Resumable': '1.0.0' };
    const text = `${'nothing to see here '.repeat(300)} 138`;
    const { headers } = await fetch(endpoint, { method: 'POST', headers: { ...head, 'Upload-Length': '9000' } });
    const url = new URL(headers.get('location') ?? '', endpoint);
    const part = { ...head, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' };
    const lie = await fetch(url, { method: 'PATCH', headers: { ...part, 'Upload-Length': String(text.length) }, body: text });
    const behind = await fetch(url, { method: 'DELETE', headers: { ...part, 'X-HTTP-Method-Override': 'PATCH' }, body: text });
    expect([lie.status, behind.status, server.bodies]).toEqual([403, 403, []]);
  });

  it('uploads that are put together from others are refused', async () => {
    const { endpoint } = await through({ mode: 'hold', action: 'pass' });
    const reply = await fetch(endpoint, { method: 'POST', headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '5', 'Upload-Concat': 'partial' } });
    expect(reply.status).toBe(403);
  });
});
