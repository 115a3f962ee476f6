/** Uploads over several requests through the compiled gateway: whichever of its processes takes a request, and after a restart, nothing is forgotten. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberSource } from '../kit/numbers.js';
import { DAV_USER, webdavServer, type WebdavServer } from '../kit/webdav-server.js';
import { ask } from './client.js';
import { policies, route } from './settings.js';
import { startGateway, type Gateway } from './start-gateway.js';

const DAV = '/remote.php/dav';
const CHUNK = 20_000;
const LINE = 'nothing to see here, only words of the day and some more about them\n';
const AUTHORIZATION = `Basic ${Buffer.from(`${DAV_USER.user}:${DAV_USER.password}`).toString('base64')}`;
const id = numberSource(23).residentId();
/** Four chunks, with a number over the end of each but the last. */
function text(number: string): Buffer {
  const plain = Buffer.from(LINE.repeat(Math.ceil((3.5 * CHUNK) / LINE.length)));
  for (const at of [1, 2, 3]) plain.write(` ${number} `, at * CHUNK - 9);
  return plain;
}

let dav: WebdavServer;
let gateway: Gateway;
const config = (): Record<string, unknown> => ({ processes: 2, routes: [route('dav', dav.url, { match: { path: '/remote.php' }, policy: 'hold', upload: 'webdav-chunks', onHold: 'refuse', release: 'resubmit' })], policies });

// Each on a connection of its own: they are handed to the processes in turn.
const send = async (method: string, path: string, body?: Buffer, fields: Record<string, string> = {}): Promise<number> =>
  (await ask(`${gateway.dataUrl}${path}`, { method, fields: { authorization: AUTHORIZATION, connection: 'close', ...fields }, ...(body === undefined ? {} : { body }) })).status;
async function chunks(name: string, body: Buffer, numbers: readonly number[] = [0, 1, 2, 3]): Promise<readonly number[]> {
  const told: number[] = [];
  for (const at of numbers) told.push(await send('PUT', `${DAV}/uploads/ada/${name}/${String(at + 1).padStart(5, '0')}`, body.subarray(at * CHUNK, (at + 1) * CHUNK), { 'content-type': 'application/octet-stream' }));
  return told;
}
const whole = (name: string): Promise<number> => send('MOVE', `${DAV}/uploads/ada/${name}/.file`, undefined, { destination: `${gateway.dataUrl}${DAV}/files/ada/${name}.txt` });
const arrived = (name: string): Buffer | undefined => dav.file(`${DAV}/files/ada/${name}.txt`);

beforeAll(async () => {
  dav = await webdavServer();
  gateway = await startGateway({ config: config() });
});
afterAll(() => dav.close());

describe('chunks through two processes', () => {
  it('are one upload: it arrives whole, or is refused for what only its joins show', async () => {
    for (const [name, body, status] of [['clean', text('no number here'), 201], ['cut', text(id), 403]] as const) {
      expect(await send('MKCOL', `${DAV}/uploads/ada/${name}`)).toBe(201);
      expect(await chunks(name, body)).toEqual([201, 201, 201, 201]);
      expect(await whole(name)).toBe(status);
    }
    expect(arrived('clean')?.equals(text('no number here'))).toBe(true);
    expect([arrived('cut'), dav.paths().filter((path) => path.includes('/uploads/ada/'))]).toEqual([undefined, []]);
  });

  it('sent before a restart are judged after it', async () => {
    for (const [name, body] of [['kept', text('no number here')], ['kept-cut', text(id)]] as const) {
      await send('MKCOL', `${DAV}/uploads/ada/${name}`);
      expect(await chunks(name, body, [0, 1])).toEqual([201, 201]);
    }
    const { dataDir } = gateway;
    expect(await gateway.stop()).toBe(0);
    gateway = await startGateway({ config: config(), dataDir });
    for (const [name, body, status] of [['kept', text('no number here'), 201], ['kept-cut', text(id), 403]] as const) {
      expect(await chunks(name, body, [2, 3])).toEqual([201, 201]);
      expect(await whole(name)).toBe(status);
    }
    expect(arrived('kept')?.equals(text('no number here'))).toBe(true);
    expect(arrived('kept-cut')).toBeUndefined();
  });
});
