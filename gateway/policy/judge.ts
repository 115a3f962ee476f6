/** One condition seen against a world: is it true, and what does it cover? The same code decides (all known) and foresees (much unknown). */
import type { UnscannableReason } from '../ports.js';
import type { Bound, FoundLeaf, Kind, UnscannableLeaf } from './condition.js';
import { certain, least, most, opposite, type Tri } from './tri.js';

/** What is decided one by one. `some` stands for a finding that nothing is known of yet, `exchange` for the exchange itself. */
export type Item =
  | { readonly kind: 'finding'; readonly finding: Kind; readonly maskable: boolean }
  | { readonly kind: 'some'; readonly maskable: boolean }
  | { readonly kind: 'unscannable'; readonly reason: UnscannableReason }
  | { readonly kind: 'exchange' };

/** Truth of what a leaf asks for, its "not" left aside, given that `item` is there. */
export interface World {
  found(leaf: FoundLeaf, item: Item): Tri;
  unscannable(leaf: UnscannableLeaf, item: Item): Tri;
}

export interface Judged {
  readonly truth: Tri;
  /** There is a true way through the condition that selects nothing: the rule is about the whole exchange. */
  readonly neutral: Tri;
  /** The item is selected by name. */
  readonly selects: Tri;
}

const negatedLeaf = (truth: Tri): Judged => ({ truth: opposite(truth), neutral: opposite(truth), selects: 'no' });

export function judge(node: Bound, world: World, item: Item): Judged {
  switch (node.kind) {
    case 'settled':
      return { truth: certain(node.truth), neutral: certain(node.truth), selects: 'no' };
    case 'found': {
      const truth = world.found(node, item);
      if (node.negated) return negatedLeaf(truth);
      const matches = item.kind === 'some' ? 'maybe' : certain(item.kind === 'finding' && node.matches(item.finding));
      return { truth, neutral: 'no', selects: least(truth, matches) };
    }
    case 'unscannable': {
      const truth = world.unscannable(node, item);
      if (node.negated) return negatedLeaf(truth);
      const matches = certain(item.kind === 'unscannable' && node.reasons.has(item.reason));
      return { truth, neutral: 'no', selects: least(truth, matches) };
    }
    case 'all': {
      const children = node.of.map((child) => judge(child, world, item));
      const truth = children.reduce<Tri>((sum, child) => least(sum, child.truth), 'yes');
      return {
        truth,
        neutral: children.reduce<Tri>((sum, child) => least(sum, child.neutral), 'yes'),
        selects: least(truth, children.reduce<Tri>((sum, child) => most(sum, child.selects), 'no')),
      };
    }
    case 'any': {
      const children = node.of.map((child) => judge(child, world, item));
      return {
        truth: children.reduce<Tri>((sum, child) => most(sum, child.truth), 'no'),
        neutral: children.reduce<Tri>((sum, child) => most(sum, child.neutral), 'no'),
        selects: children.reduce<Tri>((sum, child) => most(sum, child.selects), 'no'),
      };
    }
  }
}

/** Whether a rule with this condition covers the item: it selects it, or it is about the whole exchange. */
export function covers(node: Bound, world: World, item: Item): Tri {
  const judged = judge(node, world, item);
  return most(judged.neutral, judged.selects);
}
