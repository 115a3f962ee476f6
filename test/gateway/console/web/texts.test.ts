import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addressOf, filterOf, questionOf } from '../../../../gateway/console/web/pages/audit/audit-filter.js';
import { grantOf } from '../../../../gateway/console/web/pages/accounts/grant-of.js';
import { monitorDays } from '../../../../gateway/console/web/pages/policy/monitor-days.js';
import { tourLines } from '../../../../gateway/console/web/pages/tour/tour-lines.js';
import { csv } from '../../../../gateway/console/web/ui/csv.js';
import { folded, lineDiff } from '../../../../gateway/console/web/ui/diff.js';
import { yamlParts } from '../../../../gateway/console/web/ui/yaml.js';

const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 12 });

describe('the difference of two texts', () => {
  it('holds both of them whole', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const diff = lineDiff(before.join('\n'), after.join('\n'));
        const of = (...kinds: string[]) => diff.flatMap((line) => (line.kind !== 'skip' && kinds.includes(line.kind) ? [line.text] : [])).join('\n');
        expect([of('same', 'del'), of('same', 'add')]).toEqual([before, after].map((text) => text.join('\n').replace(/\n$/, '')));
      }),
    );
  });

  it('says no more than has changed', () => {
    const text = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const diff = lineDiff(text.join('\n'), text.with(15, 'other').join('\n'));
    expect(diff.filter(({ kind }) => kind !== 'same')).toEqual([{ kind: 'del', text: 'line 15' }, { kind: 'add', text: 'other' }]);
    expect(folded(diff).map((line) => (line.kind === 'skip' ? line.count : line.kind))).toEqual([12, 'same', 'same', 'same', 'del', 'add', 'same', 'same', 'same', 11]);
  });
});

describe('YAML in colours', () => {
  it('loses no character of any line', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (line) => expect(yamlParts(line).map(({ text }) => text).join('')).toBe(line)));
    fc.assert(fc.property(fc.array(fc.constantFrom('- ', 'a', ': ', '"', "'", '#', ' ', '1', 'true', '{', ']', ','), { maxLength: 20 }), (parts) => expect(yamlParts(parts.join('')).map(({ text }) => text).join('')).toBe(parts.join(''))));
  });

  it('tells keys, texts, numbers, words and comments apart', () => {
    const kinds = (line: string) => yamlParts(line).filter(({ kind }) => kind !== 'mark' && kind !== 'plain');
    expect(kinds('# note')).toEqual([{ kind: 'comment', text: '# note' }]);
    expect(kinds('  - id: one # why')).toEqual([{ kind: 'key', text: 'id' }, { kind: 'comment', text: ' # why' }]);
    expect(kinds('count: 50')).toEqual([{ kind: 'key', text: 'count' }, { kind: 'number', text: '50' }]);
    expect(kinds('path: "a: b#c"')).toEqual([{ kind: 'key', text: 'path' }, { kind: 'text', text: '"a: b#c"' }]);
    expect(kinds('monitor: true')).toEqual([{ kind: 'key', text: 'monitor' }, { kind: 'word', text: 'true' }]);
    expect(kinds('url: http://x/y')).toEqual([{ kind: 'key', text: 'url' }]);
  });
});

describe('a list saved as CSV', () => {
  it('has no cell that a spreadsheet takes for a formula', () => {
    expect(csv([['=cmd()', '+1', '-1', '@x', 'a,b', 'say "hi"', 7]])).toBe('\uFEFF\'=cmd(),\'+1,\'-1,\'@x,"a,b","say ""hi""",7\r\n');
  });
});

describe('the audit’s filter', () => {
  it('stands in the address and comes back the same', () => {
    const filter = { from: '2026-03-01T08:00', to: '', actor: 'account:li.na', act: 'message.', subject: 'w01' };
    expect(filterOf(new URLSearchParams(addressOf(filter).split('?')[1]))).toEqual(filter);
    expect(addressOf(filterOf(new URLSearchParams()))).toBe('/audit');
  });

  it('asks in UTC and leaves out what is not a time', () => {
    const asked = questionOf({ from: '2026-03-01T08:00:00Z', to: 'soon', actor: ' x ', act: '', subject: '' });
    expect(asked).toEqual({ from: '2026-03-01T08:00:00.000Z', to: undefined, actor: 'x', act: undefined, subject: undefined });
  });
});

describe('a proposed grant', () => {
  it('has bounds only where something stands, and only for roles that see messages', () => {
    expect(grantOf({ accountId: 'a', role: 'reviewer', routes: ['share'], senders: [], mayOpen: true })).toEqual({ accountId: 'a', role: 'reviewer', mayOpen: true, scope: { routes: ['share'] } });
    expect(grantOf({ accountId: 'a', role: 'approver' })).toEqual({ accountId: 'a', role: 'approver', mayOpen: false });
    expect(grantOf({ accountId: 'a', role: 'auditor', routes: ['share'], mayOpen: true })).toEqual({ accountId: 'a', role: 'auditor' });
  });
});

describe('the monitor report by days', () => {
  it('has every day between the first and the last, and counts what would have been stopped', () => {
    const row = { route: 'r', rule: 'x', exchanges: 2 };
    const days = monitorDays([
      { ...row, day: '2026-02-28', action: 'block' },
      { ...row, day: '2026-03-02', action: 'mask' },
      { ...row, day: '2026-03-02', action: 'pass' },
    ]);
    expect(days.map(({ day, total }) => [day, total])).toEqual([['2026-02-28', 2], ['2026-03-01', 0], ['2026-03-02', 2]]);
    expect(monitorDays([])).toEqual([]);
  });
});

describe('the tour', () => {
  it('has a line for each demo route that is there, with the address that traffic goes to', () => {
    const all = ['upload', 'mail', 'share'].map((route) => ({ route, path: `/${route}` }));
    expect(tourLines('http://127.0.0.1:8080', all).map(({ what, line }) => [what, line.split(' ')[2]])).toEqual([
      ['mask', 'http://127.0.0.1:8080/upload'],
      ['block', 'http://127.0.0.1:8080/mail'],
      ['hold', 'http://127.0.0.1:8080/share'],
    ]);
    expect(tourLines('x', all.slice(0, 1))).toHaveLength(1);
    expect(tourLines('x', [])).toEqual([]);
  });
});
