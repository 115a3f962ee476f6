/** The first page: how many messages wait in which state, the routes, and where to look further. */
import type { HeldState, ReviewLedger } from '../ports.js';
import { html, type Html } from './html.js';
import { page } from './page.js';
import { STATE_NAMES, WORDS, type Language, type Words } from './words.js';

/** What of the configuration everyone who reaches the page may know. */
export interface Summary {
  readonly version: string;
  readonly monitor: boolean;
  readonly custody: 'local' | 'supplied' | 'absent';
  readonly routes: readonly { readonly id: string; readonly path: string; readonly policy: string | undefined; readonly demo: boolean; readonly monitor: boolean }[];
}
export type Counts = Awaited<ReturnType<ReviewLedger['counts']>>;

/** `counts` is undefined while the ledger is away. */
export function landingPage(language: Language, summary: Summary, demo: boolean, counts: Counts | undefined): string {
  const words = WORDS[language];
  const banners = [
    ...(demo ? [words.demoBanner] : []),
    ...(summary.monitor ? [words.monitorBanner] : []),
    ...(summary.custody === 'local' ? [words.custodyBanner] : []),
  ];
  return page(
    language,
    `Weir · ${words.tagline}`,
    banners,
    html`<h1>${words.messages}</h1>
${counts === undefined ? html`<p class="banner">${words.away}</p>` : states(language, words, counts)}
<h2>${words.routes}</h2>
<div class="scroll"><table>
<thead><tr><th>${words.route}</th><th>${words.path}</th><th>${words.policy}</th><th>${words.target}</th></tr></thead>
<tbody>${summary.routes.map(
      (route) => html`<tr><td>${route.id}${route.monitor ? html` <small>${words.monitored}</small>` : ''}</td><td><code>${route.path}</code></td><td>${route.policy ?? '–'}</td><td>${route.demo ? words.demoSink : '→'}</td></tr>
`,
    )}</tbody>
</table></div>
<h2>${words.links}</h2>
<ul>
${demo ? html`<li><a href="/demo">${words.demo}</a></li>` : ''}
<li><a href="/readyz">${words.ready}</a></li>
<li><a href="/metrics">${words.metrics}</a></li>
<li><a href="/api/v1/openapi.json">${words.api}</a></li>
</ul>
<p><small>Weir ${summary.version}</small></p>`,
  );
}

function states(language: Language, words: Words, counts: Counts): Html {
  const names = STATE_NAMES[language];
  const known = (Object.keys(names) as HeldState[]).filter((state) => (counts.states[state] ?? 0) > 0);
  if (known.length === 0) return html`<p>${words.none}</p>`;
  return html`<dl class="counts">
${known.map((state) => html`<div class="state-${state}"><dt>${names[state]}</dt><dd>${counts.states[state] ?? 0}</dd></div>
`)}</dl>
${counts.oldestHeldAt === undefined ? '' : html`<p>${words.oldest} <time>${counts.oldestHeldAt.toISOString()}</time></p>`}`;
}
