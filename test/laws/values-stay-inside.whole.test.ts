/** Law 6: a number that was found stays inside. Canaries go through every path of a running gateway; then every place that outlives an exchange is searched. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { OWNER_ROLE } from '../../gateway/ledger/postgres-home.js';
import { attachedMail, ATTACHED_TYPE } from '../kit/attached-mail.js';
import { endGateways, gatewayFolder, startGateway, writeConfig, type Gateway } from '../kit/gateway.js';
import { freePort } from '../kit/free-port.js';
import { otlpReceiver, type OtlpReceiver } from '../kit/otlp-receiver.js';
import { PATIENCE_MS, until } from '../kit/patience.js';
import { recordingUpstream, type RecordingUpstream } from '../kit/upstream.js';
import { base64Cores, canaries, each, filesBelow, formsOf, hex, leaks, type Canary, type Sink } from './canaries.js';

/** Whoever is not answered by then goes away; only where the answer matters is it waited for. */
const LEAVES_AFTER_MS = 20_000;
/** For hundreds of exchanges one after the other, on a machine that is slow or shared. */
const MOST_MS = 1_800_000;
const RETENTION_MS = 40 * 24 * 3_600_000;
const FILLER = 'lorem ipsum dolor sit amet '.repeat(4_000);
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };
const JSON_TYPE = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const number = canaries(6);
/** Numbers that were let go on purpose: the search must find them at their destination. */
const sent: string[] = [];
const sinks: Sink[] = [];
const keep = (name: string, text: string | Buffer): void => void sinks.push({ name, bytes: Buffer.isBuffer(text) ? text : Buffer.from(text) });

const dataDir = gatewayFolder('inside');
const temp = gatewayFolder('inside-tmp');
const configFolder = gatewayFolder('inside-config');
let upstream: RecordingUpstream;
let receiver: RecordingUpstream;
let collector: OtlpReceiver;
let gateway: Gateway;
const states = new Map<string, string>();

function config(closedPort: number): string {
  const to = `upstream: { url: "${upstream.url}" }`;
  const away = `upstream: { url: "http://127.0.0.1:${String(closedPort)}", connectTimeout: 1s }`;
  const facts = 'facts: { user: { basic: true }, sender: { header: x-from, trusted: false }, recipients: { query: to }, subject: { header: subject, trusted: false } }';
  return `
version: 1
listen: { data: { port: 0 }, admin: { port: 0 } }
limits: { spoolMemory: 0B, drain: 2s, headBytes: 16KiB }
log: { level: debug }
alerts: { webhooks: [{ id: hook, url: "${receiver.url}/alerts", secret: { env: HOOK_SECRET } }] }
routes:
  - { id: watch, match: { path: /watch }, ${to}, policy: mask-all, monitor: true, scanHeaders: [x-note], ${facts} }
  - { id: mask, match: { path: /mask }, ${to}, policy: mask-all, scanHeaders: [x-note], ${facts} }
  - { id: mail, match: { path: /mail }, ${to}, policy: mixed, facts: { sender: { json: from }, recipients: { json: to }, subject: { json: subject } } }
  - { id: hold, match: { path: /hold }, ${to}, policy: hold-all, scanHeaders: [x-note], ${facts} }
  - { id: refuse, match: { path: /refuse }, ${to}, policy: hold-all, onHold: refuse }
  - { id: resubmit, match: { path: /resubmit }, ${to}, policy: hold-all, release: resubmit, onHold: refuse }
  - { id: block, match: { path: /block }, ${to}, policy: block-all, scanHeaders: [x-note], ${facts} }
  - { id: small, match: { path: /small }, ${to}, policy: hold-all, maxBody: 1KiB }
  - { id: away, match: { path: /away }, ${away}, policy: mask-all }
  - { id: hold-away, match: { path: /hold-away }, ${away}, policy: hold-all }
  - { id: down-mask, match: { path: /down-mask }, ${to}, policy: mask-all, direction: [response] }
  - { id: down-hold, match: { path: /down-hold }, ${to}, policy: hold-all, direction: [request, response] }
  - { id: down-block, match: { path: /down-block }, ${to}, policy: block-all, direction: [response] }
  - { id: raw, match: { path: /raw }, ${to}, scan: false }
  - { id: raw-away, match: { path: /raw-away }, ${away}, scan: false }
policies:
  mask-all: { rules: [{ id: all, when: { found: { confidence: 0.3 } }, action: mask, otherwise: hold }] }
  hold-all: { rules: [{ id: all, when: { found: { confidence: 0.3 } }, action: hold }] }
  block-all: { unscannable: block, rules: [{ id: all, when: { found: { confidence: 0.3 } }, action: block, severity: high }] }
  mixed:
    rules:
      - { id: many, when: { found: { distinct: 3 } }, action: block }
      - { id: few, when: { found: {} }, action: mask, otherwise: hold }
`;
}

interface Answered {
  readonly status: number;
  readonly incident: string | undefined;
}

/** Sends, keeps the answer as a place to be searched, and tells how it ended. */
async function ask(name: string, path: string, init: RequestInit = {}, withinMs = LEAVES_AFTER_MS): Promise<Answered> {
  try {
    const answer = await fetch(`${gateway.dataUrl}${path}`, { method: 'POST', ...init, signal: AbortSignal.timeout(withinMs) });
    keep(`answer to ${name}`, `${String(answer.status)} ${answer.statusText} ${JSON.stringify([...answer.headers])}\n${await answer.text()}`);
    return { status: answer.status, incident: answer.headers.get('weir-incident') ?? undefined };
  } catch {
    return { status: 0, incident: undefined };
  }
}

/** Bytes as they are, for what no HTTP client would send. With `leave` the client goes away without waiting. */
async function rawly(name: string, bytes: string | Buffer, options: { readonly leaveAfterMs?: number } = {}): Promise<void> {
  const { hostname, port } = new URL(gateway.dataUrl);
  const socket = connect(Number(port), hostname);
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  socket.on('error', () => undefined);
  const over = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.write(bytes);
  if (options.leaveAfterMs === undefined) await Promise.race([over, delay(1_500)]);
  else await delay(options.leaveAfterMs);
  socket.destroy();
  await over;
  keep(`answer to ${name}`, Buffer.concat(parts));
}

async function api(name: string, method: 'GET' | 'POST', path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await gateway.api(method, path, body);
  keep(`API answer to ${name}`, answer.text);
  return answer;
}

async function stateOf(id: string): Promise<string> {
  return (JSON.parse((await api(`view ${id}`, 'GET', `/messages/${id}`)).text) as { state: string }).state;
}

function known(name: string, answered: Answered, status: number): string {
  states.set(name, `${String(answered.status)} wanted ${String(status)}`);
  return answered.incident ?? '';
}

const multipart = (fileName: string, content: string, end = '--b0undary--\r\n'): RequestInit => ({
  headers: { 'content-type': 'multipart/form-data; boundary=b0undary' },
  body: `--b0undary\r\nContent-Disposition: form-data; name="note"\r\n\r\n${number.phone(`form part beside ${fileName.slice(-8)}`)}\r\n--b0undary\r\nContent-Disposition: form-data; name="file"; filename="${fileName}"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n${end}`,
});
const basic = (user: string): string => `Basic ${Buffer.from(`${user}:secret`).toString('base64')}`;
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

/** The same requests on routes that watch, mask, hold and block: a canary in each place of a request. */
async function everywhere(route: string): Promise<void> {
  const on = (where: string): string => `${where} on ${route}`;
  await ask(on('body'), `/${route}/a`, { headers: TEXT, body: `电话 ${number.phone(on('text body'))}, 身份证 ${number.id(on('text body'))}\n${FILLER}` });
  await ask(on('query'), `/${route}/b?to=someone@b.example&id=${number.id(on('query'))}`, { headers: TEXT, body: 'hello' });
  await ask(on('recipient'), `/${route}/b2?to=${number.phone(on('recipient'))}@b.example`, { headers: TEXT, body: 'hello' });
  await ask(on('path'), `/${route}/files/${number.id(on('path'))}/x`, { headers: TEXT, body: 'hello' });
  await ask(on('encoded path'), `/${route}/%E8%AF%81${each(number.id(on('encoded path')), (code) => `%${hex(code)}`)}.txt`, { method: 'PUT', headers: TEXT, body: 'hello' });
  await ask(on('field'), `/${route}/c`, { headers: { ...TEXT, 'x-note': `card ${number.card(on('field'))}` }, body: 'hello' });
  await ask(on('subject'), `/${route}/d`, { headers: { ...TEXT, subject: `about ${number.id(on('subject'))}`, 'x-from': `${number.phone(on('sender'))}@a.example` }, body: 'hello' });
  await ask(on('user'), `/${route}/e`, { headers: { ...TEXT, authorization: basic(number.phone(on('user'))) }, body: `card ${number.card(on('body with user'))}` });
  await ask(on('file name'), `/${route}/f`, { headers: { ...TEXT, 'content-disposition': `attachment; filename="${number.id(on('file name'))}.txt"` }, body: 'hello' });
  await ask(on('file in path'), `/${route}/${number.card(on('file in path'))}.txt`, { method: 'PUT', headers: TEXT, body: 'hello' });
  await ask(on('JSON'), `/${route}/g`, { headers: JSON_TYPE, body: JSON.stringify({ subject: number.id(on('JSON subject')), from: `${number.phone(on('JSON from'))}@a.example`, to: [`${number.phone(on('JSON to'))}@b.example`], id: Number(number.phone(on('bare JSON number'))), [number.card(on('JSON key'))]: 1 }) });
  await ask(on('broken JSON'), `/${route}/h`, { headers: JSON_TYPE, body: `{"id": "${number.id(on('broken JSON'))}", ` });
  await ask(on('form'), `/${route}/i`, { headers: FORM, body: `id=${number.id(on('form'))}&card=${each(number.card(on('percent form')), (code) => `%${hex(code)}`)}` });
  await ask(on('multipart'), `/${route}/j`, multipart(`${number.id(on('multipart file name'))}.txt`, `身份证 ${number.id(on('multipart file'))}\n${FILLER}`));
  await ask(on('malformed multipart'), `/${route}/k`, multipart('a.txt', number.card(on('malformed multipart')), '--b0und'));
  await ask(on('boundary'), `/${route}/k2`, { headers: { 'content-type': `multipart/form-data; boundary=${number.card(on('boundary'))}` }, body: `--${number.card(on('wrong boundary'))}\r\n\r\nx` });
  await ask(on('media type'), `/${route}/k3`, { headers: { 'content-type': `application/x-${number.card(on('media type'))}` }, body: `身份证 ${number.id(on('body of a strange media type'))}` });
  await ask(on('text type'), `/${route}/k5`, { headers: { 'content-type': `text/${number.phone(on('text type'))}` }, body: `身份证 ${number.id(on('body of a strange text type'))}` });
  await ask(on('disguised recipient'), `/${route}/k6?to=a@${encodeURIComponent(number.phone(on('disguised recipient')).replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit))))}.example`, { headers: TEXT, body: number.id(on('body to a disguised recipient')) });
  await ask(on('named recipient'), `/${route}/k7?to=${encodeURIComponent(`"王 ${number.id(on('named recipient'))}" <a@b.example>`)}`, { headers: TEXT, body: number.id(on('body to a named recipient')) });
  await ask(on('grouped path'), `/${route}/${number.card(on('grouped path')).replace(/(.{4})/g, '$1-')}/x`, { headers: TEXT, body: number.id(on('body of a grouped path')) });
  await ask(on('part name'), `/${route}/k8`, { headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: `--b\r\nContent-Disposition: form-data; name="${number.id(on('part name'))}"\r\nContent-Type: text/${number.card(on('type of a part'))}; charset=${number.phone(on('charset of a part'))}\r\nContent-Transfer-Encoding: ${number.phone(on('encoding of a part'))}\r\n\r\n${number.id(on('part'))}\r\n--b--\r\n` });
  await ask(on('form key'), `/${route}/k9`, { headers: FORM, body: `${number.id(on('form key'))}=${number.id(on('form value'))}` });
  await ask(on('charset'), `/${route}/k4`, { headers: { 'content-type': `text/plain; charset=x${number.card(on('charset'))}` }, body: 'hello' });
  await ask(on('full-width'), `/${route}/l`, { headers: TEXT, body: `证号 ${number.id(on('full-width')).replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit)))}` });
  await ask(on('method'), `/${route}/m`, { method: `M${number.phone(on('method'))}`, headers: TEXT, body: number.id(on('body of a strange method')) });
  await ask(on('UTF-16'), `/${route}/n`, { headers: { 'content-type': 'text/plain; charset=utf-16' }, body: utf16(`身份证 ${number.id(on('UTF-16'))}`) });
  await ask(on('unknown bytes'), `/${route}/o`, { headers: { 'content-type': 'application/octet-stream' }, body: Buffer.concat([Buffer.from([0, 1, 2, 255, 254, 0, 7]), Buffer.from(number.id(on('unknown bytes')))]) });
  await ask(on('coded'), `/${route}/p`, { headers: { ...TEXT, 'content-encoding': number.card(on('content coding')) }, body: number.id(on('coded')) });
}

/** What goes wrong on the way. */
async function mishaps(): Promise<void> {
  await ask('too large', '/small/a', { headers: TEXT, body: `${number.id('too large')} ${FILLER}` });
  await ask('no route', `/nowhere/${number.id('no route')}`, { headers: TEXT, body: number.card('no route body') });
  await ask('no route, a page', `/nowhere/${number.id('no route page')}`, { headers: { ...TEXT, accept: 'text/html', 'accept-language': 'zh' }, body: number.card('no route page body') });
  await ask('blocked, a page', '/block/page', { headers: { ...TEXT, accept: 'text/html' }, body: number.id('blocked page') });
  await ask('held, a page', '/hold/page', { headers: { ...TEXT, accept: 'text/html', 'accept-language': 'zh' }, body: number.id('held page') });
  await ask('destination down', `/away/${number.card('path to a destination that is down')}`, { headers: TEXT, body: number.id('destination down') });
  await ask('unscanned destination down', `/raw-away/${number.card('path unscanned, down')}?q=${number.phone('query unscanned, down')}`, { headers: TEXT, body: 'hello' });
  upstream.next({ reset: 'head' });
  await ask('destination resets at the head', '/mask/reset', { headers: TEXT, body: `${number.id('reset head')} ${FILLER}` });
  upstream.next({ reset: 'body' });
  await ask('destination resets at the body', '/mail/reset', { headers: JSON_TYPE, body: JSON.stringify({ id: number.id('reset body') }) });
  upstream.next({ reset: 'answer', body: `the answer names ${number.id('half an answer')}` });
  await ask('destination resets in its answer', '/down-hold/reset', { method: 'GET' });
  upstream.next({ status: 500, statusText: `failed for ${number.phone('reason phrase')}`, fields: [['Location', `/x/${number.card('Location')}`]], body: 'no' });
  await ask('unseen answer', '/hold-away/none', { headers: TEXT, body: number.id('held for a destination that is down') });
  upstream.next();

  const host = new URL(gateway.dataUrl).host;
  const post = (path: string, more = ''): string => `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: text/plain\r\n${more}`;
  await rawly('aborted upload to mask', `${post('/mask/abort')}Content-Length: 100000\r\n\r\n身份证 ${number.id('aborted upload, mask')} ${FILLER.slice(0, 30_000)}`, { leaveAfterMs: 250 });
  await rawly('aborted upload to hold', `${post('/hold/abort')}Content-Length: 100000\r\n\r\n身份证 ${number.id('aborted upload, hold')} ${FILLER.slice(0, 30_000)}`, { leaveAfterMs: 250 });
  await rawly('aborted chunked upload', `${post('/hold/abort')}Transfer-Encoding: chunked\r\n\r\n20\r\n${number.id('aborted chunked upload')}`, { leaveAfterMs: 250 });
  await rawly('bad chunk', `${post('/hold/chunk')}Transfer-Encoding: chunked\r\n\r\n12\r\n${number.id('before a bad chunk')}\r\nzz${number.card('bad chunk size')}\r\n`);
  await rawly('no HTTP', `${number.id('no HTTP')} ${number.card('no HTTP either')}\r\n\r\n`);
  await rawly('bad method', `GE(T /${number.id('bad request line')} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await rawly('bad field', `${post('/hold/field')}Bad Field${number.card('bad field name')}: x\r\n\r\n`);
  await rawly('two lengths', `${post('/hold/two')}Content-Length: 18\r\nContent-Length: ${number.card('second length')}\r\n\r\n${number.id('two lengths')}`);
  await rawly('huge head', `${post('/hold/huge')}X-Note: ${number.card('huge head')}${'x'.repeat(60_000)}\r\n\r\n`);
  await rawly('bad host', `POST /hold/x HTTP/1.1\r\nHost: ${number.card('bad host')}/x\r\nContent-Length: 0\r\n\r\n`);
  await rawly('strange host', `POST /hold/x HTTP/1.1\r\nHost: ${number.phone('strange host')}.example\r\nContent-Type: text/plain\r\nContent-Length: 18\r\nConnection: close\r\n\r\n${number.id('body to a strange host')}`);
  await rawly('upgrade', `GET /hold/${number.id('upgrade')} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: ${number.card('upgrade key')}\r\nSec-WebSocket-Version: 13\r\n\r\n`);
  await rawly('CONNECT', `CONNECT ${number.phone('CONNECT')}.example:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await rawly('expectation', `${post('/hold/expect')}Expect: ${number.card('Expect')}\r\nContent-Length: 18\r\n\r\n${number.id('body behind Expect')}`);
  await rawly('lying length', `${post('/hold/short')}Content-Length: 500\r\nConnection: close\r\n\r\n${number.id('lying length')}`, { leaveAfterMs: 200 });
}

/** Numbers in the text, the names and the files of mails: in encodings, documents, archives, and mails within. */
async function attachments(): Promise<void> {
  for (const route of ['mask', 'hold']) {
    const on = (where: string): string => `${where} of a mail with attachments on ${route}`;
    const body = await attachedMail({ text: number.id(on('text')), document: number.id(on('document')), cell: number.id(on('cell')), name: number.id(on('name')), forwarded: number.id(on('forwarded mail')) });
    await ask(on('answer'), `/${route}/attachments`, { headers: { 'content-type': ATTACHED_TYPE }, body });
  }
}

/** Answers of destinations, scanned on their way back. */
async function downloads(): Promise<void> {
  const answer = (name: string): string => `身份证 ${number.id(name)}\n${FILLER}`;
  for (const route of ['down-mask', 'down-hold', 'down-block']) {
    upstream.next({ fields: [['Content-Type', 'text/plain; charset=utf-8']], body: answer(`answer on ${route}`) });
    await ask(`download on ${route}`, `/${route}/list`, { method: 'GET' });
    upstream.next({ fields: [['Content-Type', 'text/plain'], ['Content-Disposition', `attachment; filename="${number.id(`file name of an answer on ${route}`)}.txt"`]], body: `card ${number.card(`second answer on ${route}`)}` });
    const headAlone = await fetch(`${gateway.dataUrl}/${route}/named`, { signal: AbortSignal.timeout(LEAVES_AFTER_MS) }).then((one) => one.text(), () => '');
    keep(`named download on ${route}`, headAlone);
  }
}

/** Everything a reviewer can do to a held message, and some things that cannot be done. */
async function reviews(): Promise<void> {
  const held = async (name: string, path = '/hold'): Promise<{ id: string; body: string }> => {
    const body = `身份证 ${number.id(name)}, card ${number.card(name)}\n${FILLER}`;
    return { id: known(name, await ask(name, `${path}/${name.replace(/[^a-z]/g, '-')}?to=a@b.example`, { headers: TEXT, body }, PATIENCE_MS), path === '/refuse' || path === '/resubmit' ? 403 : 202), body };
  };
  const original = await held('released as it was');
  sent.push(number.all.at(-1)?.value ?? '');
  await api('release', 'POST', `/messages/${original.id}/release`, { as: 'original', reason: 'checked with the sender' });
  const masked = await held('released masked');
  await api('release', 'POST', `/messages/${masked.id}/release`, { as: 'masked', reason: 'numbers are not needed' });
  const rejected = await held('rejected');
  await api('reject', 'POST', `/messages/${rejected.id}/reject`, { reason: 'not allowed' });
  const refused = await held('refused', '/refuse');
  const twice = await held('held twice');
  const again = await ask('held again', '/hold/held-twice?to=a@b.example', { headers: TEXT, body: twice.body }, PATIENCE_MS);
  expect(again.incident).toBe(twice.id);
  const permitted = await held('resubmitted', '/resubmit');
  await api('release', 'POST', `/messages/${permitted.id}/release`, { as: 'original', reason: 'may pass once' });
  const nowhere = await held('released to nobody', '/hold-away');
  await api('release', 'POST', `/messages/${nowhere.id}/release`, { as: 'original', reason: 'try it' });
  upstream.always({ status: 404, statusText: `no ${number.phone('reason phrase of a refusal')}`, body: `unknown: ${number.id('body of a refusal')}` });
  const failing = await held('released in vain');
  await until('the end of the first releases', async () => (await Promise.all([original, masked, permitted].map(({ id }) => stateOf(id)))).every((state) => state === 'released' || state === 'failed'));
  await api('release', 'POST', `/messages/${failing.id}/release`, { as: 'original', reason: 'try it' });
  await until('a failed release', async () => (await stateOf(failing.id)) === 'failed');
  upstream.always({});
  for (const { id } of [original, masked]) if ((await stateOf(id)) === 'failed') await api('settle', 'POST', `/messages/${id}/settle`, { outcome: 'retry', reason: 'again' });
  for (const { id } of [original, masked, permitted]) await until('a release', async () => (await stateOf(id)) === 'released');
  await ask('resubmitted by its sender', '/resubmit/resubmitted?to=a@b.example', { headers: TEXT, body: permitted.body });
  await until('a try in vain', async () => (await api('view', 'GET', `/messages/${nowhere.id}`)).text.includes('lastError'));

  const { id } = refused;
  await api('a reason with a number', 'POST', `/messages/${id}/release`, { as: 'original', reason: `for ${number.id('reason')}` });
  await api('a reason with a grouped number', 'POST', `/messages/${id}/reject`, { reason: number.card('grouped reason').replace(/(.{4})/g, '$1 ') });
  await api('an unknown key', 'POST', `/messages/${id}/reject`, { reason: 'x', [number.card('unknown key of the API')]: 1 });
  await api('a wrong value', 'POST', `/messages/${id}/release`, { as: number.id('wrong value of the API'), reason: 'x' });
  await api('a wrong id', 'GET', `/messages/${number.card('id asked for')}`);
  await api('a decision on a wrong id', 'POST', `/messages/${number.id('id decided on')}/reject`, { reason: 'x' });
  await api('a wrong state', 'GET', `/messages?state=${number.id('state asked for')}`);
  await api('a wrong route', 'GET', `/messages?route=r${number.card('route asked for')}`);
  await api('a wrong page', 'GET', `/messages?after=${number.id('page asked for')}&limit=3`);
  await api('an unknown filter', 'GET', `/messages?x${number.id('unknown filter')}=1`);
  await api('an unknown path', 'GET', `/${number.id('unknown API path')}`);
  const broken = await fetch(`${gateway.adminUrl}/api/v1/messages/${id}/reject`, { method: 'POST', headers: { ...JSON_TYPE, authorization: `Bearer ${gateway.token}` }, body: `{"reason": ${number.id('broken JSON to the API')}x` });
  keep('API answer to broken JSON', await broken.text());
  for (const path of [`/${number.id('admin path')}`, `/readyz?for=${number.id('readyz')}`, `/%${number.card('bad escape')}`]) {
    const answer = await fetch(`${gateway.adminUrl}${path}`, { headers: { authorization: `Bearer ${number.id('wrong token')}${path.length}` } });
    keep(`admin answer to ${path.slice(0, 4)}`, await answer.text());
  }
}

let looked = 0;

/** What a reviewer sees of a message's content: every part, its first page, and what a masked release would make of it. */
async function looks(id: string): Promise<void> {
  const list = await api(`content of ${id}`, 'GET', `/messages/${id}/content`);
  // What has ended has no content any more.
  if (list.status === 410) return;
  expect({ id, status: list.status }).toEqual({ id, status: 200 });
  looked++;
  const { parts } = JSON.parse(list.text) as { parts: { path: string }[] };
  for (const { path } of parts) {
    await api(`content of ${id}`, 'GET', `/messages/${id}/content?part=${encodeURIComponent(path)}`);
    if (path !== 'head') await api(`comparison of ${id}`, 'GET', `/messages/${id}/compare?part=${encodeURIComponent(path)}`);
  }
}

/** Files an operator could write: wrong ones are refused with words, and the words quote no value. */
async function reloads(good: string): Promise<void> {
  const file = join(configFolder, 'weir.yaml');
  const attempts = [
    good.replace('action: hold }', `action: "${number.id('wrong action in the configuration')}" }`),
    good.replace('log: { level: debug }', `log: { level: debug }\ndetectors: { patterns: [{ id: staff, title: { zh: a, en: a }, pattern: "(${number.id('pattern that is none')}", cases: { hit: ["${number.id('case that is none')}"], miss: ["x"] }, digits: "${number.id('no digits')}" }] }`),
    good.replace('version: 1', `version: 1\n: [${number.id('no YAML')}`),
    good.replace('log: { level: debug }', `log: { level: debug }\ntrustedProxies: ["${number.card('no network')}"]`),
    good.replace(receiver.url, `ftp://${number.phone('no URL')}.example`),
  ];
  for (const text of attempts) {
    const before = gateway.said().length;
    writeFileSync(file, text);
    await until('a refused configuration', () => gateway.said().slice(before).includes('config.refused'));
  }
  writeFileSync(file, good);
  await until('a good configuration', () => gateway.said().includes('config.reloaded'));
}

/** What lies in the spool while an upload is under way: the file has no name, but it has bytes. */
async function whileSpooling(): Promise<void> {
  const { hostname, port, host } = new URL(gateway.dataUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(`POST /hold/slow HTTP/1.1\r\nHost: ${host}\r\nContent-Type: text/plain\r\nContent-Length: 900000\r\n\r\n${`身份证 ${number.id('slow upload')} ${FILLER}`.repeat(2)}`);
  const spooled = (): Buffer[] =>
    readdirSync(`/proc/${String(gateway.pid)}/fd`).flatMap((fd) => {
      const path = `/proc/${String(gateway.pid)}/fd/${fd}`;
      try {
        return /spool-[0-9a-f]+\.tmp/.test(readlinkSync(path)) ? [readFileSync(path)] : [];
      } catch {
        // Closed meanwhile.
        return [];
      }
    });
  await until('a spool on the disk', () => spooled().some(({ length }) => length > 100_000));
  for (const bytes of spooled()) keep('the spool of a running upload', bytes);
  for (const one of [...filesBelow(join(dataDir, 'spool'), 'spool while running'), ...filesBelow(temp, 'temp folder while running')]) sinks.push(one);
  socket.destroy();
}

/** Every row of every table of every schema, as text. */
async function tables(): Promise<Sink[]> {
  const home = readFileSync(join(dataDir, 'postgres.location'), 'utf8').trim();
  const client = new Client({ host: join(home, 'run'), port: 5432, user: OWNER_ROLE, password: readFileSync(join(dataDir, 'keys', 'postgres'), 'utf8').trim(), database: 'weir' });
  await client.connect();
  try {
    const found = await client.query<{ schema: string; name: string }>("select table_schema as schema, table_name as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'");
    const dumped: Sink[] = [];
    for (const { schema, name } of found.rows) {
      const rows = await client.query<{ line: string }>(`select whole_row::text || ' ' || row_to_json(whole_row)::text as line from ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)} whole_row`);
      dumped.push({ name: `table ${schema}.${name}`, bytes: Buffer.from(rows.rows.map(({ line }) => line).join('\n')) });
    }
    return dumped;
  } finally {
    await client.end();
  }
}

let dumped: readonly Sink[] = [];
let alerts: readonly Sink[] = [];

beforeAll(async () => {
  [upstream, receiver, collector] = await Promise.all([recordingUpstream(), recordingUpstream(), otlpReceiver()]);
  const good = config(await freePort());
  gateway = await startGateway({
    configFile: writeConfig(configFolder, good), dataDir,
    pace: { everyMs: { dispatch: 100, reconcile: 300, expire: 300, alert: 300 }, stalledAfterMs: 2_000 },
    env: { HOOK_SECRET: 'a secret of this test only', TMPDIR: temp, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '500' },
  });
  receiver.next({ status: 500, body: 'not now' });
  for (const route of ['watch', 'mask', 'mail', 'hold', 'block']) await everywhere(route);
  await mishaps();
  await attachments();
  await downloads();
  await whileSpooling();
  await reviews();
  await reloads(good);
  // The database dies under a hold and under a block: refusals, journal, recovery.
  gateway.killPostgres();
  await Promise.all([
    ask('held without a database', '/hold/x', { headers: TEXT, body: number.id('held without a database') }),
    ask('blocked without a database', `/block/${number.card('path blocked without a database')}`, { headers: TEXT, body: number.id('blocked without a database') }),
  ]);
  for (const one of filesBelow(join(dataDir, 'journal'), 'journal without a database')) sinks.push(one);
  await until('a ready gateway', async () => (await fetch(`${gateway.adminUrl}/readyz?for=hold`)).ok);
  keep('/metrics', await (await fetch(`${gateway.adminUrl}/metrics`)).text());
  keep('/metrics with exemplars', await (await fetch(`${gateway.adminUrl}/metrics`, { headers: { accept: 'application/openmetrics-text' } })).text());
  for (const path of ['/', '/readyz', '/healthz', '/api/v1/openapi.json']) keep(path, await (await fetch(`${gateway.adminUrl}${path}`)).text());
  await api('monitor report', 'GET', '/monitor-report');
  const { messages } = JSON.parse((await api('list', 'GET', '/messages?limit=200')).text) as { messages: { id: string; state: string }[] };
  for (const { id } of messages) {
    await api(`view ${id}`, 'GET', `/messages/${id}`);
    await looks(id);
  }
  expect(looked).toBeGreaterThan(20);
  dumped = await tables();
  // What is still held ends by itself.
  const open = messages.find(({ state }) => state === 'held');
  gateway.setOffset(RETENTION_MS);
  await until('an expired message', async () => open !== undefined && (await stateOf(open.id)) === 'expired');
  // How many messages they make depends on what falls into one window.
  await until('alerts', () => receiver.requests.some(({ body }) => body.includes('"expiry"')));
  dumped = [...dumped, ...(await tables())];
  await gateway.stop();
  alerts = receiver.requests.map(({ target, fields, body }, at) => ({ name: `alert ${String(at)}`, bytes: Buffer.concat([Buffer.from(JSON.stringify([target, fields])), body]) }));
}, MOST_MS);

afterAll(async () => {
  await endGateways();
  await Promise.all([upstream.close(), receiver.close(), collector.close()]);
});

describe('law 6: values stay inside', () => {
  it('the search finds a planted number in every form it looks for', () => {
    const planted: Canary[] = [{ name: 'planted', value: canaries(7).id('planted') }, { name: 'planted', value: canaries(7).phone('planted') }];
    for (const one of planted) {
      for (const { way, bytes } of formsOf(one.value)) {
        expect({ way, found: leaks([one], [{ name: 'here', bytes: Buffer.concat([Buffer.from('x9'), bytes, Buffer.from('4y')]) }]).length > 0 }).toEqual({ way, found: true });
      }
      for (const shift of [0, 1, 2]) {
        const around = Buffer.concat([Buffer.alloc(shift, 'a'), Buffer.from(one.value), Buffer.from('tail')]).toString('base64');
        expect(leaks([one], [{ name: 'here', bytes: Buffer.from(around) }]).join()).toContain('base64');
      }
    }
    expect(base64Cores(Buffer.from('13800138000')).every((core) => core.length >= 10)).toBe(true);
  });

  it('the search finds what was let go at its destination', () => {
    const arrived = upstream.requests.map(({ body }, at) => ({ name: `request ${String(at)}`, bytes: body }));
    for (const value of sent) expect(leaks([{ name: 'sent', value }], arrived).length).toBeGreaterThan(0);
    expect(sent.length).toBeGreaterThan(0);
  });

  it('the paths ended as they were meant to', () => {
    expect([...states].filter(([, said]) => !/^(\d+) wanted \1$/.test(said))).toEqual([]);
    expect(number.all.length).toBeGreaterThan(150);
  });

  it('no log line names one', () => {
    expect(gateway.said()).toContain('weir.started');
    expect(leaks(number.all, [{ name: 'stdout and stderr', bytes: Buffer.from(gateway.said()) }])).toEqual([]);
  });

  it('no span and no exported log line names one', () => {
    expect(collector.spans.filter(({ name }) => name === 'seal').length).toBeGreaterThan(10);
    expect(collector.logs.some(({ body }) => body === 'exchange')).toBe(true);
    expect(leaks(number.all, collector.raw.map((text, at) => ({ name: `export ${String(at)}`, bytes: Buffer.from(text) })))).toEqual([]);
  });

  it('no answer, page, metric or report names one', () => {
    expect(sinks.length).toBeGreaterThan(150);
    expect(leaks(number.all, sinks)).toEqual([]);
  });

  it('no alert names one', () => {
    // How many messages they make depends on what falls into one window.
    expect(alerts.some(({ bytes }) => bytes.includes('"hold"')) && alerts.some(({ bytes }) => bytes.includes('"expiry"'))).toBe(true);
    expect(leaks(number.all, alerts)).toEqual([]);
  });

  it('no row of any table names one', () => {
    expect(dumped.map(({ name }) => name)).toEqual(expect.arrayContaining(['table weir.messages', 'table weir.audit', 'table weir.alert_events']));
    expect(leaks(number.all, dumped)).toEqual([]);
  });

  it('no file of the data folder, of the database or of the temp folder holds one', () => {
    const files = [...filesBelow(dataDir, 'data'), ...filesBelow(temp, 'temp')];
    expect(files.some(({ name }) => name.includes('pg_wal/'))).toBe(true);
    expect(files.some(({ name }) => name.includes('vault/'))).toBe(true);
    expect(leaks(number.all, files)).toEqual([]);
  });
});
