/** Events counted together. */
import { describe, expect, it } from '@jest/globals';
import { groupFromBatch, groupFromJson, groupOf, joinGroups, worstOf } from '../../../gateway/ledger/alert-groups.js';
import { alertOf } from '../../kit/alerting.js';

const T = Date.UTC(2026, 0, 1);
const at = (ms: number): Date => new Date(T + ms);

describe('a group of alerts', () => {
  it('counts alike events in one line with the latest incident, the worst line first', () => {
    const group = groupOf([
      alertOf({ at: at(1), incident: 'w1', counts: { 'cn.phone': 1 } }),
      alertOf({ at: at(3), incident: 'w3', counts: { 'cn.phone': 2 } }),
      alertOf({ at: at(2), severity: 'high', kind: 'block' }),
      alertOf({ at: at(4), counts: { folded: 40 } }),
    ]);
    expect([group.total, group.from, group.to, worstOf(group)]).toEqual([43, at(1), at(4), 'high']);
    expect(group.lines).toMatchObject([{ kind: 'block', count: 1 }, { kind: 'hold', count: 42, at: at(4), incident: 'w3', counts: { 'cn.phone': 3 } }]);
  });

  it('keeps its total however it is put together, also when lines run out', () => {
    const flood = Array.from({ length: 3_000 }, (_, n) => alertOf({ at: at(n), rule: `r${n}` }));
    const parts = [groupOf(flood.slice(0, 1_000)), groupOf(flood.slice(1_000)), groupOf([alertOf({ at: at(0), severity: 'critical' })])];
    const all = parts.reduce((a, b) => joinGroups(a, b));
    expect([all.total, all.lines.reduce((sum, { count }) => sum + count, 0), worstOf(all)]).toEqual([3_001, 3_001, 'critical']);
    expect(all.lines.length).toBeLessThanOrEqual(205);
    expect(groupFromJson(JSON.parse(JSON.stringify(all)))).toEqual(all);
  });

  it('takes in what the version before had put together', () => {
    const batch = { from: at(0), to: at(9), total: 60, items: [{ event: alertOf({ at: at(5), incident: 'w1' }), count: 60 }] };
    expect(groupFromBatch(JSON.parse(JSON.stringify(batch)))).toMatchObject({ total: 60, from: at(0), to: at(9), lines: [{ count: 60, at: at(5), incident: 'w1' }] });
  });
});
