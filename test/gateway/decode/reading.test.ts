/** One reading serves bodies and members alike: edits in order, containers put aside, and what the first bytes tell policy. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leafFactory } from '../../../gateway/detect/leaf.js';
import { MAX_CHILDREN, MAX_DEPTH, PartTree } from '../../../gateway/decode/part-tree.js';
import { beginReading, type PartReading } from '../../../gateway/decode/reading.js';
import type { ChildBytes, Finding } from '../../../gateway/ports.js';
import { detectorSet } from '../../../detectors/scan/scan-units.js';
import { cnPhone } from '../../../detectors/cn-phone.js';
import { bodyHead, chunked, engine } from '../../kit/engine.js';
import { sizes } from '../../laws/bodies.js';
import { runs } from '../../laws/runs.js';

const leaf = leafFactory({ set: detectorSet([cnPhone]), least: 11, keepOf: () => ({ first: 3, last: 4 }), finders: [] }, Buffer.from('key'));
const factory = engine();
const ZIP = 'PK\u0003\u0004';

function reading(bytes: Buffer, over: { readonly depth?: number; readonly defers?: boolean; readonly type?: string } = {}): { tree: PartTree; reading: PartReading; found: Finding[] } {
  const tree = new PartTree(leaf, { defers: over.defers ?? true });
  const found: Finding[] = [];
  const declared = { contentType: over.type ?? 'multipart/mixed; boundary=b', contentEncoding: undefined };
  return { tree, found, reading: beginReading({ tree, part: 'body/1.zip/3', depth: over.depth ?? 1, inside: 'body/1.zip', declared, prefix: bytes.subarray(0, 4096), masks: () => true, found: (one) => found.push(one) }) };
}
const form = (...parts: readonly string[]): Buffer => Buffer.from(`${parts.map((part) => `--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n${part}\r\n`).join('')}--b--\r\n`);

describe('a reading', () => {
  it('puts containers aside whole and says where each lies, however it is cut', async () => {
    const parts = [`${ZIP}one`, 'call 13800138000 now', `%PDF-1.7 ${'x'.repeat(6000)}`, ZIP];
    const bytes = form(...parts);
    await fc.assert(
      fc.asyncProperty(sizes, (cut) => {
        const { tree, reading: own, found } = reading(bytes);
        const aside: ChildBytes[] = [];
        const edits: { at: number; bytes: string }[] = [];
        const keep = (progress: ReturnType<PartReading['end']>): void => {
          edits.push(...progress.edits.map(({ at, bytes: fill }) => ({ at, bytes: Buffer.from(fill).toString() })));
          aside.push(...tree.takeChildBytes());
        };
        for (const chunk of chunked(bytes, cut)) keep(own.write(chunk));
        keep(own.end());
        expect(found).toHaveLength(1);
        expect(edits.map(({ bytes: fill }) => fill).join('')).toBe('****');
        expect(tree.children.map(({ format, depth }) => [format, depth])).toEqual([['zip', 2], ['pdf', 2], ['zip', 2]]);
        const whole = tree.children.map(({ child }) => Buffer.concat(aside.filter((one) => one.child === child).map((one) => one.bytes)).toString());
        expect(whole).toEqual([parts[0], parts[2], parts[3]]);
        expect(tree.children.map(({ child }) => aside.filter((one) => one.child === child).findIndex(({ last }) => last) >= 0)).toEqual([true, true, true]);
        expect(own.childRanges.map(({ from, to, replaceable }) => [bytes.toString('utf8', from, to), replaceable])).toEqual([[parts[0], true], [parts[2], true], [parts[3], true]]);
        return Promise.resolve();
      }),
      runs(60),
    );
  });

  it('counts all it reads as bytes inside its container', () => {
    const bytes = form('plain', `${ZIP}one`);
    const { tree, reading: own } = reading(bytes);
    own.write(bytes);
    own.end();
    expect(tree.receipt()).toMatchObject({ size: 0, inside: { scanned: bytes.length - 7, unscanned: 7 } });
    expect(tree.unscannable).toMatchObject([{ reason: 'unsupported', detail: 'zip', bytes: 7 }]);
    tree.childSink(0, () => undefined);
    expect([tree.receipt().inside, tree.unscannable]).toEqual([{ scanned: bytes.length, unscanned: 0 }, []]);
  });

  it.each([
    ['nobody opens any', { defers: false }, 1, 'unsupported'],
    ['it lies too deep', { depth: MAX_DEPTH - 1 }, 1, 'too-deep'],
    ['there are too many', {}, MAX_CHILDREN + 1, 'too-many-parts'],
  ] as const)('calls a container unread at once where %s', (_name, over, count, reason) => {
    const bytes = form(...Array.from({ length: count }, () => `${ZIP}one`));
    const { tree, reading: own } = reading(bytes, over);
    own.write(bytes);
    own.end();
    for (const { child } of tree.children) tree.childSink(child, () => undefined);
    expect(tree.unscannable).toMatchObject([{ reason, bytes: 7 }]);
  });
});

describe('the first bytes', () => {
  it.each([
    ['application/zip', ZIP, { syntax: 'zip', container: true, maskable: true }],
    ['text/plain', ZIP, { syntax: 'zip', container: true, maskable: true }],
    ['application/pdf', '%PDF-1.7', { syntax: 'pdf', container: true, maskable: false }],
    ['application/octet-stream', '7z\u00bc\u00af\u0027\u001c', { syntax: '7z', container: true, maskable: false }],
    ['image/png', '\u0089PNG\r\n\u001a\n', { syntax: 'png', container: true, maskable: false }],
    ['message/rfc822', 'Subject: x\r\n\r\nx', { syntax: 'message', container: true, maskable: true }],
    ['text/plain', 'hello', { syntax: 'text', container: false, maskable: true }],
  ])('of %s %j tell policy whether to wait, and whether a mask can come of it', (type, text, expected) => {
    expect(factory.sniff(bodyHead(type), Buffer.from(text, 'latin1'))).toMatchObject({ ...expected, unscannable: [] });
    expect(factory.sniff({ ...bodyHead(type), signedBy: ['content-md5'] }, Buffer.from(text, 'latin1')).maskable).toBe(false);
  });
});
