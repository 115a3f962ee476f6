/** WebDAV through the gateway with the clients that people use: files in one request, and in the chunks of Nextcloud. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient, type WebDAVClient } from 'webdav';
import { httpUpstream } from '../../../../../gateway/deliver/http/upstream.js';
import { pipeline } from '../../../../../gateway/pipeline.js';
import type { Evidence } from '../../../../../gateway/ports.js';
import { memoryPartBook, type MemoryPartBook } from '../../../../kit/part-book.js';
import { tempFolder } from '../../../../kit/temp.js';
import { DAV_USER, webdavServer, type WebdavServer } from '../../../../kit/webdav-server.js';
import { stand, type Stand, type Wish } from '../../../pipeline-kit.js';
import { closeChannels, parsedRoutes, testChannel } from '../kit.js';

const DAV = '/remote.php/dav';
const TARGET = `${DAV}/files/ada/report.txt`;
const CHUNK = 20_000;
const LINE = 'nothing to see here, only words of the day and some more about them\n';
/** Three chunks, with `number` over the end of the first. */
function text(number: string): Buffer {
  const plain = Buffer.from(LINE.repeat(Math.ceil((2.5 * CHUNK) / LINE.length)));
  plain.write(` ${number} `, CHUNK - 7);
  return plain;
}
const NUMBER = '13800138000';
const stops = (evidence: Evidence): 'block' | 'pass' => (evidence.classes.length > 0 || evidence.unscannable.length > 0 ? 'block' : 'pass');
const holds = (evidence: Evidence): 'hold' | 'pass' => (evidence.classes.length > 0 ? 'hold' : 'pass');

let dav: WebdavServer;
let book: MemoryPartBook;
beforeEach(async () => {
  dav = await webdavServer();
  book = memoryPartBook();
});
afterEach(async () => {
  await closeChannels();
  await dav.close();
});

async function through(wish: Wish, settings: Record<string, unknown> = { upload: 'webdav-chunks' }): Promise<{ readonly url: string; readonly on: Stand }> {
  const route = { match: { path: '/' }, upstream: { url: dav.url }, ...settings };
  const [parsed] = parsedRoutes(route);
  if (parsed === undefined) throw new Error('no route');
  const on = stand(wish);
  const { port } = await testChannel({ routes: [route], options: { pipeline: pipeline(on.ports), parts: book, upstreams: new Map([[parsed.id, httpUpstream(parsed)]]) } });
  return { url: `http://127.0.0.1:${port}`, on };
}
const clientOf = (url: string): WebDAVClient => createClient(`${url}${DAV}`, { username: DAV_USER.user, password: DAV_USER.password });
const statusOf = (thrown: unknown): number => (thrown as { status?: number }).status ?? -1;
async function ended(work: Promise<unknown>): Promise<number> {
  return work.then(() => 200, statusOf);
}

const name = (at: number): string => String(at + 1).padStart(5, '0');
async function chunks(client: WebDAVClient, id: string, body: Buffer, order = [0, 1, 2]): Promise<readonly number[]> {
  await client.createDirectory(`/uploads/ada/${id}`);
  const told: number[] = [];
  for (const at of order) told.push(await ended(client.putFileContents(`/uploads/ada/${id}/${name(at)}`, body.subarray(at * CHUNK, (at + 1) * CHUNK))));
  return told;
}
const whole = (client: WebDAVClient, id: string, to = '/files/ada/report.txt'): Promise<number> => ended(client.moveFile(`/uploads/ada/${id}/.file`, to));
async function upload(client: WebDAVClient, id: string, body: Buffer): Promise<number> {
  const told = await chunks(client, id, body);
  return told.find((status) => status !== 200) ?? whole(client, id);
}
const staged = (id: string): readonly string[] => dav.paths().filter((path) => path.startsWith(`${DAV}/uploads/ada/${id}`));

describe('chunks of Nextcloud', () => {
  it.each(['hold', 'stream', 'watch'] as const)('with nothing in them arrive as one file, in %s', async (mode) => {
    const { url, on } = await through({ mode, action: 'pass' });
    expect(await upload(clientOf(url), 'clean', text('no number'))).toBe(200);
    expect(dav.file(TARGET)?.equals(text('no number'))).toBe(true);
    expect([book.known(), on.open()]).toEqual([0, 0]);
  });

  it('with a number over the end of one are not put together, and their folder is removed with the sender’s own credentials', async () => {
    const { url } = await through({ mode: 'hold', action: stops });
    expect(await upload(clientOf(url), 'cut', text(NUMBER))).toBe(403);
    expect([dav.file(TARGET), staged('cut'), book.known()]).toEqual([undefined, [], 0]);
    expect(dav.asked.filter((one) => one.startsWith('MOVE'))).toEqual([]);
    expect(dav.asked).toContain(`DELETE ${DAV}/uploads/ada/cut`);
  });

  it('are judged in the order of their names, whenever they came', async () => {
    const { url } = await through({ mode: 'hold', action: stops });
    const client = clientOf(url);
    expect(await chunks(client, 'mixed', text(NUMBER), [2, 0, 1])).toEqual([200, 200, 200]);
    expect(await whole(client, 'mixed')).toBe(403);
  });

  it('that are held are refused; they stay where a release sends the request again, and go where the sender has to', async () => {
    const replayed = await through({ mode: 'hold', action: holds });
    expect(await upload(clientOf(replayed.url), 'one', text(NUMBER))).toBe(403);
    expect([replayed.on.held.length, staged('one').length]).toEqual([1, 4]);
    // Nothing is changed under the reviewer's eyes.
    expect(await ended(clientOf(replayed.url).putFileContents('/uploads/ada/one/00002', 'other'))).toBe(403);
    const again = await through({ mode: 'hold', action: holds }, { upload: 'webdav-chunks', onHold: 'refuse', release: 'resubmit' });
    expect(await upload(clientOf(again.url), 'two', text(NUMBER))).toBe(403);
    expect([again.on.held.length, staged('two')]).toEqual([1, []]);
  });

  it('of which one went another way are not put together', async () => {
    const { url } = await through({ mode: 'hold', action: stops });
    const client = clientOf(url);
    await chunks(client, 'around', text('no number'), [0, 2]);
    dav.put(`${DAV}/uploads/ada/around/00002`, text('no number').subarray(CHUNK, 2 * CHUNK));
    expect(await whole(client, 'around')).toBe(403);
    expect(staged('around')).toEqual([]);
    await chunks(client, 'longer', text('no number'));
    dav.put(`${DAV}/uploads/ada/longer/00002`, Buffer.from('another size'));
    expect(await whole(client, 'longer')).toBe(403);
  });

  it('that are sent again count as they were sent last', async () => {
    const { url } = await through({ mode: 'hold', action: stops });
    const client = clientOf(url);
    await chunks(client, 'again', text(NUMBER));
    expect(await ended(client.putFileContents('/uploads/ada/again/00001', text('no number').subarray(0, CHUNK)))).toBe(200);
    expect(await whole(client, 'again')).toBe(200);
  });

  it('of a container are refused with the first, and so are first chunks too small to show one', async () => {
    const { url } = await through({ mode: 'hold', action: stops });
    const client = clientOf(url);
    const zip = Buffer.concat([Buffer.from([0x50, 0x4b, 0x03, 0x04, 0x14, 0, 0, 0]), Buffer.alloc(CHUNK, 0x81)]);
    expect(await upload(client, 'zip', zip)).toBe(403);
    await client.createDirectory('/uploads/ada/small');
    for (const [at, part] of ['P', 'K and more words'].entries()) await client.putFileContents(`/uploads/ada/small/${name(at)}`, part);
    expect(await whole(client, 'small')).toBe(403);
  });

  it('take nothing that was copied or moved among them, and leave in no other way', async () => {
    const { url } = await through({ mode: 'hold', action: 'pass' });
    const client = clientOf(url);
    await chunks(client, 'odd', text('no number'));
    expect(await ended(client.putFileContents('/files/ada/other.txt', 'words'))).toBe(200);
    expect(await ended(client.moveFile('/files/ada/other.txt', '/uploads/ada/odd/00002'))).toBe(403);
    expect(await ended(client.copyFile('/files/ada/other.txt', '/uploads/ada/odd/00002'))).toBe(403);
    expect(await ended(client.moveFile('/uploads/ada/odd/00001', '/files/ada/part.txt'))).toBe(403);
    expect(await ended(client.putFileContents('/uploads/ada/odd/name', 'words'))).toBe(403);
    expect(await whole(client, 'odd')).toBe(200);
  });

  it('with a number in the name of the file are judged by it', async () => {
    const { url } = await through({ mode: 'hold', action: stops });
    const client = clientOf(url);
    await chunks(client, 'named', text('no number'));
    expect(await whole(client, 'named', `/files/ada/call ${NUMBER}.txt`)).toBe(403);
  });

  it('with a ledger that is away are answered 503, and nothing is lost', async () => {
    const { url } = await through({ mode: 'hold', action: stops });
    const client = clientOf(url);
    book.away = true;
    expect(await chunks(client, 'away', text('no number'))).toEqual([503, 503, 503]);
    expect(staged('away')).toHaveLength(1);
    book.away = false;
    for (const at of [0, 1, 2]) await client.putFileContents(`/uploads/ada/away/${name(at)}`, text('no number').subarray(at * CHUNK, (at + 1) * CHUNK));
    book.away = true;
    expect(await whole(client, 'away')).toBe(503);
    expect(staged('away')).toHaveLength(4);
    book.away = false;
    expect(await whole(client, 'away')).toBe(200);
  });

  it('in a folder that the server does not list are not put together', async () => {
    const { url } = await through({ mode: 'hold', action: 'pass' });
    const client = clientOf(url);
    await chunks(client, 'dark', text('no number'));
    dav.fault = (method) => (method === 'PROPFIND' ? 403 : undefined);
    expect(await whole(client, 'dark')).toBe(403);
    expect(dav.file(TARGET)).toBeUndefined();
  });

  it('on a route that is not told of them are refused where something may be stopped', async () => {
    const { url } = await through({ mode: 'hold', action: 'pass' }, {});
    expect(await chunks(clientOf(url), 'untold', text('no number'))).toEqual([403, 403, 403]);
  });
});

describe('WebDAV in one request', () => {
  const body = Buffer.from(`${LINE}call 13800138000\n${LINE}`);
  const masked = body.toString().replace(NUMBER, '138****8000');

  async function rclone(url: string, from: Buffer): Promise<string> {
    const folder = tempFolder('rclone');
    writeFileSync(join(folder, 'report.txt'), from);
    const env = { PATH: process.env['PATH'], HOME: folder };
    const run = promisify(execFile);
    const { stdout } = await run('rclone', ['obscure', DAV_USER.password], { env });
    const flags = ['--webdav-url', `${url}${DAV}/files/ada`, '--webdav-vendor', 'other', '--webdav-user', DAV_USER.user, '--webdav-pass', stdout.trim(), '--retries', '1', '--low-level-retries', '1', '--config', join(folder, 'none.conf')];
    return run('rclone', ['copyto', join(folder, 'report.txt'), ':webdav:report.txt', ...flags], { env }).then(() => 'sent', (thrown: unknown) => String((thrown as { stderr?: unknown }).stderr));
  }

  it.each(['rclone', 'webdav'] as const)('by %s is masked, or refused when blocked or held', async (by) => {
    const send = async (url: string): Promise<string> => (by === 'rclone' ? rclone(url, body) : String(await ended(clientOf(url).putFileContents('/files/ada/report.txt', body))));
    for (const action of ['block', 'hold'] as const) {
      const { url, on } = await through({ mode: 'hold', action: (evidence) => (evidence.classes.length > 0 ? action : 'pass') }, { onHold: 'refuse' });
      expect(await send(url)).toMatch(/403/);
      expect([dav.file(TARGET), on.held.length]).toEqual([undefined, action === 'hold' ? 1 : 0]);
    }
    for (const mode of ['hold', 'stream'] as const) {
      const { url } = await through({ mode, action: 'mask' }, {});
      expect(await send(url)).toMatch(/sent|200/);
      expect(dav.file(TARGET)?.toString()).toBe(masked);
    }
  });
});
