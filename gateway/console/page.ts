/** The frame around every page: title, banners, style sheet. */
import { html, type Html } from './html.js';
import { WORDS, type Language } from './words.js';

export function page(language: Language, title: string, banners: readonly string[], content: Html): string {
  const words = WORDS[language];
  return html`<!doctype html>
<html lang="${language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="/static/console.css">
</head>
<body>
<header><a href="/"><strong>Weir</strong></a> <span>${words.tagline}</span></header>
<main>
${banners.map((text) => html`<p class="banner" role="status">${text}</p>`)}
${content}
</main>
</body>
</html>
`.html;
}
