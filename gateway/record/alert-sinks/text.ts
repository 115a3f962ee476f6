/** Text that may come from a message of anybody's, made safe for people's eyes: one line, bounded, and nothing in it that a chat or mail program makes active. */

/** A longer text is cut before it is looked at: what a line of an alert says fits into far less. */
const LOOKED_AT = 4_096;
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
/** Zero-width characters and those that turn the direction of writing: they make a text look like another. The joiner within an emoji stays. */
const INVISIBLE = /(?!\u200d)\p{Cf}/gu;
const segments = new Intl.Segmenter('und', { granularity: 'grapheme' });

export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8');

/** At most so many bytes of UTF-8, cut between characters as people count them; what was cut is marked by `…`. */
export function cut(text: string, maxBytes: number): string {
  if (byteLength(text) <= maxBytes) return text;
  const room = maxBytes - byteLength('…');
  let kept = '';
  let used = 0;
  for (const { segment } of segments.segment(text)) {
    used += byteLength(segment);
    if (used > room) break;
    kept += segment;
  }
  return room < 0 ? '' : `${kept}…`;
}

/** One line without control and invisible characters, well-formed, at most so many bytes. */
export function oneLine(text: string, maxBytes: number): string {
  const whole = text.slice(0, LOOKED_AT).replace(/\p{Cs}/gu, '\ufffd');
  return cut(whole.replace(BREAKS, ' ').replace(INVISIBLE, '').replace(/ {2,}/g, ' ').trim(), maxBytes);
}

/**
 * Addresses that nobody wrote as a link stay text: chat and mail programs turn `https://…`, `www.…` and `host.example` into
 * links by themselves. The look-alikes are visible on purpose: a person who copies one sees that it is no address.
 */
export function unlinked(text: string): string {
  return text.replaceAll('://', '：／／').replace(/(?<=[\p{L}\p{N}_-])\.(?=[\p{L}\p{N}-]*\p{L})/gu, '．').replaceAll('@', '＠');
}

const LOOKALIKES: Readonly<Record<string, string>> = {
  '*': '＊', _: '＿', '`': '｀', '~': '～', '[': '［', ']': '］', '(': '（', ')': '）', '<': '＜', '>': '＞', '#': '＃', '|': '｜', '\\': '＼', '!': '！', '&': '＆', $: '＄', '{': '｛', '}': '｝',
};
const AT_THE_START: Readonly<Record<string, string>> = { '-': '－', '+': '＋', '=': '＝' };

/**
 * For the Markdown dialects of chat robots, which differ in what a backslash escapes (and some know no escape at all): what
 * could be markup, a mention or an entity becomes its full-width twin, which means nothing to any of them.
 */
export function plainMarkdown(text: string): string {
  return unlinked(text)
    .replace(/[*_`~[\]()<>#|\\!&${}]/g, (one) => LOOKALIKES[one] ?? one)
    .replace(/^[-+=]/, (one) => AT_THE_START[one] ?? one)
    .replace(/^(\d+)([.)])/, (_, digits: string, mark: string) => `${digits}${mark === '.' ? '．' : '）'}`);
}

/** For fields that show text as it is: no markup to escape, but nothing that some client might still take for a mention. */
export function plainLiteral(text: string): string {
  return unlinked(text).replaceAll('<', '＜').replaceAll('>', '＞');
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}
