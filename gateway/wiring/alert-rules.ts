/** Rules of alerts from the configuration: what they want has to be written down, wherever it happens. */
import type { Config } from '../../config/schema.js';
import { alertRules } from '../alerting/rules.js';
import { ruleOfWebhook } from '../ledger/alert-collect.js';
import { glob } from '../policy/glob.js';
import type { AlertEvent, AlertRule } from '../ports.js';

/** How long plain webhooks group, as they always did. */
const WEBHOOK_WINDOW_MS = 60_000;
/** There may be one for every exchange. */
const MANY: ReadonlySet<AlertEvent['kind']> = new Set(['mask', 'unscannable']);

/** Plain webhooks have one each. */
export function rulesFrom(config: Config, webhookWindowMs = WEBHOOK_WINDOW_MS): readonly AlertRule[] {
  return alertRules({ alerts: config.alerts, grades: config.grades, glob, webhookWindowMs, ruleOfWebhook });
}

/** Everything that is rare, and of the rest what some rule wants. */
export function alertsWanted(config: Config): (event: AlertEvent) => boolean {
  const rules = rulesFrom(config);
  return (event) => !MANY.has(event.kind) || rules.some((rule) => rule.wants(event));
}
