/** The overview: figures for pictures, and whether the gateway is well. */
import type { MarkAddress } from '../address-mark.js';
import type { AuditTrail, Clock, Health, OverviewFigures, OverviewLedger, SlaLimits } from '../ports.js';
import { away, noting } from './away.js';
import { operation, type Operation } from './operation.js';
import { overviewAnswer, overviewQuery } from './overview-schemas.js';
import { scopeMarks } from './queue-asked.js';
import { readiness } from './readiness.js';
import { noBody, noParams } from './schemas.js';

export interface OverviewPorts {
  readonly overview: OverviewLedger;
  readonly health: readonly Health[];
  readonly audit: AuditTrail;
  readonly clock: Clock;
  readonly mark: MarkAddress;
  readonly sla: () => SlaLimits;
}

/** Pictures need not be newer than this, and a page that asks often costs the ledger nothing. */
const FRESH_MS = 10_000;
/** Scopes and spans whose figures are remembered at the same time. */
const REMEMBERED = 50;

export function overviewOperations({ overview, health, audit, clock, mark, sla }: OverviewPorts): readonly Operation[] {
  const note = noting(audit, clock);
  const ready = readiness(health);
  const remembered = new Map<string, { readonly at: number; readonly figures: Promise<OverviewFigures> }>();
  const figuresOf = (days: number, scope: ReturnType<typeof scopeMarks>): Promise<OverviewFigures> => {
    const key = JSON.stringify([days, scope]);
    const known = remembered.get(key);
    if (known !== undefined && clock.now() - known.at < FRESH_MS) return known.figures;
    const figures = overview.figures({ days, scope, now: new Date(clock.now()), sla: sla() });
    remembered.delete(key);
    remembered.set(key, { at: clock.now(), figures });
    // A failure is not an answer worth remembering.
    figures.catch(() => remembered.delete(key));
    for (const oldest of remembered.keys()) if (remembered.size > REMEMBERED) remembered.delete(oldest);
    return figures;
  };

  return [
    operation({
      id: 'overview',
      method: 'get',
      right: 'overview.read',
      path: '/overview',
      summary: 'What waits now, what was held, found and decided per day, the false-positive rate, and the gateway’s health.',
      params: noParams,
      query: overviewQuery,
      body: noBody,
      status: 200,
      answer: overviewAnswer,
      problems: ['ledger-unavailable'],
      async run({ query: { days }, caller }) {
        const [figures, { components }] = [await away(() => figuresOf(days, scopeMarks(caller.scope, mark))), await ready('all')];
        await note(caller.actor, 'overview.view', undefined, { days });
        return { days, ...plain(figures), health: components.map(({ component, ok, neededFor, detail }) => ({ component, ok, neededFor, detail })) };
      },
    }),
  ];
}

function plain(figures: OverviewFigures) {
  return {
    held: figures.held,
    oldestHeldAt: figures.oldestHeldAt?.toISOString(),
    late: figures.late,
    byState: figures.byState,
    bySeverity: figures.bySeverity,
    heldPerDay: [...figures.heldPerDay],
    decisionsPerDay: [...figures.decisionsPerDay],
    findingsByType: [...figures.findingsByType],
    byChannel: [...figures.byChannel],
    byRoute: [...figures.byRoute],
    topSenders: [...figures.topSenders],
    topDestinations: [...figures.topDestinations],
    falsePositiveRate: figures.falsePositiveRate,
    releasedUnchangedRate: figures.releasedUnchangedRate,
    medianDecisionSeconds: figures.medianDecisionSeconds,
  };
}
