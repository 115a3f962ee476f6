/** The report of monitor mode: what rules would have done. */
import type { AuditTrail, Clock, MonitorReport, ReviewLedger } from '../ports.js';
import { operation, type Operation } from './operation.js';
import { monitorReportAnswer, noBody, noParams, noQuery } from './schemas.js';

export interface ReviewPorts {
  readonly ledger: ReviewLedger;
  readonly audit: AuditTrail;
  readonly monitorReport: () => MonitorReport | Promise<MonitorReport>;
  readonly clock: Clock;
}

export function reviewOperations({ monitorReport }: Pick<ReviewPorts, 'monitorReport'>): readonly Operation[] {
  return [
    operation({
      id: 'monitorReport',
      method: 'get',
      right: 'policy.read',
      path: '/monitor-report',
      summary: 'What rules, routes or the whole gateway in monitor mode would have done, counted per day.',
      params: noParams,
      query: noQuery,
      body: noBody,
      status: 200,
      answer: monitorReportAnswer,
      problems: [],
      async run() {
        const { since, rows, folded } = await monitorReport();
        return { since, rows: rows.map(({ day, route, rule, action, exchanges }) => ({ day, route, rule, action, exchanges })), folded };
      },
    }),
  ];
}
