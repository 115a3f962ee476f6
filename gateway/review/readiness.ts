/** Answers "can this node do its work?", component by component (HC 24). */
import type { Health, NeededFor } from '../ports.js';

/** A check that takes longer is as good as a failed one: load balancers ask every few seconds. */
const CHECK_MS = 2_000;

interface ComponentHealth {
  readonly component: string;
  readonly ok: boolean;
  readonly neededFor: NeededFor;
  readonly detail: string;
}
export interface Readiness {
  readonly ready: boolean;
  readonly for: 'all' | 'hold';
  readonly components: readonly ComponentHealth[];
}

/** Questions that come while one is being answered share its answer, so that asking cannot become a load. */
export function readiness(health: readonly Health[]): (purpose: 'all' | 'hold') => Promise<Readiness> {
  const components = health.map(component);
  let running: Promise<readonly ComponentHealth[]> | undefined;
  return async (purpose) => {
    running ??= Promise.all(components.map((check) => check())).finally(() => (running = undefined));
    const answers = await running;
    return { ready: answers.every((one) => one.ok || one.neededFor === 'nothing' || (purpose === 'all' && one.neededFor === 'hold')), for: purpose, components: answers };
  };
}

/** A check that hangs or throws still knows what its component was needed for when it last answered; until then: everything. */
function component(health: Health): () => Promise<ComponentHealth> {
  let neededFor: NeededFor = 'all';
  const failed = (detail: string): ComponentHealth => ({ component: health.component, ok: false, neededFor, detail });
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ComponentHealth>((resolve) => {
      timer = setTimeout(() => resolve(failed('no answer in time')), CHECK_MS);
    });
    try {
      const answer = health.check().then(({ ok, neededFor: purpose, detail }) => {
        neededFor = purpose;
        return { component: health.component, ok, neededFor, detail };
      });
      return await Promise.race([answer, late]);
    } catch {
      // Messages may quote content; that a check failed is all a stranger needs to know.
      return failed('the check failed');
    } finally {
      clearTimeout(timer);
    }
  };
}
