/** An alert as a mail: a subject, plain text, and simple HTML without anything to load. */
import type { AlertMessage } from '../../ports.js';
import { fit, leftOutOf } from './fit.js';
import { byteLength, escapeHtml, unlinked } from './text.js';
import { wordsFor } from './words.js';

/** Of text and HTML together; mail servers take far more, people read far less. */
export const MAIL_MOST_BYTES = 200_000;

export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export function mailContent(message: AlertMessage, maxBytes = MAIL_MOST_BYTES): MailContent {
  const words = wordsFor(message.language);
  const title = unlinked(message.title);
  const summary = unlinked(message.summary);
  const render = (count: number): MailContent => {
    const leftOut = leftOutOf(message.items, count, message.itemsLeftOut);
    const items = message.items.slice(0, count).map(({ text, severity, count: times, link }) => ({ label: words.severity[severity], text: `${unlinked(text)}${words.times(times)}`, link }));
    const rest = leftOut > 0 ? words.leftOut(leftOut) : '';
    const text = [
      title,
      summary,
      items.map(({ label, text: what, link }) => `- [${label}] ${what}${link === undefined ? '' : `\n  ${link}`}`).join('\n'),
      rest,
      message.link === undefined ? '' : `${words.console}: ${message.link}`,
    ].filter((part) => part !== '').join('\n\n');
    const anchor = (link: string, label: string): string => `<a href="${escapeHtml(link)}">${escapeHtml(label)}</a>`;
    const html = [
      `<!doctype html><html lang="${message.language}"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body>`,
      `<h2>${escapeHtml(title)}</h2>`,
      summary === '' ? '' : `<p>${escapeHtml(summary)}</p>`,
      items.length === 0 ? '' : `<ul>${items.map(({ label, text: what, link }) => `<li><b>${escapeHtml(label)}</b> ${escapeHtml(what)}${link === undefined ? '' : ` ${anchor(link, words.open)}`}</li>`).join('')}</ul>`,
      rest === '' ? '' : `<p><i>${escapeHtml(rest)}</i></p>`,
      message.link === undefined ? '' : `<p>${anchor(message.link, words.console)}</p>`,
      '</body></html>',
    ].filter((part) => part !== '').join('\n');
    return { subject: title, text: `${text}\n`, html };
  };
  return fit(message.items.length, maxBytes, ({ text, html }) => byteLength(text) + byteLength(html), render);
}
