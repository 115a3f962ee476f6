/** A page of one part's text, taken from the leaves that read it, in this process or in one that opens files. What floats beside a document comes behind its text. */
import type { Finding, LookAsked, LookedPage, PartLook } from '../ports.js';
import type { HideNumbers } from './hidden-numbers.js';
import { originOf, tapped } from './leaf-tap.js';
import { cutPage } from './page.js';
import { charsetFor, kindOf, widthOf } from './part-kind.js';
import { withoutOverlaps } from './runs.js';
import { TextWindow } from './text-window.js';

/** Pages of what floats beside a document are counted from here: no document's text reaches so far. */
const BESIDE_AT = 5_000_000_000;

export function pageLook({ part, offset, mediaType }: LookAsked & { readonly part: string }, hide: HideNumbers): PartLook {
  const isBeside = offset >= BESIDE_AT;
  const asked = isBeside ? offset - BESIDE_AT : offset;
  let text: TextWindow | undefined;
  let beside: TextWindow | undefined;
  /** What was told outside, by what the leaf had found. */
  const told = new Map<Finding, Finding>();
  const kind = (shown: string, sample: Uint8Array): LookedPage['kind'] => kindOf(shown, part, mediaType, sample);
  const windowFor = (shown: string, from: number): ((views: TextWindow['views']) => TextWindow) => (views) => new TextWindow(shown, views, from, (sample) => kind(shown, sample) === 'json');

  function pageOf(window: TextWindow, base: number, whole: boolean): LookedPage {
    const charset = charsetFor(window.views, window.sample);
    const own = kind(window.shown, window.sample);
    const found = window.found.map(({ own: finding, origin }) => ({ start: finding.start, end: finding.end, finding: told.get(origin) ?? finding }));
    const places = withoutOverlaps(window.found.map(({ own: finding }) => finding));
    const index = new Map(window.found.map(({ own: finding }, at) => [finding, at]));
    const page = { at: asked, bytes: window.page, found: places, lead: window.lead, ended: whole || window.page.length === 0 };
    // Second bytes of GB18030 look like brackets and quotes.
    const { more, ...cut } = cutPage(page, { kind: own === 'json' && charset !== 'utf-8' ? 'text' : own, charset, width: widthOf(window.views, charset), hide, json: window.json, index: (finding) => index.get(finding) });
    return { ...cut, found, ...(more === undefined ? {} : { more: base + asked + more }) };
  }
  return {
    leaf: (inner) =>
      tapped(inner, (options) => {
        if (options.part !== part || options.shown === undefined) return undefined;
        if (options.shown === 'beside') return (beside ??= windowFor(options.shown, isBeside ? asked : 0)(options.views)).ear();
        // One that a document has none of: the first reading is the one that its line speaks of.
        text ??= windowFor(options.shown, isBeside ? 0 : asked)(options.views);
        return text.shown === options.shown ? text.ear() : undefined;
      }),
    found(finding) {
      const origin = originOf(finding);
      if (origin !== undefined) told.set(origin, finding);
    },
    named: () => undefined,
    get enough() {
      return (isBeside ? beside : text)?.isFull === true;
    },
    answer(whole) {
      const window = isBeside ? beside : text;
      if (window === undefined || (text?.malformed ?? false) || (beside?.malformed ?? false)) return undefined;
      const own = pageOf(window, isBeside ? BESIDE_AT : 0, whole);
      const goesOn = !isBeside && whole && own.more === undefined && beside !== undefined && beside.size > 0;
      return goesOn ? { ...own, more: BESIDE_AT } : own;
    },
  };
}
