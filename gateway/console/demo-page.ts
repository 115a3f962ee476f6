/** The demo sink's page: what arrived, newest first, as text and never as markup. */
import type { Field } from '../ports.js';
import { html, type Html } from './html.js';
import { page } from './page.js';
import { WORDS, type Language, type Words } from './words.js';

/** A reader wants to see the mask, not a whole upload. */
export const BODY_SHOWN = 16 * 1024;

/** One request that reached the sink; `body` may be only its beginning. */
export interface DemoEntry {
  readonly at: Date;
  readonly route: string;
  readonly method: string;
  readonly target: string;
  readonly fields: readonly Field[];
  /** How long the body was. */
  readonly bytes: number;
  readonly body: Uint8Array;
  /** False when the sender broke off: no delivery. */
  readonly complete?: boolean;
}

export function demoPage(language: Language, entries: readonly DemoEntry[]): string {
  const words = WORDS[language];
  return page(
    language,
    `Weir · ${words.demoTitle}`,
    [words.demoBanner],
    html`<h1>${words.demo}</h1>
<p><a href="/">${words.back}</a> · <a href="/demo.json">${words.json}</a></p>
${entries.length === 0 ? html`<p>${words.demoNone}</p>` : entries.map((entry) => article(words, entry))}`,
  );
}

function article(words: Words, entry: DemoEntry): Html {
  const { text, cut } = shown(entry);
  return html`<article>
<h2><code>${entry.method} ${entry.target}</code></h2>
<p><small>${words.route} ${entry.route} · ${words.arrived} <time>${entry.at.toISOString()}</time> · ${entry.bytes} ${words.bytes}${entry.complete === false ? html` · <strong>${words.demoIncomplete}</strong>` : ''}</small></p>
<details><summary>${words.fields}</summary><pre>${entry.fields.map(([name, value]) => `${name}: ${value}`).join('\n')}</pre></details>
${entry.bytes === 0 ? '' : text === undefined ? html`<p>${words.binary}</p>` : html`<pre>${text}</pre>`}
${cut && text !== undefined ? html`<p><small>${words.cut}</small></p>` : ''}
</article>
`;
}

/** `text` is left out when the bytes are not UTF-8. */
export function demoJson(entries: readonly DemoEntry[]): { readonly entries: readonly Record<string, unknown>[] } {
  return {
    entries: entries.map((entry) => {
      const { text, cut } = shown(entry);
      const { at, route, method, target, fields, bytes, complete = true } = entry;
      return { at: at.toISOString(), route, method, target, fields, bytes, complete, text, cut };
    }),
  };
}

function shown(entry: DemoEntry): { readonly text: string | undefined; readonly cut: boolean } {
  const beginning = entry.body.subarray(0, BODY_SHOWN);
  const cut = beginning.length < entry.bytes;
  try {
    // `stream` tolerates a character that the cut went through.
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(beginning, { stream: cut }), cut };
  } catch {
    return { text: undefined, cut };
  }
}
