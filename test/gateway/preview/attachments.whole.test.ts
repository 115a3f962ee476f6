/** What a person sees of a held mail with attachments, in a running gateway: each text masked, whatever it lies in. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CompareAnswer } from '../../../gateway/review/compare-schemas.js';
import type { ContentAnswer, ContentPart } from '../../../gateway/review/content-schemas.js';
import { attachedMail, ATTACHED_TYPE } from '../../kit/attached-mail.js';
import { endGateways, gatewayFolder, startGateway, writeConfig, type Gateway } from '../../kit/gateway.js';
import { recordingUpstream, type RecordingUpstream } from '../../kit/upstream.js';
import { canaries, leaks, type Sink } from '../../laws/canaries.js';

const number = canaries(661);
const numbers = { text: number.id('text'), document: number.id('document'), cell: number.id('cell'), name: number.id('name'), forwarded: number.id('forwarded') };
const sinks: Sink[] = [];
let gateway: Gateway;
let upstream: RecordingUpstream;
let message: string;
let list: ContentAnswer;

async function get<T>(path: string): Promise<T> {
  const { status, text } = await gateway.api('GET', `/messages/${message}${path}`);
  sinks.push({ name: path, bytes: Buffer.from(text) });
  expect({ path, status }).toEqual({ path, status: 200 });
  return JSON.parse(text) as T;
}
const content = (part: string, offset = 0): Promise<ContentAnswer> => get(`/content?part=${encodeURIComponent(part)}&offset=${String(offset)}`);
const named = (name: string): ContentPart => {
  const part = list.parts.find((one) => one.name === name);
  if (part === undefined) throw new Error(`no part named ${name} among ${list.parts.map((one) => `${one.path} ${one.name ?? ''}`).join(', ')}`);
  return part;
};
const shown = ({ view }: ContentAnswer): string => ('segments' in view ? view.segments.map(({ text }) => text).join('') : view.kind);
const marks = ({ view }: ContentAnswer): readonly (number | undefined)[] => ('segments' in view ? view.segments.filter(({ masked }) => masked === true).map(({ finding }) => finding) : []);
const masked = (value: string): string => `${value.slice(0, 1)}${'*'.repeat(16)}${value.slice(-1)}`;

beforeAll(async () => {
  const mail = await attachedMail(numbers);
  upstream = await recordingUpstream();
  const configFile = writeConfig(gatewayFolder('shown-config'), `
version: 1
listen: { data: { port: 0 }, admin: { port: 0 } }
routes: [{ id: hold, match: { path: /hold }, upstream: { url: "${upstream.url}" }, policy: hold-all }]
policies: { hold-all: { rules: [{ id: all, when: { found: { confidence: 0.3 } }, action: hold }] } }
`);
  gateway = await startGateway({ configFile, dataDir: gatewayFolder('shown') });
  const answer = await fetch(`${gateway.dataUrl}/hold`, { method: 'POST', headers: { 'content-type': ATTACHED_TYPE }, body: mail });
  expect(answer.status).toBe(202);
  message = answer.headers.get('weir-incident') ?? '';
  list = await get('/content');
});
afterAll(async () => {
  await endGateways();
  await upstream.close();
});

describe('a held mail with attachments', () => {
  it('lists its parts by the names they have, with what was undone to read each', () => {
    expect(list.view).toEqual({ kind: 'mail' });
    expect(named('合同.docx')).toMatchObject({ chain: ['base64', 'zip', 'docx'], readable: true, holds: true, unscanned: 0 });
    expect(named('word/document.xml')).toMatchObject({ chain: ['utf-8', 'xml'], readable: true });
    expect(named('名单.xlsx')).toMatchObject({ chain: ['zip', 'xlsx'], holds: true });
    expect(list.parts.some(({ name }) => /^客户 \d\*+\d|^客户 [\d_X*]+\.zip$/.test(name ?? ''))).toBe(true);
  });

  it('shows the text in GB18030 behind base64, and points at the finding', async () => {
    const part = list.parts.find(({ chain }) => chain.includes('gb18030'));
    const answer = await content(part?.path ?? '');
    expect(shown(answer)).toBe(`各位好，身份证 ${masked(numbers.text)}，谢谢。\n`);
    expect(marks(answer)).toEqual([expect.any(Number)]);
  });

  it('shows a document as people read it, not as XML', async () => {
    const answer = await content(named('word/document.xml').path);
    expect(shown(answer)).toContain(`乙方身份证 ${masked(numbers.document)}，请核对`);
    expect(shown(answer)).not.toContain('<');
    expect(marks(answer)).toEqual([expect.any(Number)]);
  });

  it('shows the cells of a sheet within an archive', async () => {
    const sheets = list.parts.filter(({ path, holds }) => path.startsWith(named('名单.xlsx').path) && holds !== true);
    const texts: string[] = [];
    for (const { path } of sheets) texts.push(shown(await content(path)));
    expect(texts.join('\n')).toContain(masked(numbers.cell));
    expect(shown(await content(named('read me.txt').path))).toBe('nothing here\n');
  });

  it('shows a forwarded mail with its soft breaks undone', async () => {
    const texts: string[] = [];
    for (const { path, chain } of list.parts) if (chain.includes('quoted-printable')) texts.push(shown(await content(path)));
    expect(texts).toEqual([`身份证 ${masked(numbers.forwarded)} 谢谢`]);
  });

  it('says of a masked release which containers are written anew, and what becomes of each text', async () => {
    const all: CompareAnswer = await get('/compare');
    expect(all.rewritten.map(({ path }) => path).sort()).toEqual(list.parts.filter(({ chain }) => chain[0] === 'base64' && chain[1] === 'zip').map(({ path }) => path).sort());
    const document = named('word/document.xml').path;
    expect(all.rewritten.flatMap(({ members }) => members)).toContain(document);
    const compared: CompareAnswer = await get(`/compare?part=${encodeURIComponent(document)}`);
    const changes = compared.segments.flatMap((one) => ('stays' in one ? [one] : []));
    expect(changes).toEqual([{ before: expect.any(String), after: masked(numbers.document), stays: false, finding: expect.any(Number) }]);
  });

  it('no value is in any answer', async () => {
    for (const { path } of list.parts) {
      for (let offset: number | undefined = 0; offset !== undefined;) {
        const { view }: ContentAnswer = await content(path, offset);
        offset = 'more' in view ? view.more : undefined;
      }
      if (path !== 'head') await get(`/compare?part=${encodeURIComponent(path)}`);
    }
    await get('');
    expect(leaks(number.all, sinks)).toEqual([]);
  });
});
