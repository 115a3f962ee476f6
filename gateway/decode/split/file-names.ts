/** Every file name that a part's header gives, in every way readers may take it. */
import { parseMediaType } from '../media-type.js';
import { extendedText, shownText } from './encoded-text.js';

/** Sections of one name (RFC 2231 section 3): as many as the longest field that is read has room for. */
const MAX_SECTIONS = 512;
/** Different names of one part that are told apart. */
const MAX_NAMES = 8;

/** Readers put the sections together by their numbers, also where some are missing or have zeros before them. */
function sectioned(parameters: ReadonlyMap<string, string>, name: string): string | undefined {
  const sections: { readonly index: number; readonly value: string; readonly escaped: boolean }[] = [];
  for (const [key, value] of parameters) {
    const number = key.startsWith(`${name}*`) ? /^(\d{1,4})(\*?)$/.exec(key.slice(name.length + 1)) : null;
    if (number !== null && sections.length < MAX_SECTIONS) sections.push({ index: Number(number[1]), value, escaped: number[2] === '*' });
  }
  if (sections.length === 0) return undefined;
  let text = '';
  let extended = false;
  for (const { value, escaped } of sections.sort((a, b) => a.index - b.index)) {
    extended ||= escaped;
    // A plain section among escaped ones stands for itself.
    text += escaped || !extended ? value : value.replaceAll('%', '%25');
  }
  return extended ? extendedText(text) : shownText(text);
}

/** Names of a Content-Disposition's `filename` or a Content-Type's `name`. */
function namesOf(value: string | undefined, name: string): string[] {
  if (value === undefined) return [];
  const { parameters } = parseMediaType(value) ?? { parameters: new Map<string, string>() };
  const plain = parameters.get(name);
  const extended = parameters.get(`${name}*`);
  const parts = sectioned(parameters, name);
  return [
    ...(extended === undefined ? [] : [extendedText(extended)]),
    ...(parts === undefined ? [] : [parts]),
    ...(plain === undefined ? [] : [shownText(plain)]),
  ];
}

/** The first is the one most readers show. */
export function namesIn(disposition: string | undefined, contentType: string | undefined): readonly string[] {
  const names = [...namesOf(disposition, 'filename'), ...namesOf(contentType, 'name')].filter((one) => one !== '');
  // A header that cannot be read strictly may still show its name.
  const loose = /filename\*?="?([^";]*)/i.exec(disposition ?? '')?.[1];
  if (names.length === 0 && loose !== undefined && loose !== '') names.push(shownText(loose));
  return [...new Set(names)].slice(0, MAX_NAMES);
}
