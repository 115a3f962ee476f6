/** The rows that keys act on. */
import { describe, expect, it } from '@jest/globals';
import { actedOn, keptIn, NOTHING, stepped, type Selection, type Step } from '../../../../../../gateway/console/web/pages/queue/selection.js';

const ROWS = ['a', 'b', 'c', 'd'];
const after = (...steps: Step[]): Selection => steps.reduce((was, step) => stepped(was, step, ROWS), NOTHING);
const down: Step = { kind: 'move', by: 1 };

describe('the keys of the queue', () => {
  it('J begins at the top, K at the bottom, and neither leaves the page', () => {
    expect(after(down).cursor).toBe('a');
    expect(after({ kind: 'move', by: -1 }).cursor).toBe('d');
    expect(after(down, down, down, down, down, down).cursor).toBe('d');
    expect(after(down, { kind: 'move', by: -1 }).cursor).toBe('a');
  });

  it('X chooses the row under the cursor and lets it go again', () => {
    expect([...after(down, { kind: 'toggle', row: 'a' }).chosen]).toEqual(['a']);
    expect([...after(down, { kind: 'toggle', row: 'a' }, { kind: 'toggle', row: 'a' }).chosen]).toEqual([]);
  });

  it('Shift chooses everything between where one was and where one is', () => {
    expect([...after({ kind: 'toggle', row: 'a' }, { kind: 'range', row: 'c' }).chosen].sort()).toEqual(['a', 'b', 'c']);
    const extended = after(down, { kind: 'move', by: 1, extend: true }, { kind: 'move', by: 1, extend: true });
    expect([...extended.chosen].sort()).toEqual(['a', 'b', 'c']);
    expect(extended.cursor).toBe('c');
  });

  it('chooses the whole page, and then none', () => {
    expect(after({ kind: 'all' }).chosen.size).toBe(4);
    expect(after({ kind: 'all' }, { kind: 'all' }).chosen.size).toBe(0);
  });

  it('decides about the chosen rows, else about the one under the cursor, else about none', () => {
    expect(actedOn(after(down), ROWS)).toEqual(['a']);
    expect(actedOn(after({ kind: 'toggle', row: 'd' }, { kind: 'toggle', row: 'b' }), ROWS)).toEqual(['b', 'd']);
    expect(actedOn(NOTHING, ROWS)).toEqual([]);
  });

  it('never decides about a row that has gone, and stays at the height where it was', () => {
    const was = after({ kind: 'toggle', row: 'b' }, { kind: 'toggle', row: 'c' });
    const kept = keptIn(was, ['a', 'd'], ROWS);
    expect([...kept.chosen]).toEqual([]);
    expect(kept.cursor).toBe('d');
    expect(actedOn(kept, ['a', 'd'])).toEqual(['d']);
  });
});
