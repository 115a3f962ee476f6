/** A rule ready for use, and what it does to one item that it covers. */
import type { Rule } from '../../config/schema.js';
import type { Action, Facts } from '../ports.js';
import { bind, compileCondition, type Bound, type Meaning, type Node } from './condition.js';
import type { Item } from './judge.js';

type Conduct = Pick<Rule, 'id' | 'action' | 'otherwise' | 'severity' | 'notify' | 'fourEyes' | 'monitor'>;
export interface CompiledRule extends Conduct {
  readonly when: Node;
}
export interface BoundRule extends Conduct {
  readonly when: Bound;
}

/** From weakest to strictest. */
const STRICTNESS = { pass: 0, mask: 1, hold: 2, block: 3 } as const satisfies Record<Action, number>;

/** Sorts the strictest first. */
export const byStrictness = (a: Action, b: Action): number => STRICTNESS[b] - STRICTNESS[a];
export const stops = (action: Action): boolean => action === 'hold' || action === 'block';

export function compileRule(rule: Rule, meaning: Meaning): CompiledRule {
  const { id, action, otherwise, severity, notify, fourEyes, monitor } = rule;
  return { id, action, otherwise, severity, notify, fourEyes, monitor, when: compileCondition(rule.when, meaning) };
}

export const bindRule = (rule: CompiledRule, facts: Facts): BoundRule => ({ ...rule, when: bind(rule.when, facts) });

/** `undefined`: nothing to do to this item. */
export function effect(rule: Conduct, item: Item, syncClient: boolean): Action | undefined {
  if (rule.action !== 'mask') return rule.action;
  switch (item.kind) {
    case 'exchange':
      return undefined;
    case 'unscannable':
      return rule.otherwise;
    case 'finding':
    case 'some':
      // A client that synchronises would download the mask over the original (HC 19).
      if (syncClient) return 'block';
      return item.maskable ? 'mask' : rule.otherwise;
  }
}
