/** Documents that are one XML file: Word 2003, Word's flat packages, flat OpenDocument. Known by their first element, whatever they are called. */

const ROOT = /^(?:\xef\xbb\xbf)?\s{0,100}(?:<[?!][^>]{0,1000}>\s{0,100}){0,20}<(?:[\w.-]{1,40}:)?(wordDocument|package|document)[\s>]/;
const WORD = ['http://schemas.microsoft.com/office/word/2003/wordml', 'http://schemas.microsoft.com/office/2006/xmlPackage'];
const OPEN_DOCUMENT = 'urn:oasis:names:tc:opendocument:xmlns:office:1.0';
const OPENS = 0x3c;

/** The element of a document's own part that its text is read like. */
export function flatRoot(prefix: Uint8Array): 'document' | 'document-content' | undefined {
  // Nearly everything is told by where its first bracket stands.
  const bracket = prefix.indexOf(OPENS);
  if (bracket < 0 || bracket >= 104) return undefined;
  const text = Buffer.from(prefix.buffer, prefix.byteOffset, prefix.length).toString('latin1');
  const name = ROOT.exec(text)?.[1];
  if (name === undefined) return undefined;
  if (name === 'document') return text.includes(OPEN_DOCUMENT) ? 'document-content' : undefined;
  return WORD.some((one) => text.includes(one)) ? 'document' : undefined;
}
