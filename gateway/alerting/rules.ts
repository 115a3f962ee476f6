/** Makes rules that can be asked of what the configuration says; pure. */
import type { AlertRuleConfig, AlertsConfig } from '../../config/alerts-schema.js';
import { ALERT_EVENTS, type AlertEventName, type AlertRule, type Severity } from '../ports.js';
import { quietHours } from './quiet.js';

const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];
const atLeast = (severity: Severity, least: Severity): boolean => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);

export interface RuleSettings {
  readonly alerts: Pick<AlertsConfig, 'rules' | 'webhooks' | 'zone'>;
  /** Which detectors find what of which grade. */
  readonly grades: Readonly<Partial<Record<string, readonly string[]>>>;
  readonly glob: (pattern: string) => (text: string) => boolean;
  /** How plain webhooks group: one message for so long. */
  readonly webhookWindowMs: number;
  /** Name of the rule that a plain webhook has. */
  readonly ruleOfWebhook: (sink: string) => string;
}

/** The word that rules use for an event: break-glass and accounts have always been raised as health. */
export function eventName({ kind, code }: { readonly kind: string; readonly code?: string | undefined }): AlertEventName {
  if (kind === 'health' && code?.startsWith('bypass-') === true) return 'break-glass';
  if (kind === 'health' && code?.startsWith('account-') === true) return 'account';
  return ALERT_EVENTS.find((name) => name === kind) ?? 'health';
}

export function alertRules(settings: RuleSettings): readonly AlertRule[] {
  const { alerts } = settings;
  return [...alerts.rules.map((rule) => fromRule(rule, settings)), ...alerts.webhooks.map((webhook) => fromWebhook(webhook, settings))];
}

function fromRule(rule: AlertRuleConfig, { alerts, grades, glob }: RuleSettings): AlertRule {
  const { events, severity, routes, codes, rules, countOver } = rule.when;
  const any = (patterns: readonly string[] | undefined): ((text: string | undefined) => boolean) => {
    const globs = patterns?.map(glob);
    // `unknown` matches what is missing, as it does in policies.
    return globs === undefined ? () => true : (text) => globs.some((one) => one(text ?? 'unknown'));
  };
  const [route, code, policyRule] = [any(routes), any(codes), any(rules)];
  const detectors = rule.when.grades === undefined ? undefined : new Set(rule.when.grades.flatMap((grade) => grades[grade] ?? []));
  const quiet = rule.quiet === undefined ? undefined : quietHours({ ...rule.quiet, zone: rule.quiet.zone ?? alerts.zone });
  const except = rule.quiet?.except;
  return {
    id: rule.id,
    to: rule.to,
    wants: (event) =>
      (events === undefined || events.includes(eventName(event))) &&
      (severity === undefined || atLeast(event.severity, severity)) &&
      route(event.route) &&
      code(event.code) &&
      policyRule(event.rule) &&
      (detectors === undefined || Object.keys(event.counts).some((detector) => detectors.has(detector))),
    windowMs: rule.window,
    countOver: countOver === undefined ? undefined : { count: countOver.count, withinMs: countOver.within },
    urgent: ({ severity: of }) => except !== undefined && atLeast(of, except),
    quietUntil: (at) => quiet?.(at),
    language: rule.language,
  };
}

function fromWebhook(webhook: AlertsConfig['webhooks'][number], { webhookWindowMs, ruleOfWebhook }: RuleSettings): AlertRule {
  const kinds = new Set<string>(webhook.events);
  return {
    id: ruleOfWebhook(webhook.id),
    to: [webhook.id],
    wants: ({ kind, severity }) => kinds.has(kind) && atLeast(severity, webhook.minSeverity),
    windowMs: webhookWindowMs,
    countOver: undefined,
    urgent: () => false,
    quietUntil: () => undefined,
    language: undefined,
  };
}
