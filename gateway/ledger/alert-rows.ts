/** Alert events as rows: written with the act they tell of, or from the buffer of Alerts. */
import type { Insertable, Selectable } from 'kysely';
import type { AlertEvent } from '../ports.js';
import type { AlertEventsTable, Db } from './tables.js';
import { cleanOptional, jsonText } from './text.js';

export async function insertAlerts(db: Db, events: readonly AlertEvent[]): Promise<void> {
  if (events.length > 0) await db.insertInto('alert_events').values(events.map(alertRow)).execute();
}

/** For whoever may have to write an event again: under the same id it is one event. */
export async function insertAlertsOnce(db: Db, events: readonly { readonly id: string; readonly event: AlertEvent }[]): Promise<void> {
  if (events.length === 0) return;
  await db.insertInto('alert_events').values(events.map(({ id, event }) => ({ ...alertRow(event), event_id: id }))).onConflict((conflict) => conflict.column('event_id').doNothing()).execute();
}

function alertRow(event: AlertEvent): Insertable<AlertEventsTable> {
  return {
    at: event.at,
    kind: event.kind,
    severity: event.severity,
    route: cleanOptional(event.route),
    incident: cleanOptional(event.incident),
    rule: cleanOptional(event.rule),
    code: cleanOptional(event.code),
    counts: jsonText(event.counts),
  };
}

export function alertEvent(row: Selectable<AlertEventsTable>): AlertEvent {
  return {
    kind: row.kind as AlertEvent['kind'],
    at: row.at,
    severity: row.severity as AlertEvent['severity'],
    route: row.route ?? undefined,
    incident: row.incident ?? undefined,
    rule: row.rule ?? undefined,
    code: row.code ?? undefined,
    counts: row.counts,
  };
}
