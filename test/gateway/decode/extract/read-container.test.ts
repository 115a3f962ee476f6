/** A container is read to its last member, tells what shows, and comes out masked; what is hostile ends in a reason within its bound. */
import { describe, expect, it } from '@jest/globals';
import { deflateRawSync } from 'node:zlib';
import { numberSource } from '../../../kit/numbers.js';
import { openBytes, type OpenedBytes } from '../../../kit/containers.js';
import { extraField, testZip, type TestEntry } from '../../../kit/zip.js';

const numbers = numberSource(60);
const phone = numbers.phone();
const id = numbers.residentId();
const text = (words: string): Buffer => Buffer.from(`${words}\n`);
const detectors = ({ findings }: OpenedBytes): string[] => findings.map(({ part, detector }) => `${part} ${detector}`);
const reasons = ({ unscannable }: OpenedBytes): string[] => unscannable.map(({ part, reason }) => `${part} ${reason}`);
const maskedBytes = ({ masked }: OpenedBytes): Buffer => {
  if (!Buffer.isBuffer(masked)) throw new TypeError('not written');
  return masked;
};

describe('opening a zip', () => {
  it('finds numbers in members, names, comments and in what stands around them', async () => {
    const zip = testZip([{ name: `list of ${phone}.txt`, data: text('nothing') }, { name: 'a.txt', data: text(`身份证 ${id}`), comment: text(`电话 ${phone}`) }], { comment: text(`电话 ${phone}`), prefix: text(`电话 ${phone}`) });
    const opened = await openBytes('zip', zip);
    expect(detectors(opened)).toEqual(['body/0.txt cn.phone', 'body/1.txt cn.resident-id', 'body/1:comment cn.phone', 'body/comment cn.phone', 'body/gap0 cn.phone']);
    expect(opened.findings.map(({ maskable }) => maskable)).toEqual([true, true, true, true, false]);
    expect(reasons(opened)).toEqual([]);
  });

  it('comes out masked, names and all, with the rest as it was', async () => {
    const entries: TestEntry[] = [{ name: `${phone}.txt`, data: text(`电话 ${phone}`) }, { name: 'b.txt', data: text('nothing'), method: 0 }];
    const out = maskedBytes(await openBytes('zip', testZip(entries, { comment: text(`电话 ${phone}`) })));
    const again = await openBytes('zip', out);
    expect(detectors(again)).toEqual([]);
    expect(again.masked).toBe('nothing');
    expect(out.includes(phone)).toBe(false);
    expect(out.includes('nothing')).toBe(true);
  });

  it('masks what is wanted and nothing else', async () => {
    const zip = testZip([{ name: 'a.txt', data: text(`电话 ${phone} 身份证 ${id}`), method: 0 }]);
    const out = maskedBytes(await openBytes('zip', zip, ({ detector }) => detector === 'cn.phone'));
    expect(detectors(await openBytes('zip', out))).toEqual(['body/0.txt cn.resident-id']);
    expect((await openBytes('zip', zip, () => false)).masked).toBe('nothing');
  });

  it('opens zips in zips, and masks from the inside out', async () => {
    let zip = testZip([{ name: 'deep.txt', data: text(`电话 ${phone}`) }]);
    for (let level = 0; level < 5; level++) zip = testZip([{ name: `${level}.zip`, data: zip, method: level % 2 === 0 ? 0 : 8 }, { name: 'beside.txt', data: text(`beside ${level}`) }]);
    const opened = await openBytes('zip', zip);
    expect(detectors(opened)).toEqual(['body/0.zip/0.zip/0.zip/0.zip/0.zip/0.txt cn.phone']);
    expect(opened.findings[0]?.maskable).toBe(true);
    expect(detectors(await openBytes('zip', maskedBytes(opened)))).toEqual([]);
  });

  it('masks a zip within a mail within a zip', async () => {
    const inner = testZip([{ name: 'a.txt', data: text(`电话 ${phone}`) }]);
    const mail = ['From: a@example.com', 'To: b@example.com', 'Subject: x', 'MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="b"', '', '--b', 'Content-Type: text/plain', '', `call ${phone}`, '--b', 'Content-Type: application/zip; name="a.zip"', 'Content-Transfer-Encoding: base64', '', (inner.toString('base64').match(/.{1,76}/g) ?? []).join('\r\n'), '--b--', ''].join('\r\n');
    const zip = testZip([{ name: 'mail.eml', data: Buffer.from(mail) }]);
    const opened = await openBytes('zip', zip);
    expect(opened.findings.map(({ detector, maskable }) => `${detector} ${maskable}`)).toEqual(['cn.phone true', 'cn.phone true']);
    expect(reasons(opened)).toEqual([]);
    const out = maskedBytes(opened);
    expect(detectors(await openBytes('zip', out))).toEqual([]);
  });

  it('accounts for each decoded byte', async () => {
    const entries: TestEntry[] = [{ name: 'a.txt', data: text('hello') }, { name: 'b.bin', data: Buffer.from([0, 1, 2, 3]) }, { name: 'c.txt', data: text('secret'), flags: 1 }, { name: 'd.zip', data: testZip([{ name: 'e.txt', data: text('inner') }]) }];
    const { lines } = await openBytes('zip', testZip(entries));
    const of = (part: string): unknown => lines.filter((line) => line.part === part).map(({ scanned, unscanned, reason, inside }) => ({ scanned, unscanned, reason, inside }));
    expect(of('body/0.txt')).toEqual([{ scanned: 6, unscanned: 0, reason: undefined, inside: 'body' }]);
    expect(of('body/1.bin')).toEqual([{ scanned: 0, unscanned: 4, reason: 'unsupported', inside: 'body' }]);
    expect(of('body/2.txt')).toEqual([{ scanned: 0, unscanned: 7, reason: 'encrypted', inside: 'body' }]);
    expect(of('body/3.zip/0.txt')).toEqual([{ scanned: 6, unscanned: 0, reason: undefined, inside: 'body/3.zip' }]);
    expect(of('body/names')).toEqual([{ scanned: 20, unscanned: 0, reason: undefined, inside: 'body' }]);
  });

  it('finds what stands in a name that only some readers see', async () => {
    const field = extraField(0x7075, Buffer.concat([Buffer.from([1, 0, 0, 0, 0]), Buffer.from(`电话${phone}.txt`)]));
    const opened = await openBytes('zip', testZip([{ name: 'plain.txt', data: text('x'), extra: field }]));
    expect(opened.findings.map(({ maskable }) => maskable)).toEqual([false]);
  });

  it('cannot write one that is signed or holds a name twice', async () => {
    const data = text(`电话 ${phone}`);
    const signed = await openBytes('zip', testZip([{ name: 'META-INF/CERT.SF', data: text('x') }, { name: 'a.txt', data }]));
    const twice = await openBytes('zip', testZip([{ name: 'a.txt', data: text('x') }, { name: 'a.txt', data }]));
    expect([signed.masked, twice.masked]).toEqual([undefined, undefined]);
    expect([...signed.findings, ...twice.findings].map(({ maskable }) => maskable)).toEqual([false, false]);
    expect(reasons(twice)).toEqual(['body/names malformed']);
  });

  it('keeps what was found in a member that ends wrongly, and says so', async () => {
    const opened = await openBytes('zip', testZip([{ name: 'a.txt', data: text(`电话 ${phone}`), says: { crc: 7 } }, { name: 'b.txt', data: text(`电话 ${phone}`) }]), () => false);
    expect(detectors(opened)).toEqual(['body/0.txt cn.phone', 'body/1.txt cn.phone']);
    expect(reasons(opened)).toEqual(['body/0.txt malformed']);
  });
});

describe('a hostile zip', () => {
  const bomb = (megabytes: number): TestEntry => {
    const data = Buffer.alloc(megabytes * 2 ** 20, 'a');
    return { name: 'bomb.txt', data, packed: deflateRawSync(data, { level: 9 }) };
  };
  const nested = (levels: number): Buffer => {
    let zip = testZip([{ name: 'x.txt', data: text('x') }]);
    for (let level = 0; level < levels; level++) zip = testZip([{ name: 'x.zip', data: zip, method: 0 }]);
    return zip;
  };

  it('of 40 MB from 40 KB stops early', async () => {
    const opened = await openBytes('zip', testZip([bomb(40), { name: 'behind.txt', data: text(`电话 ${phone}`) }]));
    expect(reasons(opened)).toEqual(['body/0.txt too-large', 'body too-large']);
    expect(detectors(opened)).toEqual([]);
  });

  it('of sixteen in sixteen in sixteen stops early', async () => {
    let zip = testZip([bomb(20)]);
    for (let level = 0; level < 3; level++) {
      const data = zip;
      zip = testZip(Array.from({ length: 16 }, (_, index) => ({ name: `${index}.zip`, data })));
    }
    const opened = await openBytes('zip', zip);
    expect(reasons(opened).at(-1)).toBe('body too-large');
    expect(opened.unscannable.length).toBeLessThan(10);
  });

  it('of a thousand levels is too deep', async () => {
    const { unscannable, masked } = await openBytes('zip', nested(1000));
    expect(unscannable.map(({ reason }) => reason)).toEqual(['too-deep']);
    expect(masked).toBe('nothing');
  });

  it('that goes as deep as is allowed is read, and one more level is not', async () => {
    expect((await openBytes('zip', nested(3), () => true, { depth: 4 })).unscannable).toEqual([]);
    expect(reasons(await openBytes('zip', nested(4), () => true, { depth: 4 }))).toEqual(['body/0.zip/0.zip/0.zip/0.zip too-deep']);
  });

  it('of too many members says so, in one archive or in many', async () => {
    const many = (count: number): Buffer => testZip(Array.from({ length: count }, (_, index) => ({ name: `${index}.txt`, data: text('x') })));
    expect(reasons(await openBytes('zip', many(10_001)))).toEqual(['body too-many-parts']);
    expect(reasons(await openBytes('zip', testZip([{ name: 'a.zip', data: many(60) }, { name: 'b.zip', data: many(60) }]), () => true, { members: 100 }))).toEqual(['body/1.zip too-many-parts', 'body too-many-parts']);
  });

  it('of ten thousand members is read', async () => {
    const zip = testZip(Array.from({ length: 10_000 }, (_, index) => ({ name: `${index}`, data: index === 9_999 ? text(`电话 ${phone}`) : text('x') })));
    const opened = await openBytes('zip', zip);
    expect(detectors(opened)).toEqual(['body/9999 cn.phone']);
    expect(reasons(opened)).toEqual([]);
  });

  it('in which everything is empty is read', async () => {
    const opened = await openBytes('zip', testZip([{ name: '' }, { name: 'a', method: 0 }, { name: 'b/' }], { comment: Buffer.alloc(0) }));
    expect(reasons(opened)).toEqual([]);
    expect(reasons(await openBytes('zip', testZip([])))).toEqual([]);
  });

  it('cut at any place says that it is malformed, or shows all that is there', async () => {
    const zip = testZip([{ name: 'a.txt', data: text('aaaa aaaa aaaa') }, { name: 'b.txt', data: text('b'), method: 0 }]);
    for (let length = 0; length < zip.length; length++) expect(reasons(await openBytes('zip', zip.subarray(0, length)))).toEqual(['body malformed']);
  });

  it('with any byte changed ends in reasons or in findings, never in silence or an error', async () => {
    const zip = testZip([{ name: 'a.txt', data: text(`电话 ${phone}`) }, { name: 'b.txt', data: text(`电话 ${phone}`), method: 0, descriptor: true }], { comment: text(`电话 ${phone}`) });
    for (let at = 0; at < zip.length; at++) {
      for (const change of [0xff, 0x01, 0x80]) {
        const bytes = Buffer.from(zip);
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const opened = await openBytes('zip', bytes, () => false);
        expect({ at, silent: opened.unscannable.length === 0 && opened.findings.length < 2 }).toEqual({ at, silent: false });
      }
    }
  });
});
