/** What monitor mode would have done, as a picture and as a table. */
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { monitorReportQuery, type MonitorReportAnswer } from '../../api/policy.js';
import { useWords } from '../../app/words-of.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Loaded } from '../../ui/loaded.js';
import { Section } from '../../ui/page-frame.js';
import { monitorDays, STOPPING, type MonitorDay } from './monitor-days.js';
import { ActionTag } from './tags.js';
import { policyWords } from './words.js';

type Row = MonitorReportAnswer['rows'][number];
const WIDTH = 960;
const HEIGHT = 170;
/** Room for the day below and the figure above the bars. */
const FOOT = 18;
const HEAD = 14;

export function MonitorReport(): ReactNode {
  const words = useWords(policyWords);
  const columns: readonly Column<Row>[] = [
    { key: 'day', title: words.day, cell: ({ day }) => <time dateTime={day}>{day}</time> },
    { key: 'route', title: words.route, cell: ({ route }) => route },
    { key: 'rule', title: words.rule, cell: ({ rule }) => <code>{rule}</code> },
    { key: 'action', title: words.action, cell: ({ action }) => <ActionTag action={action} /> },
    { key: 'exchanges', title: words.exchanges, numeric: true, cell: ({ exchanges }) => exchanges },
  ];
  return (
    <Loaded query={useQuery(monitorReportQuery)}>
      {({ since, rows, folded }) => (
        <Section title={words.tabMonitor}>
          <p className="hint">{words.monitorHint(since)}</p>
          {rows.length === 0 ? <p className="empty">{words.monitorNone}</p> : <Bars days={monitorDays(rows)} label={words.monitorChart} />}
          {rows.length === 0 ? null : <DataTable label={words.tabMonitor} columns={columns} rows={rows} rowKey={({ day, route, rule, action }) => `${day} ${route} ${rule} ${action}`} />}
          {folded === 0 ? null : <p className="hint">{words.folded(folded)}</p>}
        </Section>
      )}
    </Loaded>
  );
}

function Bars({ days, label }: { readonly days: readonly MonitorDay[]; readonly label: string }): ReactNode {
  const words = useWords(policyWords);
  const most = Math.max(1, ...days.map(({ total }) => total));
  const step = WIDTH / Math.max(days.length, 8);
  const wide = Math.min(step * 0.7, 48);
  const scale = (HEIGHT - FOOT - HEAD) / most;
  // With many days only some names have room.
  const every = Math.ceil(days.length / 12);
  return (
    <figure className="bars">
      <figcaption>
        {label}
        <span className="legend">
          {STOPPING.map((action) => (
            <span key={action}>
              <i className={`bar-${action}`} /> {words[`action.${action}`]}
            </span>
          ))}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${label}: ${days.map(({ day, total }) => `${day} ${total}`).join(', ')}`}>
        {days.map(({ day, counts, total }, index) => {
          let top = HEIGHT - FOOT;
          return (
            <g key={day} transform={`translate(${index * step + (step - wide) / 2} 0)`}>
              {STOPPING.map((action) => {
                top -= counts[action] * scale;
                return <rect key={action} className={`bar-${action}`} y={top} width={wide} height={counts[action] * scale} />;
              })}
              {total === 0 ? null : (
                <text x={wide / 2} y={top - 4}>
                  {total}
                </text>
              )}
              {index % every === 0 ? (
                <text x={wide / 2} y={HEIGHT - 4}>
                  {day.slice(5)}
                </text>
              ) : null}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
