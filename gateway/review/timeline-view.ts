/** A message's history as the API gives it. */
import type { TimelineEvent } from '../ports.js';
import type { TimelineEntry } from './timeline-schemas.js';

export function timelineView(events: readonly TimelineEvent[]): TimelineEntry[] {
  return events.map(({ at, actor, act, text, detail }) => ({ at: at.toISOString(), actor, act, text, ...(Object.keys(detail).length === 0 ? {} : { detail: { ...detail } }) }));
}
