/** Recipients of one mail, split by what rules can tell apart: each fares in its group as it would alone. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { domainsSchema } from '../../../config/mail-schema.js';
import { policySchema } from '../../../config/schema.js';
import { compilePolicy } from '../../../gateway/policy/compile.js';
import type { Facts, MailFacts, Policy } from '../../../gateway/ports.js';
import { costing } from '../../kit/cpu-time.js';
import { classes, evidence, facts, found, nothing, reasons, sniffed, unruledAnswer } from './kit.js';

const RUNS = { numRuns: 1000, seed: 20_261_122 };
const AT = Date.parse('2026-11-22T12:00:00Z');
const domains = domainsSchema.parse({
  own: ['corp.example', '*.corp.example'],
  partners: [{ id: 'auditor', domains: ['audit.example'], until: '2027-03-31' }, { id: 'printer', domains: ['print.example'], until: '2025-01-31' }],
});
const policyOf = (rules: readonly object[], unscannable = 'hold'): Policy => compilePolicy('p', { policy: policySchema.parse({ rules, unscannable }), grades: {}, domains, syncClient: false, monitor: false }, 'r1');
const mail = (over: Partial<MailFacts> = {}): MailFacts => ({ listener: 'mail', headerSenders: ['li.lei@corp.example'], recipientCount: 0, attachments: [], ...over });
const mailFacts = (recipients: readonly string[], over: Partial<MailFacts> = {}): Facts => facts({ channel: 'smtp', at: AT, recipients, mail: mail({ recipientCount: recipients.length, ...over }) });
const groupsOf = (policy: Policy, recipients: readonly string[], over: Partial<MailFacts> = {}): readonly (readonly number[])[] => policy.groups?.(mailFacts(recipients, over), recipients) ?? [];

const POOL = ['han@corp.example', 'mei@corp.example', 'x@hz.corp.example', 'kim@audit.example', 'old@print.example', 'a@outside.example', 'b@elsewhere.example', 'Han@Corp.Example'];
const factsPart = fc.record(
  {
    recipient: fc.constantFrom('*@corp.example', 'han@*', ['*@audit.example', 'a@*']),
    everyRecipient: fc.constantFrom('*@corp.example', '*.example', 'unknown'),
    recipientIs: fc.subarray(['inside', 'outside', 'partner', 'partner-expired'], { minLength: 1 }),
    destination: fc.constantFrom('corp.example', '*.example', 'unknown', ['audit.example', 'print.example']),
    recipients: fc.constantFrom({ atLeast: 1 }, { atLeast: 2 }, { atLeast: 4 }),
    senderMismatch: fc.boolean(),
    attachmentName: fc.constantFrom('*.xlsx', 'unknown'),
    user: fc.constantFrom('li.*', 'nobody'),
  },
  { requiredKeys: [] },
);
const leaf = fc.oneof(
  fc.record({ facts: factsPart }),
  fc.record({ facts: factsPart }),
  fc.record({ found: fc.record({ of: fc.subarray(['cn.resident-id', 'bank-card', 'cn.phone'], { minLength: 1 }), distinct: fc.constantFrom(1, 2) }) }),
  fc.record({ unscannable: fc.constantFrom(['encrypted'], ['malformed', 'timeout']) }),
);
const { tree } = fc.letrec<{ tree: object }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('tree') }),
  ),
}));
const rules = fc
  .array(fc.record({ when: fc.option(tree, { nil: undefined, freq: 8 }), action: fc.constantFrom('pass', 'mask', 'block', 'hold'), otherwise: fc.constantFrom('pass', 'block', 'hold'), monitor: fc.boolean() }), { minLength: 1, maxLength: 5 })
  .map((list) => list.map((rule, index) => ({ id: `r${index}`, ...rule })));

describe('recipients of one mail', () => {
  it('fare in their group as each would alone, and everybody is in one group', () => {
    let split = 0;
    fc.assert(
      fc.property(
        rules, unruledAnswer, fc.array(fc.constantFrom(...POOL), { minLength: 1, maxLength: 12 }), fc.array(fc.record({ classes: classes('body', fc.boolean()), reasons }), { minLength: 1, maxLength: 4 }),
        fc.boolean(), fc.boolean(),
        (list, unscannable, recipients, met, isForged, hasSheet) => {
          const policy = policyOf(list, unscannable);
          const given = mailFacts(recipients, { headerSenders: isForged ? ['boss@corp.example'] : ['li.lei@corp.example'], attachments: hasSheet ? [{ name: 'list.xlsx', type: undefined }] : [] });
          const groups = policy.groups?.(given, recipients) ?? [];
          split += groups.length > 1 ? 1 : 0;
          expect(groups.flat().sort((a, b) => a - b)).toEqual(recipients.map((_, index) => index));
          for (const group of groups) {
            const together = policy.plan({ ...given, recipients: group.map((index) => recipients[index] ?? '') }, sniffed({ container: true }), nothing);
            for (const index of group) {
              const alone = policy.plan({ ...given, recipients: [recipients[index] ?? ''] }, sniffed({ container: true }), nothing);
              for (const one of met) expect(together.decide(evidence(one.classes, one.reasons))).toEqual(alone.decide(evidence(one.classes, one.reasons)));
            }
          }
        },
      ),
      RUNS,
    );
    expect(split).toBeGreaterThan(RUNS.numRuns / 10);
  });

  it('are one group where no rule asks about them, however many rules there are', () => {
    expect(groupsOf(policyOf([{ id: 'r', when: { found: {}, facts: { senderMismatch: true, recipients: { atLeast: 2 } } }, action: 'block' }]), POOL)).toEqual([[0, 1, 2, 3, 4, 5, 6, 7]]);
  });

  it('are split by whose they are, by the day an agreement ends, and in the order in which they were named', () => {
    const policy = policyOf([
      { id: 'own', when: { facts: { recipientIs: 'inside' } }, action: 'pass' },
      { id: 'partner', when: { facts: { recipientIs: 'partner' }, found: {} }, action: 'mask' },
      { id: 'rest', when: { facts: { recipientIs: ['outside'] }, found: {} }, action: 'hold' },
    ]);
    expect(groupsOf(policy, POOL)).toEqual([[0, 1, 2, 7], [3], [4, 5, 6]]);
  });

  it('are not split by a rule that another fact has ruled out, nor by one behind a rule that decides everything', () => {
    const asks = { recipient: 'han@*' };
    expect(groupsOf(policyOf([{ id: 'r', when: { facts: { ...asks, user: 'nobody' } }, action: 'block' }]), POOL)).toHaveLength(1);
    expect(groupsOf(policyOf([{ id: 'r', when: { all: [{ facts: asks }, { facts: { user: 'nobody' } }] }, action: 'block' }]), POOL)).toHaveLength(1);
    expect(groupsOf(policyOf([{ id: 'all', action: 'hold' }, { id: 'r', when: { facts: asks }, action: 'block' }]), POOL)).toHaveLength(1);
  });

  it('are split by the place they are at, whatever the group as a whole is said to go to', () => {
    const policy = policyOf([{ id: 'r', when: { facts: { destination: '*.example.gov' } }, action: 'block' }]);
    const recipients = ['a@corp.example', 'b@tax.example.gov', 'c@Customs.Example.GOV.'];
    expect(groupsOf(policy, recipients)).toEqual([[0], [1, 2]]);
    expect(policy.plan({ ...mailFacts(['b@tax.example.gov', 'c@customs.example.gov']), destination: '' }, sniffed(), nothing).decide(nothing).action).toBe('block');
  });

  it('stay apart where a condition would be true of them together and of none alone', () => {
    const policy = policyOf([{ id: 'r', when: { facts: { recipient: '*@audit.example', recipientIs: ['inside'] } }, action: 'block' }]);
    const groups = groupsOf(policy, ['han@corp.example', 'kim@audit.example']);
    expect(groups).toEqual([[0], [1]]);
    for (const group of groups) expect(policy.plan(mailFacts(group.map((index) => ['han@corp.example', 'kim@audit.example'][index] ?? '')), sniffed(), nothing).decide(nothing).action).toBe('pass');
  });

  it('count as many as the mail has, in every group', () => {
    const policy = policyOf([{ id: 'many', when: { facts: { recipients: { atLeast: 3 } }, found: {} }, action: 'hold' }, { id: 'own', when: { facts: { recipientIs: 'inside' } }, action: 'pass' }]);
    const recipients = ['han@corp.example', 'a@outside.example', 'b@outside.example'];
    for (const group of groupsOf(policy, recipients)) {
      const verdict = policy.plan({ ...mailFacts(recipients), recipients: group.map((index) => recipients[index] ?? '') }, sniffed(), nothing).decide(evidence([found('cn.phone', 1)]));
      expect(verdict.rule).toBe('many');
    }
  });

  it('of what is no mail are one group: their number is asked of the exchange', () => {
    const policy = policyOf([{ id: 'own', when: { facts: { recipientIs: 'inside' } }, action: 'pass' }]);
    expect(policy.groups?.(facts({ recipients: POOL }), POOL)).toHaveLength(1);
    expect(policy.groups?.(mailFacts([]), [])).toEqual([]);
  });

  it('may be ten thousand, under twenty rules, for less than a tenth of a second', () => {
    const list = Array.from({ length: 20 }, (_, i) => ({ id: `r${i}`, when: { facts: i % 2 === 0 ? { recipient: [`*@team-${i}.example`, `boss-${i}@*`] } : { recipientIs: i % 3 === 0 ? ['outside'] : ['inside'], recipient: `*${i}*@*` }, found: {} }, action: 'hold' }));
    const policy = policyOf(list);
    const recipients = Array.from({ length: 10_000 }, (_, i) => `person-${i}@${i % 3 === 0 ? 'corp.example' : `team-${i % 40}.example`}`);
    const given = mailFacts(recipients);
    policy.groups?.(given, recipients);
    const costs = [0, 1, 2].map(() => costing(() => policy.groups?.(given, recipients)));
    for (const { result } of costs) expect(result?.flat()).toHaveLength(10_000);
    // The least of three: what was compiled and collected meanwhile is none of it.
    expect(Math.min(...costs.map(({ cpuMs }) => cpuMs))).toBeLessThan(100);
  });
});
