/** Facts, sniffed heads, evidence and random policies for the policy tests. */
import fc from 'fast-check';
import { policySchema, type PolicyConfig } from '../../../config/schema.js';
import { compilePolicy, type PolicyParts } from '../../../gateway/policy/compile.js';
import type { Evidence, Facts, Finding, FindingClass, Plan, Sniffed, Unscannable, UnscannableReason } from '../../../gateway/ports.js';

export const facts = (over: Partial<Facts> = {}): Facts => ({
  channel: 'http', route: 'mail', direction: 'request', clientAddress: '10.1.2.3', user: 'li.lei', department: undefined,
  sender: 'li.lei@corp.example', recipients: ['han@corp.example'], subject: undefined, destination: 'mail.example',
  method: 'POST', mediaType: 'application/json', fileNames: [], ...over,
});
export const sniffed = (over: Partial<Sniffed> = {}): Sniffed => ({ syntax: 'json', container: false, unscannable: [], maskable: true, ...over });

/** `values` are the distinct fingerprints. */
export const found = (detector: string, values: number | readonly string[], over: Partial<FindingClass> = {}): FindingClass => {
  const distinct = typeof values === 'number' ? Array.from({ length: values }, (_, i) => `${detector}-${i}`) : values;
  return { detector, confidence: 0.9, tags: [], where: 'body', maskable: true, count: distinct.length, distinct: new Set(distinct), ...over };
};
export const unread = (reason: UnscannableReason): Unscannable => ({ part: 'body', reason, bytes: 10, detail: reason });
export const evidence = (classes: readonly FindingClass[] = [], reasons: readonly UnscannableReason[] = []): Evidence => ({
  classes, unscannable: reasons.map(unread),
});
export const nothing = evidence();

export const finding = (detector: string, over: Partial<Finding> = {}): Finding => ({
  detector, part: 'body', start: 0, end: 11, confidence: 0.9, reasons: [], fingerprint: 'f', preview: '***', tags: [], maskable: true, ...over,
});

const GRADES = { C2: ['cn.resident-id', 'bank-card', 'cn.phone'], C3: ['bank-card'] } as const;

export function plan(
  policy: { rules: readonly object[]; unscannable?: string },
  over: { facts?: Partial<Facts>; sniffed?: Partial<Sniffed>; head?: Evidence; parts?: Partial<PolicyParts> } = {},
): Plan {
  const parsed: PolicyConfig = policySchema.parse(policy);
  const parts = { policy: parsed, grades: GRADES, syncClient: false, monitor: false, ...over.parts };
  return compilePolicy('p', parts, 'r1').plan(facts(over.facts), sniffed(over.sniffed), over.head ?? nothing);
}

// ---------------------------------------------------------------- random policies and evidence

const DETECTORS = ['cn.resident-id', 'bank-card', 'cn.phone'] as const;
export const REASONS = ['malformed', 'unsupported', 'encrypted', 'timeout'] as const satisfies readonly UnscannableReason[];

const foundPart = fc.record(
  {
    of: fc.subarray([...DETECTORS], { minLength: 1 }),
    distinct: fc.constantFrom(1, 1, 2, 3),
    confidence: fc.constantFrom(0, 0.7, 0.95),
    where: fc.constantFrom('head' as const, 'body' as const, 'any' as const),
    exceptTags: fc.constantFrom<string[]>([], ['test-number']),
  },
  { requiredKeys: [] },
);
const factsPart = fc.constantFrom({ user: 'li.*' }, { user: 'nobody' }, { recipient: '*@corp.example' }, { client: '10.0.0.0/8' }, { department: 'unknown' });
const unscannablePart = fc.subarray([...REASONS], { minLength: 1 });
/** With a limit a condition ceases to be true when more comes, as one with a `not` does. */
const limitedPart = fc.tuple(unscannablePart, fc.constantFrom({}, {}, { upTo: '5B' }, { upTo: '15B' })).map(([unscannable, limit]) => ({ unscannable, ...limit }));
const leaf = (limited: boolean): fc.Arbitrary<object> => fc.oneof<fc.WeightedArbitrary<object>[]>(
  { weight: 5, arbitrary: fc.record({ found: foundPart }) },
  { weight: 2, arbitrary: limited ? limitedPart : fc.record({ unscannable: unscannablePart }) },
  { weight: 2, arbitrary: fc.record({ facts: factsPart }) },
  { weight: 1, arbitrary: fc.record({ found: foundPart, facts: factsPart }) },
);
export const condition = (withNot: boolean): fc.Arbitrary<object> => {
  const { tree } = fc.letrec<{ tree: object }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf(withNot),
      fc.record({ all: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
      ...(withNot ? [fc.record({ not: tie('tree') })] : []),
    ),
  }));
  return tree;
};
export interface RandomRule {
  readonly id: string;
  readonly when?: object | undefined;
  readonly action: 'pass' | 'mask' | 'block' | 'hold';
  readonly otherwise: 'pass' | 'block' | 'hold';
  readonly monitor: boolean;
}
export const rules = (options: { withNot: boolean; monitor?: boolean }): fc.Arbitrary<RandomRule[]> =>
  fc
    .array(
      fc.record({
        when: fc.option(condition(options.withNot), { nil: undefined, freq: 6 }),
        // Masks more often than not: they are what makes streams.
        action: fc.constantFrom('pass' as const, 'pass' as const, 'mask' as const, 'mask' as const, 'mask' as const, 'mask' as const, 'block' as const, 'hold' as const),
        otherwise: fc.constantFrom('pass' as const, 'block' as const, 'hold' as const),
        monitor: options.monitor === true ? fc.boolean() : fc.constant(false),
      }),
      { maxLength: 4 },
    )
    .map((list) => list.map((rule, index) => ({ id: `r${index}`, ...rule })));

export const classes = (where: 'head' | 'body', maskable: fc.Arbitrary<boolean>): fc.Arbitrary<FindingClass[]> =>
  fc.array(
    fc
      .record({
        detector: fc.constantFrom(...DETECTORS),
        confidence: fc.constantFrom(0.5, 0.8, 0.99),
        tags: fc.constantFrom<string[]>([], ['test-number']),
        maskable,
        values: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 }),
      })
      .map(({ values, ...rest }) => ({ ...rest, where, count: values.length, distinct: new Set(values) })),
    { maxLength: 3 },
  );
export const reasons = fc.subarray([...REASONS]);
export const unruledAnswer = fc.constantFrom('hold', 'block', 'pass');
export const randomSniffed = fc.record({
  syntax: fc.constant('text'),
  container: fc.boolean(),
  maskable: fc.boolean(),
  unscannable: fc.subarray([...REASONS]).map((list) => (list.length > 2 ? list.slice(0, 1) : list).map(unread)),
});
