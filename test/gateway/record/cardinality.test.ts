import { describe, it, expect } from '@jest/globals';
import type { ExchangeId } from '../../../gateway/ports.js';
import { metrics } from '../../../gateway/record/metrics.js';
import { outcomeOf } from './outcome-of.js';

/** What an attacker, a broken part or another version might hand over as a label. */
const hostile = (n: number): string => `x${n}"}\n evil{a="b`;
const ROUNDS = 500;
/** All series together of one process with two routes, two detectors and one sink, whatever happens. */
const SERIES_MOST = 2_500;

describe('cardinality', () => {
  it('is bounded by construction: hostile labels fold into closed lists', async () => {
    const made = metrics({
      version: '0', routes: () => ['a', 'b'], detectors: () => ['d1', 'd2'], sinks: () => ['ops'],
      sources: { jobs: async () => Array.from({ length: ROUNDS }, (_, n) => ({ queue: hostile(n), state: 'open', count: 1 })), nodes: async () => Array.from({ length: ROUNDS }, (_, n) => ({ revision: hostile(n), count: 1 })) },
    });
    for (let n = 0; n < ROUNDS; n += 1) {
      const word = hostile(n);
      made.recorder.exchange(outcomeOf({ id: `w${n}` as ExchangeId, route: word, findingCounts: { [word]: 1 }, monitored: [{ rule: word, action: 'block' }], excepted: [{ exception: word, detector: word, values: 1 }], bypass: word }));
      made.countError('http', word, word);
      made.policyReloaded(true, `revision${n}`);
      made.work.upstream(word, 0.1, undefined);
      made.work.upstream(word, 0.1, word);
      made.work.job(word, 'done', 1);
      made.work.alert(word, 'sent', 1);
      made.work.signIn('password', word);
      made.work.reviewed([{ id: word.slice(0, 20), step: 'decided', outcome: word, severity: word, seconds: 5 }, { id: 'w', step: 'delivered', outcome: word, severity: word, seconds: -5 }]);
    }
    const text = await made.text();
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length).toBeLessThan(SERIES_MOST);
    const families = await made.json();
    for (const family of families) expect({ name: family.name, many: family.values.length > 450 }).toEqual({ name: family.name, many: false });
    const byHand = families.filter(({ name }) => !['weir_jobs', 'weir_jobs_oldest_age_seconds', 'weir_fleet_nodes'].includes(name));
    expect(JSON.stringify(byHand.map(({ values }) => values.map(({ labels }) => labels)))).not.toContain('evil');
    expect(families.find(({ name }) => name === 'weir_policy_info')?.values).toHaveLength(1);
  });

  it('says of every metric how the processes of a node are added up, with help and a unit that promtool knows', async () => {
    const families = await metrics({ version: '0', routes: () => [], detectors: () => [] }).json();
    for (const { name, help, aggregator } of families) expect({ name, known: help.length > 3 && ['sum', 'max', 'min', 'first', 'average', 'omit'].includes(aggregator) }).toEqual({ name, known: true });
  });
});
