/** How long things are kept, and who tells the sender when a message ends. */
import { doubtful, wrong, type Complaint } from '../problem.js';
import { hint } from '../spelling.js';
import { crossesInClear } from './in-clear.js';
import { group, list, routesOf, text } from './raw.js';

/** Network logs: six months by law. */
const AUDIT_FLOOR_DAYS = 184;
const DAYS = { ms: 1 / 864e5, s: 1 / 86_400, m: 1 / 1_440, h: 1 / 24, d: 1 } as const;

function daysOf(value: unknown): number | undefined {
  const [, count, unit] = /^(\d{1,6})(ms|s|m|h|d)$/.exec(text(value) ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * DAYS[unit as keyof typeof DAYS];
}

export function checkKeeping(value: unknown): readonly Complaint[] {
  const raw = group(value);
  const found: Complaint[] = [];
  const days = daysOf(group(raw.audit).retention);
  if (days !== undefined && days < AUDIT_FLOOR_DAYS) found.push(doubtful(['audit', 'retention'], `is under ${AUDIT_FLOOR_DAYS} days: the law asks for six months of logs`, 'retention: 1095d'));
  const sinks = list(group(raw.notices).sinks).map(group);
  const ids = sinks.map(({ id }) => text(id));
  ids.forEach((id, index) => {
    if (id !== undefined && ids.indexOf(id) !== index) found.push(wrong(['notices', 'sinks', index, 'id'], `another notice sink is called "${id}" too`, `id: ${id}-2`));
  });
  sinks.forEach(({ url }, index) => {
    if (crossesInClear(text(url))) found.push(doubtful(['notices', 'sinks', index, 'url'], 'notices cross the network in clear; they name the sender of a message and what became of it', 'url: https://portal.example/weir'));
  });
  const names = ids.filter((id) => id !== undefined);
  for (const { route, path } of routesOf(raw)) {
    const name = text(route.notices);
    if (name !== undefined && !names.includes(name)) found.push(wrong([...path, 'notices'], `there is no notice sink "${name}"${hint(name, names)}`, `notices: ${names[0] ?? 'portal'}`));
  }
  return found;
}
