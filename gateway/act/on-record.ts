/** What the audit is told of an exchange, and when. */
import type { AuditEntry } from '../ports.js';
import { countsOf } from './evidence.js';
import type { PipelinePorts, Run } from './run.js';

export function auditOf(ports: PipelinePorts, run: Run, act: string, more: AuditEntry['data'] = {}): AuditEntry {
  const { verdict, evidence, receipt } = run.books;
  return {
    at: new Date(ports.clock.now()),
    actor: 'gateway',
    act: act === 'verdict' ? `verdict.${verdict?.action ?? 'pass'}` : act,
    subject: run.exchange.id,
    data: {
      route: run.exchange.route.id,
      direction: run.exchange.facts.direction,
      mode: run.mode,
      rule: verdict?.rule,
      policy: verdict?.policy,
      findings: evidence === undefined ? {} : countsOf(evidence),
      receipt,
      monitored: verdict?.monitored,
      excepted: verdict?.excepted,
      bypass: verdict?.bypass,
      ...more,
    },
  };
}

/** Every verdict but pass, every pass that a person's exception or bypass brought about, every unscanned byte, and on routes that want it every pass, is on record before the last byte leaves or the client is told (HC 31). A promise where there is something to write. */
export function recordVerdict(ports: PipelinePorts, run: Run, act: string, more: AuditEntry['data'] = {}): Promise<void> | undefined {
  const { verdict, receipt } = run.books;
  const isRelieved = verdict?.excepted !== undefined || (verdict?.bypass !== undefined && verdict.monitored.length > 0);
  if (run.auditsPasses !== true && verdict?.action === 'pass' && (receipt?.unscanned ?? 0) + (receipt?.inside?.unscanned ?? 0) === 0 && !isRelieved && act === 'verdict') return undefined;
  return ports.audit.append(auditOf(ports, run, act, more));
}
