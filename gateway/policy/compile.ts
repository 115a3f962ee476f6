/** Turns a policy's configuration into the function that plans and judges exchanges. */
import type { Config, DomainsConfig, PolicyConfig } from '../../config/schema.js';
import type { Evidence, Facts, Mode, Plan, Policy, Relief, Sniffed } from '../ports.js';
import { factsTests, isNever, type Grades } from './condition.js';
import { decide, maskedBy, type Terms } from './decide.js';
import { excepting } from './except.js';
import { foresee } from './foresee.js';
import { recipientGroups } from './groups.js';
import { bindRule, compileRule } from './rule.js';
import { whoseIs } from './whose.js';

/** What of the configuration a policy depends on, beside its rules. */
export interface PolicyParts {
  readonly policy: Pick<PolicyConfig, 'rules' | 'unscannable'>;
  readonly grades: Grades;
  /** Left out: every recipient is outside. */
  readonly domains?: DomainsConfig | undefined;
  /** The route's clients synchronise folders: a mask becomes a block. */
  readonly syncClient: boolean;
  /** The route or the whole gateway only watches. */
  readonly monitor: boolean;
  readonly auditsPasses?: boolean | undefined;
}

const MODES: readonly Mode[] = ['watch', 'stream', 'hold'];
const stricter = (a: Mode, b: Mode): Mode => (MODES.indexOf(a) >= MODES.indexOf(b) ? a : b);
const NOBODY_KNOWN: DomainsConfig = { own: [], partners: [], zone: 'UTC' };
/** Facts can be true and false in more ways than are worth keeping. */
const PLANS_MOST = 256;
const NO_RELIEF: Relief = { exceptions: [], bypass: undefined, senderKey: undefined };

export function compilePolicy(name: string, parts: PolicyParts, revision: string): Policy {
  const meaning = { grades: parts.grades, whose: whoseIs(parts.domains ?? NOBODY_KNOWN) };
  const rules = parts.policy.rules.map((rule) => compileRule(rule, meaning));
  const groups = recipientGroups(rules);
  const { syncClient, monitor } = parts;
  const { unscannable } = parts.policy;
  const named = `${name}@${revision}`;
  const tests = rules.flatMap(({ when }) => factsTests(when));
  const plans = new Map<string, Plan>();
  return {
    revision: named,
    auditsPasses: parts.auditsPasses,
    groups,
    plan: (facts, sniffed, head, relief = NO_RELIEF) => {
      if (!isEmpty(head) || sniffed.unscannable.length > 0 || relief.exceptions.length > 0 || relief.bypass !== undefined) return planned(facts, sniffed, head, relief);
      // What is known before the body is the same for most exchanges, and then so is what follows from it.
      let key = (sniffed.container ? 'c' : '-') + (sniffed.maskable ? 'm' : '-');
      for (const test of tests) key += test(facts) ? '1' : '0';
      let plan = plans.get(key);
      if (plan === undefined) {
        if (plans.size >= PLANS_MOST) plans.clear();
        plan = withCleanVerdict(planned(facts, sniffed, head, NO_RELIEF));
        plans.set(key, plan);
      }
      return plan;
    },
  };

  function planned(facts: Facts, sniffed: Sniffed, head: Evidence, relief: Relief): Plan {
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
  }
}

const isEmpty = ({ classes, unscannable }: Evidence): boolean => classes.length === 0 && unscannable.length === 0;

/** Nothing found and all of it read: the same verdict each time. */
function withCleanVerdict(plan: Plan): Plan {
  const clean = plan.decide({ classes: [], unscannable: [] });
  return { ...plan, decide: (evidence) => (isEmpty(evidence) ? clean : plan.decide(evidence)) };
}

export type PolicySettings = Pick<Config, 'policies' | 'grades' | 'routes' | 'monitor' | 'domains'>;

/** One policy per scanned route: routes that share a name still differ in monitor and syncClient. */
export function compilePolicies(config: PolicySettings, revision: string): ReadonlyMap<string, Policy> {
  const byRoute = new Map<string, Policy>();
  for (const route of config.routes) {
    const policy = route.policy === undefined ? undefined : config.policies[route.policy];
    if ((route.channel === 'http' && !route.scan) || route.policy === undefined || policy === undefined) continue;
    const syncClient = route.channel === 'http' && (route.syncClient || route.upload === 'webdav-chunks');
    const parts = { policy, grades: config.grades, domains: config.domains, syncClient, monitor: config.monitor || route.monitor, auditsPasses: route.audit === 'every' };
    byRoute.set(route.id, compilePolicy(route.policy, parts, revision));
  }
  return byRoute;
}
