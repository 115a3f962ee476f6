/** Splits a mail's recipients into as few groups as rules can tell apart: each group is then judged once, as each of its members would be alone. */
import type { Facts } from '../ports.js';
import { bind, type Bound, type Node } from './condition.js';
import type { AskedRecipient, RecipientTest } from './facts.js';
import type { CompiledRule } from './rule.js';

/** Looking for more that are alike in effect is worth it for a few groups; of more than these each is a group that some condition tells apart. */
const MERGED_MOST = 1_000;

type Groups = readonly (readonly number[])[];

export function recipientGroups(rules: readonly CompiledRule[]): (facts: Facts, recipients: readonly string[]) => Groups {
  const asking = rules.flatMap(({ when }) => factsLeaves(when));
  const effectOf = effects(rules);
  return (facts, recipients) => {
    const all = recipients.map((_, index) => index);
    // Where recipients are counted from this list alone, a part of it would be another count.
    if (facts.mail === undefined || all.length < 2) return all.length === 0 ? [] : [all];
    const tests = new Map<string, RecipientTest>();
    for (const { test } of asking) {
      if (test.recipients.length > 0 && test.others(facts)) for (const one of test.recipients) tests.set(one.key, one);
    }
    if (tests.size === 0) return [all];
    const alike = bucketed(all, (index) => answers(tests.values(), { address: (recipients[index] ?? '').toLowerCase(), at: facts.at }));
    if (alike.length < 2 || alike.length > MERGED_MOST) return alike;
    return merged(alike, (group) => effectOf({ ...facts, recipients: group.map((index) => recipients[index] ?? '') }));
  };
}

type FactsLeaf = Extract<Node, { kind: 'facts' }>;
function factsLeaves(node: Node): readonly FactsLeaf[] {
  if (node.kind === 'facts') return [node];
  return node.kind === 'all' || node.kind === 'any' ? node.of.flatMap(factsLeaves) : [];
}

function answers(tests: Iterable<RecipientTest>, recipient: AskedRecipient): string {
  let bits = '';
  for (const test of tests) bits += test.is(recipient) ? '1' : '0';
  return bits;
}

function bucketed(indexes: readonly number[], keyOf: (index: number) => string): Groups {
  const buckets = new Map<string, number[]>();
  for (const index of indexes) {
    const key = keyOf(index);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [index]);
    else bucket.push(index);
  }
  return [...buckets.values()];
}

/** Joins groups for which rules come to the same, unless together they would come to something else. One member stands for its group: conditions answer alike for all of it. */
function merged(groups: Groups, effectOf: (members: readonly number[]) => string): Groups {
  const byEffect = new Map<string, { readonly standIns: number[]; readonly members: number[] }[]>();
  for (const group of groups) {
    const [standIn = 0] = group;
    const effect = effectOf([standIn]);
    const known = byEffect.get(effect) ?? [];
    byEffect.set(effect, known);
    const home = known.find(({ standIns }) => effectOf([...standIns, standIn]) === effect);
    if (home === undefined) known.push({ standIns: [standIn], members: [...group] });
    else {
      home.standIns.push(standIn);
      home.members.push(...group);
    }
  }
  return [...byEffect.values()].flat().map(({ members }) => members.sort((a, b) => a - b)).sort(([a = 0], [b = 0]) => a - b);
}

/** What is left of the rules once facts are settled, as a text: rules with the same text decide the same on any evidence. */
function effects(rules: readonly CompiledRule[]): (facts: Facts) => string {
  const names = new Map<object, number>();
  const nameOf = (leaf: object): number => {
    const name = names.get(leaf) ?? names.size;
    names.set(leaf, name);
    return name;
  };
  return (facts) => {
    const texts: string[] = [];
    for (const rule of rules) {
      const bound = bind(rule.when, facts);
      const text = coversAll(bound) ? ALWAYS : textOf(bound, nameOf);
      if (text === NEVER) continue;
      texts.push(`${rule.id}=${text}`);
      // It decides everything: no rule behind it is asked.
      if (text === ALWAYS && !rule.monitor && rule.action !== 'mask') break;
    }
    return texts.join(';');
  };
}

const ALWAYS = 'yes';
const NEVER = 'no';

/** True whatever is found, and about the whole mail: what some branch selects beside makes no difference. */
function coversAll(node: Bound): boolean {
  switch (node.kind) {
    case 'settled':
      return node.truth;
    case 'all':
      return node.of.every(coversAll);
    case 'any':
      return node.of.some(coversAll);
    case 'found':
    case 'unscannable':
      return false;
  }
}

function textOf(node: Bound, nameOf: (leaf: object) => number): string {
  switch (node.kind) {
    case 'settled':
      return node.truth ? ALWAYS : NEVER;
    case 'found':
    case 'unscannable':
      return String(nameOf(node));
    case 'all': {
      const texts = node.of.map((child) => textOf(child, nameOf)).filter((text) => text !== ALWAYS);
      if (texts.includes(NEVER)) return NEVER;
      if (texts.length === 0) return ALWAYS;
      return texts.length === 1 ? (texts[0] ?? ALWAYS) : `(${texts.join('&')})`;
    }
    case 'any': {
      const texts = node.of.map((child) => textOf(child, nameOf)).filter((text) => text !== NEVER);
      if (texts.length === 0) return NEVER;
      return texts.length === 1 ? (texts[0] ?? NEVER) : `(${texts.join('|')})`;
    }
  }
}
