/** Tells people when a part of this node fails and when it is back: once each, not at every look. */
import type { Alerts, Clock, Health, Log } from '../ports.js';

/** Sooner than a queue notices, later than a hiccup. */
const LOOK_MS = 15_000;
/** Two looks in a row: a restart of the database is no news. */
const LOOKS = 2;

export interface HealthAlerts {
  look(): Promise<void>;
  stop(): void;
}

export function healthAlerts(options: { readonly health: readonly Health[]; readonly alerts: Alerts; readonly clock: Clock; readonly log: Log; readonly everyMs?: number | undefined }): HealthAlerts {
  const { health, alerts, clock, log } = options;
  const failing = new Map<string, number>();
  let looking: Promise<void> | undefined;
  const tell = (component: string, state: 'down' | 'up'): void => {
    log[state === 'down' ? 'error' : 'info']('health.changed', { component, state });
    alerts.raise({ kind: 'health', at: new Date(clock.now()), severity: state === 'down' ? 'critical' : 'info', route: undefined, incident: undefined, rule: undefined, code: `${component}-${state}`, counts: {} });
  };
  const check = async (one: Health): Promise<void> => {
    const { ok } = await one.check().catch(() => ({ ok: false }));
    const before = failing.get(one.component) ?? 0;
    if (ok && before >= LOOKS) tell(one.component, 'up');
    if (!ok && before + 1 === LOOKS) tell(one.component, 'down');
    failing.set(one.component, ok ? 0 : before + 1);
  };
  const look = (): Promise<void> =>
    (looking ??= Promise.all(health.map(check)).then(() => undefined).finally(() => (looking = undefined)));
  const timer = setInterval(() => void look(), options.everyMs ?? LOOK_MS);
  timer.unref();
  return { look, stop: () => clearInterval(timer) };
}

/** A changed configuration was taken up, or refused while the old one runs on. */
export function reloadAlert(alerts: Alerts, clock: Clock, isApplied: boolean): void {
  alerts.raise({ kind: 'policy', at: new Date(clock.now()), severity: isApplied ? 'info' : 'high', route: undefined, incident: undefined, rule: undefined, code: isApplied ? 'reload-applied' : 'reload-refused', counts: {} });
}
