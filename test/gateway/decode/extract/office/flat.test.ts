/** Documents that are one XML file are read as people see them, and masked in place. */
import { describe, expect, it } from '@jest/globals';
import { formatOf } from '../../../../../gateway/decode/magic.js';
import { openBytes } from '../../../../kit/containers.js';
import { numberSource } from '../../../../kit/numbers.js';

const id = numberSource(68).residentId();
const [head, tail] = [id.slice(0, 6), id.slice(6)];
const word = `<w:p><w:r><w:t>${head}</w:t></w:r><w:r><w:t>${tail}</w:t></w:r></w:p>`;
const FILES = {
  'Word 2003': `<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"><w:body>${word}</w:body></w:wordDocument>`,
  'a flat package': `<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage"><pkg:part><pkg:xmlData><w:document xmlns:w="w"><w:body>${word}</w:body></w:document></pkg:xmlData></pkg:part></pkg:package>`,
  'flat OpenDocument': `\ufeff<?xml version="1.0"?>\n\n<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="t"><office:body><text:p>${head}<text:span>${tail}</text:span></text:p></office:body></office:document>`,
};

describe('a document in one XML file', () => {
  for (const [name, text] of Object.entries(FILES)) {
    it(`${name}: a number over several runs is found and masked, the markup stays`, async () => {
      const file = Buffer.from(text);
      expect(formatOf(file)).toBe('flat-xml');
      const seen = await openBytes('flat-xml', file);
      expect(seen.findings.map(({ part, maskable }) => [part, maskable])).toContainEqual(['body/text', true]);
      expect(seen.unscannable).toEqual([]);
      const masked = Buffer.isBuffer(seen.masked) ? seen.masked.toString('utf8') : '';
      expect(masked.replace(/[*＊\dX]/g, '')).toBe(text.replace(/[\dX]/g, ''));
      expect(masked).not.toContain(tail.slice(0, -1));
    });
  }

  it('with another file in it in base64 is opened to there', async () => {
    const rtf = Buffer.from(`{\\rtf1 ${id} ${'and so on '.repeat(20)}}`).toString('base64');
    const seen = await openBytes('flat-xml', Buffer.from(FILES['a flat package'].replace(word, `<pkg:binaryData>${rtf}</pkg:binaryData>`)));
    expect(seen.findings.length).toBeGreaterThan(0);
  });

  it('is not made of other XML, nor of pages', () => {
    for (const text of ['<?xml version="1.0"?><document><p>x</p></document>', '<html><body>urn:oasis:names:tc:opendocument:xmlns:office:1.0</body></html>', '<package/>', `${'<!-- x -->'.repeat(300)}<a/>`]) expect(formatOf(Buffer.from(text))).toBeUndefined();
  });
});
