/** Stands in for the function with which antd's parts write style elements: rules go into constructed sheets, which the page's policy allows. */

interface Options {
  readonly mark?: string;
  readonly priority?: number;
}
const sheets = new Map<string, CSSStyleSheet>();

/** Marked ones are antd's own styles, which lie in the style sheet already. */
const known = ({ mark }: Options): boolean => mark !== undefined;

export function updateCSS(css: string, key: string, options: Options = {}): HTMLStyleElement {
  // Callers set attributes on what they get; it is never put into the page.
  const element = document.createElement('style');
  if (known(options)) return element;
  const sheet = sheets.get(key) ?? new CSSStyleSheet();
  sheet.replaceSync(css);
  if (!sheets.has(key)) {
    sheets.set(key, sheet);
    document.adoptedStyleSheets.push(sheet);
  }
  return element;
}

export function injectCSS(css: string, options: Options = {}): HTMLStyleElement {
  return updateCSS(css, `injected-${css.length}-${sheets.size}`, options);
}

export function removeCSS(key: string): void {
  const sheet = sheets.get(key);
  if (sheet === undefined) return;
  sheets.delete(key);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
}

export function clearContainerCache(): void {
  sheets.clear();
}
