/** Old documents that hold no numbers: nothing is found in what is not text, nothing counts as unread, pictures and embedded files are read as what they are. */
import { describe, expect, it } from '@jest/globals';
import { deflateSync } from 'node:zlib';
import { openBytes } from '../../../../kit/containers.js';
import { converted, realFiles } from '../../../../kit/real-files.js';
import { membersOf } from '../../../../kit/members.js';
import { ole } from '../../../../../gateway/decode/extract/ole/ole.js';
import { crc32 } from 'node:zlib';

function png(): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    const body = Buffer.concat([Buffer.from(type), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, 64, 0, 0, 0, 64, 8, 0, 0, 0, 0]);
  const rows = Buffer.concat(Array.from({ length: 64 }, (_, y) => Buffer.from([0, ...Array.from({ length: 64 }, (_, x) => (x * y * 7) & 0xff)])));
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

const NS = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.2"';
const IMAGE = `<draw:frame svg:width="3cm" svg:height="3cm" svg:x="1cm" svg:y="9cm"><draw:image><office:binary-data>${png().toString('base64')}</office:binary-data></draw:image></draw:frame>`;
const FODT = `<?xml version="1.0"?><office:document ${NS} office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>${'<text:p>普通文字 plain text</text:p>'.repeat(300)}<text:p>${IMAGE.replace('svg:x="1cm" svg:y="9cm"', '')}</text:p></office:text></office:body></office:document>`;
const FODS = `<?xml version="1.0"?><office:document ${NS} office:mimetype="application/vnd.oasis.opendocument.spreadsheet"><office:body><office:spreadsheet><table:table table:name="表"><table:shapes>${IMAGE}</table:shapes>${Array.from({ length: 500 }, (_, i) => `<table:table-row><table:table-cell office:value-type="string"><text:p>行${i}</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="${i * 1.5}"/></table:table-row>`).join('')}</table:table></office:spreadsheet></office:body></office:document>`;
const FODP = `<?xml version="1.0"?><office:document ${NS} office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body><office:presentation><draw:page draw:name="p">${IMAGE}<draw:frame svg:width="9cm" svg:height="2cm" svg:x="1cm" svg:y="1cm"><draw:text-box><text:p>幻灯片</text:p></draw:text-box></draw:frame></draw:page></office:presentation></office:body></office:document>`;

describe('an old Office document without numbers', () => {
  it('gives no findings, and of reasons only that a picture is no text', async () => {
    const files = await realFiles([converted('fodt', FODT, 'doc'), converted('fods', FODS, 'xls'), converted('fodp', FODP, 'ppt')]);
    for (const [i, bytes] of files.entries()) {
      const opened = await openBytes('ole', bytes);
      expect(opened.findings).toEqual([]);
      expect(opened.unscannable.filter(({ reason }) => reason !== 'no-text').map(({ part, reason, detail, bytes: size }) => `${i} ${part} ${reason} ${detail} ${size}`)).toEqual([]);
      const images = (await membersOf(ole, bytes)).filter((member) => member.bytes.subarray(1, 4).toString('latin1') === 'PNG');
      expect([i, images.length]).toEqual([i, 1]);
      expect(opened.lines.filter(({ inside }) => inside !== undefined).every(({ scanned, unscanned }) => scanned >= 0 && unscanned >= 0)).toBe(true);
    }
  });
});
