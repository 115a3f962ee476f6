/** Turns a policy's configuration into the function that plans and judges exchanges. */
import type { Config, PolicyConfig } from '../../config/schema.js';
import type { Evidence, Facts, Mode, Plan, Policy, Relief, Sniffed } from '../ports.js';
import { isNever, type Grades } from './condition.js';
import { decide, maskedBy, type Terms } from './decide.js';
import { excepting } from './except.js';
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

const MODES: readonly Mode[] = ['watch', 'stream', 'hold'];
const stricter = (a: Mode, b: Mode): Mode => (MODES.indexOf(a) >= MODES.indexOf(b) ? a : b);
const NO_RELIEF: Relief = { exceptions: [], bypass: undefined, senderKey: undefined };

export function compilePolicy(name: string, parts: PolicyParts, revision: string): Policy {
  const rules = parts.policy.rules.map((rule) => compileRule(rule, parts.grades));
  const { syncClient, monitor } = parts;
  const { unscannable } = parts.policy;
  const named = `${name}@${revision}`;
  return {
    revision: named,
    plan: (facts: Facts, sniffed: Sniffed, head: Evidence, relief: Relief = NO_RELIEF): Plan => {
      const bound = rules.map((rule) => bindRule(rule, facts)).filter((rule) => !isNever(rule.when));
      const except = excepting(relief.exceptions);
      const whole: Terms = { revision: named, rules: bound, unscannable, syncClient, monitor: monitor || relief.bypass !== undefined, sniffed, head };
      const terms: Terms = { ...whole, head: except.rest(head) };
      const foresight = foresee(terms);
      return {
        // What an exception takes away may make another rule true: its mode counts as well as the one without exceptions, which none may weaken.
        mode: relief.exceptions.length === 0 ? foresight.mode : stricter(foresight.mode, foresee(whole).mode),
        masks: (finding) => except.covering(finding) === undefined && foresight.masks(finding),
        aborts: (reason) => foresight.aborts(reason),
        excepts: (finding) => except.covering(finding),
        decide: (evidence) => {
          const verdict = decide(terms, except.rest(evidence));
          const excepted = except.used({ ...evidence, classes: [...head.classes, ...evidence.classes] });
          return { ...verdict, ...(excepted.length === 0 ? {} : { excepted }), ...(relief.bypass === undefined ? {} : { bypass: relief.bypass }) };
        },
        maskedBy: (evidence) => {
          const wanted = maskedBy(terms, except.rest(evidence));
          return (finding) => except.covering(finding) === undefined && wanted(finding);
        },
      };
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
