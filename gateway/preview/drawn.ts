/** A page of text as a view: segments, or rows of cells, with nothing invisible in them. */
import type { Finding, LookedPage, PreviewView, Segment } from '../ports.js';
import { formRows } from './form-rows.js';
import { jsonIndent } from './json-indent.js';
import { segmentsOf, type Showing, type TextRun } from './segments.js';
import { tableRows } from './table-rows.js';
import { textCautions, visible, visibleLine } from './visible.js';

type Drawn = Exclude<PreviewView, { kind: 'mail' | 'binary' }>;
type Page = Omit<LookedPage, 'found'>;

/** Nothing is hidden again: for counting alone. */
const AS_IT_IS: Showing = { index: () => undefined, hide: () => undefined };
const NOBODYS: Finding = { detector: '', part: '', start: 0, end: 0, confidence: 0, reasons: [], fingerprint: '', preview: '', tags: [], maskable: false };

export function textRunsOf(page: Page, found: (index: number) => Finding | undefined): readonly TextRun[] {
  return page.runs.map(({ text, found: index, hidden }) => {
    const finding = index === undefined ? undefined : (found(index) ?? NOBODYS);
    return { text, finding, ...(hidden === true ? { hidden } : {}) };
  });
}

export function drawn(page: Page, found: (index: number) => Finding | undefined, showing: Showing): Drawn {
  const runs = textRunsOf(page, found);
  const cautions = textCautions(runs.map(({ text }) => text).join(''));
  const more = page.more === undefined ? {} : { more: page.more };
  switch (page.kind) {
    case 'form':
    case 'table': {
      const raw = page.kind === 'form' ? formRows(runs, page.continued) : tableRows(runs);
      return { kind: page.kind, rows: raw.map((row) => row.map((cell) => cell.flatMap((run) => [...segmentsOf(run, showing, visibleLine)]))), cautions, ...more };
    }
    case 'json': {
      const indent = jsonIndent(page.json);
      // Numbers hidden in encodings are looked for before the text is taken apart.
      return { kind: 'json', segments: runs.flatMap((run) => segmentsOf(run, showing, (text) => visible(indent.write(text)))).filter(({ text }) => text !== ''), cautions, ...more };
    }
    case 'text':
      return { kind: 'text', segments: runs.flatMap((run) => segmentsOf(run, showing)), cautions, ...more };
  }
}

const lengthOf = (segments: readonly Segment[]): number => segments.reduce((sum, { text }) => sum + text.length, 0);

export function drawnLength(page: Page): number {
  const view = drawn(page, () => undefined, AS_IT_IS);
  return 'rows' in view ? view.rows.reduce((sum, row) => row.reduce((cells, cell) => cells + lengthOf(cell), sum), 0) : lengthOf(view.segments);
}
