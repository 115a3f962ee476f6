/** The filter in the address: what goes in comes out, and what the API is asked. */
import { describe, expect, it } from '@jest/globals';
import { askedOf, chipsOf, fromSaved, pathOf, viewOf, withList, withoutChip, withText, WAITING, type Filter } from '../../../../../../gateway/console/web/pages/queue/filter.js';

const view = (path: string): ReturnType<typeof viewOf> => viewOf(new URLSearchParams(path.split('?')[1] ?? ''));

describe('the filter of the queue', () => {
  it('comes back from the address as it was put there', () => {
    const filter: Filter = { severity: ['high', 'critical'], route: ['mail'], text: '工资 表', sender: '@corp.example', assignee: 'me', from: '2026-02-01' };
    for (const order of ['risk', 'newest', 'oldest', 'expiry'] as const) {
      for (const grouped of [true, false]) {
        const given = { filter, order, grouped, after: grouped ? undefined : 'abc.123' };
        expect(view(pathOf(given))).toEqual(given);
      }
    }
    expect(pathOf({ filter: {}, order: 'risk', grouped: false, after: undefined })).toBe('/queue');
  });

  it('asks for what waits unless other states are named, and for all when all are', () => {
    expect(askedOf({}).state).toEqual([...WAITING]);
    expect(askedOf({ state: ['released'] }).state).toEqual(['released']);
    expect(askedOf({ state: ['all'] }).state).toBeUndefined();
  });

  it('asks for whole days of the reader, the last one with its evening', () => {
    const { from, to } = askedOf({ from: '2026-02-01', to: '2026-02-01' });
    expect(from).toBe(new Date(2026, 1, 1).toISOString());
    expect(to).toBe(new Date(2026, 1, 2).toISOString());
    expect(askedOf({ from: 'yesterday' }).from).toBeUndefined();
  });

  it('shows a chip for each bound, and takes away that bound alone', () => {
    const filter: Filter = { severity: ['high', 'critical'], text: 'list' };
    const chips = chipsOf(filter);
    expect(chips.map(({ key, value }) => `${key}=${value}`)).toEqual(['severity=high', 'severity=critical', 'text=list']);
    expect(chips.map((chip) => withoutChip(filter, chip))).toEqual([{ severity: ['critical'], text: 'list' }, { severity: ['high'], text: 'list' }, { severity: ['high', 'critical'] }]);
    expect(withText(withList({}, 'route', []), 'text', '  ')).toEqual({});
  });

  it('reads a saved filter back to the same question', () => {
    for (const filter of [{}, { state: ['all'] }, { state: ['released'] }, { severity: ['low'], from: '2026-02-01', to: '2026-02-03' }] satisfies Filter[]) {
      expect(askedOf(fromSaved(askedOf(filter)))).toEqual(askedOf(filter));
    }
  });
});
