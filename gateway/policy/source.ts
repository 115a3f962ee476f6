/** The policies in force now. All switch at once; an exchange keeps the one it began with. */
import { WeirError } from '../errors.js';
import type { Policy, PolicySource } from '../ports.js';

export interface SwitchablePolicies extends PolicySource {
  /** Routes that the new set does not name keep their policy: their listener is there until a restart. */
  replace(next: ReadonlyMap<string, Policy>): void;
}

export function policySource(initial: ReadonlyMap<string, Policy>): SwitchablePolicies {
  let current: ReadonlyMap<string, Policy> = new Map(initial);
  return {
    forRoute: (route) => {
      const policy = current.get(route);
      // Nothing may leave unjudged: a route without a policy fails its exchanges.
      if (policy === undefined) throw new WeirError('internal');
      return policy;
    },
    replace: (next) => {
      current = new Map([...current, ...next]);
    },
  };
}
