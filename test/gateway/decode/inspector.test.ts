/** One body's books: what is sniffed, found, unread and accounted for, and the texts of the head. */
import { describe, expect, it } from '@jest/globals';
import { inspectorFactory } from '../../../gateway/decode/inspector.js';
import { tally } from '../../../gateway/detect/tally.js';
import type { BodyHead, HeadText, Leaf } from '../../../gateway/ports.js';
import { bodyHead, engine, inspectBody } from '../../kit/engine.js';

const factory = engine();
const PHONE = '13800138000';
/** The signature of PNG and a header chunk: enough to be known by. */
const PICTURE = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]), Buffer.from('IHDR'), Buffer.alloc(40, 1)]).toString('base64');
const text = (kind: HeadText['kind'], value: string): HeadText => ({ name: kind, kind, text: value });

describe('sniffing', () => {
  it.each([
    ['text/plain', 'hello', {}, { syntax: 'text', container: false, maskable: true }],
    [undefined, 'hello', {}, { syntax: 'unknown-text', container: true, maskable: true }],
    ['multipart/form-data; boundary=x', '--x', {}, { syntax: 'multipart', container: true, maskable: true }],
    ['text/plain', '', {}, { syntax: 'empty', container: false, maskable: true }],
    ['text/plain', 'hello', { signedBy: ['content-md5'] }, { syntax: 'text', container: false, maskable: false }],
  ] as [string | undefined, string, Partial<BodyHead>, object][])('%s with %j settles what policy must know', (type, prefix, over, expected) => {
    expect(factory.sniff({ ...bodyHead(type), ...over }, Buffer.from(prefix))).toEqual({ ...expected, unscannable: [] });
  });

  it.each([
    ['a picture in JSON', 'application/json', true, () => JSON.stringify({ avatar: `data:image/png;base64,${PICTURE}` })],
    ['a picture in JSON that goes on behind the prefix', 'application/json', true, () => JSON.stringify({ avatar: PICTURE + 'A'.repeat(8_000) }).slice(0, 4_096)],
    ['a picture in a form', 'application/x-www-form-urlencoded', true, () => `name=x&avatar=${encodeURIComponent(PICTURE)}`],
    ['text in base64', 'application/json', false, () => JSON.stringify({ note: Buffer.from('nothing but words, and more words').toString('base64') })],
    ['a digest', 'application/json', false, () => JSON.stringify({ sha256: 'a3f5'.repeat(16) })],
  ])('%s is held where it could not be opened otherwise, or not', (_name, type, container, body) => {
    expect(factory.sniff(bodyHead(type), Buffer.from(body())).container).toBe(container);
  });

  it('names what cannot be read, with its declared size', () => {
    const seen = factory.sniff({ ...bodyHead('text/plain'), contentEncoding: 'gzip', length: 77 }, Buffer.from('x'));
    expect(seen).toEqual({ syntax: 'content-encoding', container: true, unscannable: [{ part: 'body', reason: 'unsupported', bytes: 77, detail: 'content-encoding' }], maskable: false });
  });
});

describe('an inspector', () => {
  it('says that a body is incomplete when its sender left', () => {
    const inspector = factory.inspect(bodyHead('text/plain'), Buffer.from('abc'), () => true);
    inspector.write(Buffer.from('abc'));
    expect(inspector.end(false)).toEqual({ settled: 3, edits: [] });
    expect(inspector.unscannable).toEqual([{ part: 'body', reason: 'malformed', bytes: 0, detail: 'incomplete' }]);
  });

  it('calls nothing scanned once a reader has thrown, and tells why only to the log', () => {
    const thrown: unknown[] = [];
    const leaf: Leaf = { problem: undefined, write: (bytes) => { if (bytes.includes(0x21)) throw new Error(PHONE); return bytes.length; } };
    const failing = inspectorFactory({ leaf: () => leaf, tally, detectors: 'd1', onFailure: (error) => thrown.push(error) });
    const inspector = failing.inspect(bodyHead('text/plain'), Buffer.from('ab!'), () => true);
    inspector.write(Buffer.from('ab'));
    expect(inspector.write(Buffer.from('c!')).settled).toBe(4);
    inspector.write(Buffer.from('more'));
    inspector.end(true);
    expect(thrown).toHaveLength(1);
    expect(inspector.receipt()).toEqual({ size: 8, scanned: 0, unscanned: 8, parts: [{ part: 'body', chain: [], scanned: 0, unscanned: 8, reason: 'failed' }], more: 0, detectors: 'd1', policy: '' });
    expect(inspector.evidence().unscannable.map(({ reason, bytes }) => [reason, bytes])).toEqual([['failed', 8]]);
    expect(JSON.stringify(inspector.unscannable)).not.toContain(PHONE);
  });

  it('names the part of every finding, with the value behind its mask', () => {
    const inspector = factory.inspect(bodyHead('text/plain'), Buffer.from('x'), () => false);
    inspector.write(Buffer.from(`手机 ${PHONE}, 手机 13912345678`));
    inspector.end(true);
    expect(inspector.findings().map(({ preview, part }) => [preview, part])).toEqual([['138****8000', 'body'], ['139****5678', 'body']]);
  });
});

describe('the texts of the head', () => {
  it.each([
    ['query', `a=1&p=${PHONE}`, 'a=1&p=138____8000'],
    ['query', 'p=%31%33%38%30%30%31%33%38%30%30%30', 'p=%31%33%38%5F%5F%5F%5F%38%30%30%30'],
    ['path', `/calls/${PHONE}`, '/calls/138____8000'],
    ['file-name', `${PHONE}.txt`, '138____8000.txt'],
    ['subject', `电话${PHONE}`, '电话138****8000'],
    ['field', `电话１３８００１３８０００`, '电话１３８＊＊＊＊８０００'],
  ] as const)('of kind %s are safe to keep only masked', (kind, value, safe) => {
    const seen = factory.inspectHead([text(kind, value)], () => false);
    expect([seen.safe.get(kind), seen.masked.size, seen.findings.length]).toEqual([safe, 0, 1]);
    expect(seen.findings[0]?.maskable).toBe(kind === 'query');
    expect(seen.findings[0]?.part).toBe(`head/${kind}`);
  });

  it('are masked for the destination in the query alone, in as many characters', () => {
    const value = `p=${PHONE}&q=é%20`;
    const seen = factory.inspectHead([text('query', value), text('subject', PHONE)], () => true);
    expect([...seen.masked]).toEqual([['query', 'p=138____8000&q=é%20']]);
    expect(seen.masked.get('query')).toHaveLength(value.length);
  });

  it('are left alone when nothing in them is to be masked', () => {
    const seen = factory.inspectHead([text('query', 'a=b'), text('path', '/x')], () => true);
    expect([seen.masked.size, seen.safe.get('query'), seen.evidence.classes]).toEqual([0, 'a=b', []]);
  });

  it('are shown to nobody when they hide digits', () => {
    const value = `1${'\u200b'.repeat(70)}2`;
    const seen = factory.inspectHead([text('subject', value)], () => true);
    expect(seen.safe.get('subject')).toBe('_'.repeat(value.length));
    expect(seen.evidence.unscannable).toEqual([{ part: 'head/subject', reason: 'malformed', bytes: Buffer.byteLength(value), detail: 'subject' }]);
  });
});

describe('an address with percent escapes', () => {
  it.each([
    ['text/plain; charset=utf-8', 'see https://a.example/?q=%22@%22 and go on\n'],
    ['application/json', '{"link":"https://a.example/?q=%20@&x=1"}'],
    ['text/html; charset=utf-8', '<a href="https://a.example/?to=%2520%28@%29">x</a>'],
  ])('in %s shows the number behind a quote, blank or bracket', (type, template) => {
    const { findings, output } = inspectBody(type, [Buffer.from(template.replace('@', PHONE))]);
    expect(findings.map(({ detector }) => detector)).toEqual(['cn.phone']);
    expect(output.toString()).toBe(template.replace('@', '138****8000'));
  });
});
