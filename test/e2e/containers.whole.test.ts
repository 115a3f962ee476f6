/** Documents and archives through the shipped configuration, as real programs make them: what leaves masked is read by other programs, what waits is released from its seal. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { numberSource } from '../kit/numbers.js';
import { askPython, converted, packed, realFiles } from '../kit/real-files.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { admin, ask, type Answer } from './client.js';
import { startGateway, type Gateway } from './start-gateway.js';

const shipped = parse(readFileSync('config/default.yaml', 'utf8')) as { readonly routes: readonly Readonly<Record<string, unknown>>[] };
const numbers = numberSource(606);
const phone = numbers.phone();
const ids = [numbers.residentId(), numbers.residentId(), numbers.residentId()] as const;
const maskedPhone = `${phone.slice(0, 3)}****${phone.slice(-4)}`;
const maskedId = `${ids[0].slice(0, 1)}****************${ids[0].slice(-1)}`;
const page = (text: string): string => `<meta charset="utf-8"><p>${text}</p>`;
const PARAGRAPHS = `import sys, docx\nprint("\\n".join(p.text for p in docx.Document(sys.argv[1]).paragraphs))`;

let gateway: Gateway;
let upstream: RecordingUpstream;
let files: { readonly clean: Buffer; readonly phone: Buffer; readonly id: Buffer; readonly ids: Buffer; readonly pdf: Buffer; readonly zip: Buffer; readonly locked: Buffer };

beforeAll(async () => {
  upstream = await recordingUpstream();
  const routes = shipped.routes.filter(({ channel }) => channel !== 'smtp').map((route) => ({ ...route, upstream: { url: upstream.url } }));
  const starting = startGateway({ config: { ...shipped, demo: false, listen: {}, routes } });
  const [clean, phoned, withId, withIds, pdf] = await realFiles([
    converted('html', page('nothing to see'), 'docx'), converted('html', page(`电话 ${phone}`), 'docx'), converted('html', page(`身份证 ${ids[0]}`), 'docx'),
    converted('html', page(ids.join(' , ')), 'docx'), converted('html', page(`电话 ${phone}`), 'pdf'),
  ]) as [Buffer, Buffer, Buffer, Buffer, Buffer];
  const [zip, locked] = await realFiles([
    packed({ 'a.docx': phoned, 'b.txt': `call ${phone}\n`.repeat(3) }, ['zip', '-q', 'a.zip', 'a.docx', 'b.txt'], 'a.zip'),
    packed({ 'b.txt': 'nothing' }, ['zip', '-q', '-P', 'secret', 'a.zip', 'b.txt'], 'a.zip'),
  ]) as [Buffer, Buffer];
  files = { clean, phone: phoned, id: withId, ids: withIds, pdf, zip, locked };
  gateway = await starting;
});
afterAll(() => upstream.close());

const send = (route: string, body: Uint8Array, type = 'application/octet-stream'): Promise<Answer> => ask(`${gateway.dataUrl}/${route}`, { body, fields: { 'content-type': type } });
const incidentOf = (answer: Answer): string => String(answer.fields['weir-incident']);
async function arrived(before: number): Promise<Buffer> {
  const last = (await upstream.recorded(before + 1)).at(-1);
  expect(last?.complete).toBe(true);
  expect(last?.fields.find(([name]) => name.toLowerCase() === 'content-length')?.[1]).toBe(String(last?.bytes));
  return last?.body ?? Buffer.alloc(0);
}

describe('with the shipped configuration', () => {
  it.each(['upload', 'mail', 'share'])('a clean document passes /%s byte for byte', async (route) => {
    const before = upstream.requests.length;
    const answer = await send(route, files.clean);
    expect([answer.status, answer.fields['weir-action']]).toEqual([200, 'pass']);
    expect((await arrived(before)).equals(files.clean)).toBe(true);
  });

  it.each(['upload', 'mail', 'share'])('a phone number in a document leaves /%s masked, in a file that other programs read', async (route) => {
    const before = upstream.requests.length;
    const answer = await send(route, files.phone);
    expect([answer.status, answer.fields['weir-action']]).toEqual([200, 'mask']);
    expect(await askPython(await arrived(before), 'docx', PARAGRAPHS)).toContain(`电话 ${maskedPhone}`);
  });

  it('so does one in a document in an archive in a form, and everything beside it is as it was', async () => {
    const form = (zip: Buffer): Buffer => Buffer.concat([Buffer.from('--x\r\nContent-Disposition: form-data; name="f"; filename="a.zip"\r\nContent-Type: application/zip\r\n\r\n'), zip, Buffer.from('\r\n--x\r\nContent-Disposition: form-data; name="t"\r\n\r\nthanks\r\n--x--\r\n')]);
    const before = upstream.requests.length;
    const answer = await send('upload', form(files.zip), 'multipart/form-data; boundary=x');
    expect([answer.status, answer.fields['weir-action']]).toEqual([200, 'mask']);
    const body = await arrived(before);
    const around = form(Buffer.alloc(0));
    const start = around.indexOf('\r\n\r\n') + 4;
    const zip = body.subarray(start, body.length - (around.length - start));
    expect(form(zip).equals(body)).toBe(true);
    const read = 'import sys, io, zipfile, docx\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(z.read("b.txt").decode())\nprint(docx.Document(io.BytesIO(z.read("a.docx"))).paragraphs[0].text)';
    expect(await askPython(zip, 'zip', read)).toBe(`${`call ${maskedPhone}\n`.repeat(3)}\n电话 ${maskedPhone}\n`);
  });

  it('three resident IDs in one document block a mail', async () => {
    const before = upstream.requests.length;
    const answer = await send('mail', files.ids);
    expect([answer.status, answer.fields['weir-action'], upstream.requests.length]).toEqual([403, 'block', before]);
  });

  it('a resident ID in a document waits at /share, and a masked release makes the masked document out of its seal', async () => {
    const before = upstream.requests.length;
    const answer = await send('share', files.id);
    expect([answer.status, answer.fields['weir-action']]).toEqual([202, 'hold']);
    const released = await admin(gateway, `/api/v1/messages/${incidentOf(answer)}/release`, { body: JSON.stringify({ as: 'masked', reason: 'ok' }) });
    expect(released.status).toBe(202);
    expect(await askPython(await arrived(before), 'docx', PARAGRAPHS)).toContain(`身份证 ${maskedId}`);
  });

  it('what no mask can reach waits instead, cannot be released masked, and leaves as it was when a person says so', async () => {
    const before = upstream.requests.length;
    const answer = await send('upload', files.pdf);
    expect([answer.status, answer.fields['weir-action']]).toEqual([202, 'hold']);
    const path = `/api/v1/messages/${incidentOf(answer)}/release`;
    const refused = await admin(gateway, path, { body: JSON.stringify({ as: 'masked', reason: 'ok' }) });
    expect([refused.status, refused.json()['code'] ?? refused.json()['type']]).toEqual([409, expect.stringContaining('not-maskable')]);
    expect((await admin(gateway, path, { body: JSON.stringify({ as: 'original', reason: 'ok' }) })).status).toBe(202);
    expect((await arrived(before)).equals(files.pdf)).toBe(true);
  });

  it.each(['upload', 'mail', 'share'])('an encrypted archive waits at /%s, and its record says why', async (route) => {
    const answer = await send(route, files.locked);
    expect([answer.status, answer.fields['weir-action']]).toEqual([202, 'hold']);
    const { text } = await admin(gateway, `/api/v1/messages/${incidentOf(answer)}`);
    expect(text).toContain('"encrypted"');
  });

  it('no number of anyone was said, logged or counted on the way', () => {
    for (const number of [phone, ...ids]) expect(`${gateway.said()}${gateway.logged()}`).not.toContain(number);
  });
});
