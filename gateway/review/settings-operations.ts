/** Settings and legal hold in the API: how long what is kept, where the keys are, and what a person should know of it. */
import type { Config } from '../../config/schema.js';
import type { ActiveBypass, LegalHoldLedger, Vault } from '../ports.js';
import { away } from './away.js';
import { operation, type Operation } from './operation.js';
import { daysByGrade } from './policy-operations.js';
import { legalHoldAnswer, legalHoldBody, settingsAnswer, type SettingsAnswer } from './policy-schemas.js';
import { ApiProblem } from './problem.js';
import { messageParams, noBody, noParams, noQuery } from './schemas.js';
import { ACCESS_LOG_DAYS, AUDIT_FLOOR_DAYS, settingsWarnings } from './settings-warnings.js';

const DAY_MS = 86_400_000;

export interface SettingsPorts {
  readonly version: string;
  readonly config: Config;
  /** As the newest reload left them. */
  readonly settings: () => Pick<Config, 'policies' | 'monitor' | 'routes'>;
  readonly inForce: () => readonly ActiveBypass[];
  readonly space: () => ReturnType<Vault['space']>;
  readonly suite: string;
  readonly suites: readonly string[];
  readonly database: 'embedded' | 'external';
  /** True once the three administrators are active. */
  readonly setUpEnded: () => Promise<boolean>;
  readonly legalHolds: LegalHoldLedger;
  /** Hosts of nodes that run another policy than this one. */
  readonly otherPolicies: () => readonly string[];
}

export function settingsOperations(ports: SettingsPorts): readonly Operation[] {
  return [
    operation({
      id: 'getSettings', method: 'get', right: 'settings.read', path: '/settings',
      summary: 'Retention, key custody, listeners and receivers as configured, with warnings in both languages.',
      params: noParams, query: noQuery, body: noBody, status: 200, answer: settingsAnswer, problems: ['ledger-unavailable'],
      run: () => settingsView(ports),
    }),
    operation({
      id: 'setLegalHold', method: 'post', right: 'messages.keep', path: '/messages/{id}/legal-hold',
      summary: 'Keep a message whatever its retention says, or stop keeping it. While it is kept nothing shreds its content.',
      params: messageParams, query: noQuery, body: legalHoldBody, status: 200, answer: legalHoldAnswer, problems: ['not-found', 'wrong-state', 'ledger-unavailable'],
      async run({ params, body, caller }) {
        const result = await away(() => ports.legalHolds.set(params.id, { ...body, actor: caller.actor }));
        if (result.kind === 'not-found') throw new ApiProblem('not-found');
        if (result.kind === 'wrong-state') throw new ApiProblem('wrong-state', { state: result.state });
        return { id: params.id, legalHold: body.on };
      },
    }),
  ];
}

async function settingsView(ports: SettingsPorts): Promise<SettingsAnswer> {
  const { config, version } = ports;
  const { policies, monitor, routes } = ports.settings();
  const auditDays = config.audit.retention / DAY_MS;
  const listeners = (['data', 'admin'] as const).map((name) => ({ name, host: config.listen[name].host, port: config.listen[name].port, tls: config.listen[name].tls !== undefined }));
  // A vault that cannot say how full it is leaves the rest of the answer true; /readyz tells of it.
  const space = await ports.space().catch(() => undefined);
  const setUp = !(await away(() => ports.setUpEnded()));
  return {
    version,
    retention: {
      auditDays,
      auditFloorDays: AUDIT_FLOOR_DAYS,
      accessLogDays: ACCESS_LOG_DAYS,
      policies: Object.entries(policies).map(([name, policy]) => ({ name, days: policy.retention / DAY_MS, byGradeDays: daysByGrade(policy.retentionByGrade) })),
    },
    vault: { custody: config.vault.custody, suite: ports.suite, suites: [...ports.suites], usedBytes: space?.usedBytes, limitBytes: config.vault.maxBytes },
    listeners,
    monitor,
    demo: config.demo,
    database: ports.database,
    alertSinks: config.alerts.webhooks.length + config.alerts.sinks.length,
    noticeSinks: config.notices.sinks.length,
    language: config.language,
    warnings: [
      ...settingsWarnings({
        auditDays,
        custody: config.vault.custody,
        monitor,
        monitoredRoutes: routes.filter((route) => route.monitor).map(({ id }) => id),
        unscannedRoutes: config.routes.filter((route) => route.channel === 'http' && !route.scan).map(({ id }) => id),
        bypassedRoutes: ports.inForce().map(({ route }) => route),
        demo: config.demo,
        alertSinks: config.alerts.webhooks.length + config.alerts.sinks.length,
        silentRoutes: config.routes.filter((route) => (route.channel === 'smtp' ? !route.notices.reject : route.scan && route.notices === undefined)).map(({ id }) => id),
        listeners,
        otherPolicies: ports.otherPolicies(),
        setUp,
      }),
    ],
  };
}
