/** Turns a policy's configuration into the function that plans and judges exchanges. */
import type { Config, PolicyConfig } from '../../config/schema.js';
import type { Evidence, Facts, Plan, Policy, Sniffed } from '../ports.js';
import { isNever, type Grades } from './condition.js';
import { decide, maskedBy, type Terms } from './decide.js';
import { foresee } from './foresee.js';
import { bindRule, compileRule } from './rule.js';

/** What of the configuration a policy depends on, beside its rules. */
export interface PolicyParts {
  readonly policy: Pick<PolicyConfig, 'rules' | 'unscannable'>;
  readonly grades: Grades;
  /** The route's clients synchronise folders: a mask becomes a block. */
  readonly syncClient: boolean;
  /** The route or the whole gateway only watches. */
  readonly monitor: boolean;
}

export function compilePolicy(name: string, parts: PolicyParts, revision: string): Policy {
  const rules = parts.policy.rules.map((rule) => compileRule(rule, parts.grades));
  const { syncClient, monitor } = parts;
  const { unscannable } = parts.policy;
  const named = `${name}@${revision}`;
  return {
    revision: named,
    plan: (facts: Facts, sniffed: Sniffed, head: Evidence): Plan => {
      const bound = rules.map((rule) => bindRule(rule, facts)).filter((rule) => !isNever(rule.when));
      const terms: Terms = { revision: named, rules: bound, unscannable, syncClient, monitor, sniffed, head };
      return { ...foresee(terms), decide: (evidence) => decide(terms, evidence), maskedBy: (evidence) => maskedBy(terms, evidence) };
    },
  };
}

export type PolicySettings = Pick<Config, 'policies' | 'grades' | 'routes' | 'monitor'>;

/** One policy per scanned route: routes that share a name still differ in monitor and syncClient. */
export function compilePolicies(config: PolicySettings, revision: string): ReadonlyMap<string, Policy> {
  const byRoute = new Map<string, Policy>();
  for (const route of config.routes) {
    const policy = route.policy === undefined ? undefined : config.policies[route.policy];
    if (!route.scan || route.policy === undefined || policy === undefined) continue;
    const parts = { policy, grades: config.grades, syncClient: route.syncClient, monitor: config.monitor || route.monitor };
    byRoute.set(route.id, compilePolicy(route.policy, parts, revision));
  }
  return byRoute;
}
