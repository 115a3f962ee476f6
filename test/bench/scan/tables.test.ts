import { describe, it, expect } from '@jest/globals';
import { replacePart } from '../../kit/figures-page.js';
import { growth, isSteady, memoryText } from './memory-table.js';
import { passes, patternCells } from './pattern-table.js';
import { parseTimes } from './ripgrep.js';
import { cells, figure, markdownTable, median, plainTable, ratios, verdict, type Line } from './scan-table.js';

const line = (id: string, weir: readonly number[], re2: readonly number[], aim?: Line['aim']): Line => ({ id, title: id, aim, rates: { ...(weir.length > 0 ? { weir } : {}), re2 }, found: 0 });

describe('the scan table', () => {
  it('takes the middle of the rounds, and of two middles the mean', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 9])).toBe(3);
    expect(median([])).toBeNaN();
  });
  it('compares within a round, so that a slow moment counts for both', () => {
    const ours = [400, 40, 440];
    const theirs = [100, 10, 100];
    expect(ratios(ours, theirs)).toEqual([4, 4, 4.4]);
    expect(verdict(line('a', ours, theirs, { timesRe2: 4 }), undefined)).toEqual({ aim: '≥ 4× re2', reached: '4.00× re2', mark: 'ok' });
  });
  it('marks what falls short', () => {
    expect(verdict(line('b', [699], [100], { timesRe2: 7 }), undefined).mark).toBe('SHORT');
  });
  it('holds a worst case against row a, not against re2', () => {
    const a = line('a', [2000], [500]);
    expect(verdict(line('f', [100], [5], { withinOfA: 20 }), a)).toEqual({ aim: 'a / 20', reached: 'a / 20.0', mark: 'ok' });
    expect(verdict(line('f', [99], [5], { withinOfA: 20 }), a).mark).toBe('SHORT');
    expect(verdict(line('f', [99], [5], { withinOfA: 20 }), undefined).mark).toBe('');
  });
  it('judges nothing where there is no aim or no rate', () => {
    expect(verdict(line('e', [30], [60]), undefined)).toEqual({ aim: '', reached: '0.50× re2', mark: '' });
    expect(verdict(line('d', [], [60]), undefined)).toEqual({ aim: '', reached: '', mark: '' });
  });
  it('says three figures', () => {
    expect([1234.5, 99.94, 3.14159, Number.NaN].map(figure)).toEqual(['1235', '99.9', '3.14', '–']);
  });
  it('has a column for everyone who was measured, and says what cannot be read', () => {
    const [head, first] = cells([line('d', [], [60])]);
    expect(head).toContain('re2');
    expect(head).not.toContain('rg');
    expect(first).toContain('cannot read it yet');
  });
  it('compares with another machine where a figure of it is known', () => {
    const [, first] = cells([{ ...line('a', [2600], [600]), beside: { rate: 850, times: 3 } }]);
    expect(first).toContain('3.06× (≥ 3) ok');
  });
  it('lines up in plain text and escapes in Markdown', () => {
    const rows = [['', 'text', 'n'], ['a', 'one|two', '12']];
    expect(plainTable(rows)).toBe('   text      n\na  one|two  12');
    expect(markdownTable(rows)).toBe('|  | text | n |\n| --- | --- | ---: |\n| a | one\\|two | 12 |');
  });
});

describe('the table of patterns', () => {
  it('counts what patterns add in passes of one RE2.Set, round by round', () => {
    const rates = { weir: [1000, 500], 'weir-patterns': [200, 100], 're2-set': [250, 125] };
    expect(passes({ id: 'a', title: '', rates })).toBeCloseTo(1);
    expect(patternCells([{ id: 'a', title: '', rates }])[1]).toContain('ok');
    expect(patternCells([{ id: 'a', title: '', rates: { ...rates, 'weir-patterns': [50, 25] } }])[1]).toContain('SHORT');
  });
  it('judges nothing where a scan without patterns was the slower one', () => {
    expect(patternCells([{ id: 'a', title: '', rates: { weir: [100], 'weir-patterns': [110], 're2-set': [600] } }])[1]).toContain('?');
  });
});

describe('the table of memory', () => {
  const samples = (heap: (index: number) => number): Parameters<typeof growth>[0] =>
    Array.from({ length: 21 }, (_, index) => ({ scanned: index * 2 ** 30, messages: index, findings: 0, heap: heap(index), buffers: 2 ** 20, wasm: 2 ** 20, rss: 2 ** 27 }));

  it('tells what each byte scanned leaves, the warm-up aside', () => {
    const grown = samples((index) => (index < 4 ? index * 2 ** 24 : 2 ** 26 + index * 2 ** 17));
    expect(growth(grown, 'heap') * 2 ** 30).toBeCloseTo(2 ** 17);
    expect(isSteady(grown)).toBe(false);
    expect(memoryText(grown)).toContain('GROWING');
  });
  it('calls steady what goes up and down', () => {
    const steady = samples((index) => 2 ** 24 + (index % 2) * 2 ** 16);
    expect(isSteady(steady)).toBe(true);
    expect(memoryText(steady)).toContain('steady');
  });
});

describe('the figures page', () => {
  it('changes only what stands between the marks', () => {
    const page = 'A\n<!-- accuracy -->\nkept\n<!-- accuracy -->\n<!-- speed -->\nold\n<!-- speed -->\nend\n';
    expect(replacePart(page, 'speed', 'new $& text')).toBe('A\n<!-- accuracy -->\nkept\n<!-- accuracy -->\n<!-- speed -->\nnew $& text\n<!-- speed -->\nend\n');
  });
  it('refuses a page without both marks', () => {
    expect(() => replacePart('<!-- speed -->', 'speed', '')).toThrow(RangeError);
  });
});

describe('ripgrep’s time', () => {
  it('is user and system together, whatever was said before', () => {
    expect(parseTimes('rg: a warning\n0.120 0.030\n')).toBeCloseTo(0.15);
    expect(parseTimes('nothing')).toBeNaN();
  });
});
