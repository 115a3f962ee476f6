/** Pictures with their figures behind them: bars side by side, a strip of parts, and a table for whoever wants that. */
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { Link } from '../../app/router.js';
import { useWords } from '../../app/words-of.js';
import { DataTable, type Column } from '../../ui/data-table.js';
import { Section } from '../../ui/page-frame.js';
import { SafeText } from '../queue/safe-text.js';
import { shareOf, strip } from './series.js';
import { overviewWords } from './words.js';

export function Picture<T>({ title, columns, rows, rowKey, children, empty }: { readonly title: string; readonly columns: readonly Column<T>[]; readonly rows: readonly T[]; readonly rowKey: (row: T) => string; readonly children: ReactNode; readonly empty: boolean }): ReactNode {
  const words = useWords(overviewWords);
  const [table, setTable] = useState(false);
  return (
    <Section
      title={title}
      actions={
        empty ? undefined : (
          <Button type="text" size="small" onClick={() => setTable(!table)} aria-label={`${table ? words.asPicture : words.asTable}: ${title}`}>
            {table ? words.asPicture : words.asTable}
          </Button>
        )
      }
    >
      {empty ? <p className="overview-none">{words.none}</p> : table ? <DataTable label={title} columns={columns} rows={rows} rowKey={rowKey} /> : children}
    </Section>
  );
}

export interface Bar {
  readonly key: string;
  readonly label: string;
  readonly count: number;
  readonly note?: string;
  readonly to?: string | undefined;
}

export function Bars({ bars }: { readonly bars: readonly Bar[] }): ReactNode {
  const most = Math.max(0, ...bars.map(({ count }) => count));
  return (
    <ul className="overview-bars">
      {bars.map(({ key, label, count, note, to }) => (
        <li key={key}>
          <span className="overview-bar-label">
            {to === undefined ? (
              <SafeText text={label} />
            ) : (
              <Link to={to}>
                <SafeText text={label} />
              </Link>
            )}
            {note === undefined ? null : <small>{note}</small>}
          </span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect width={shareOf(count, most)} height="10" rx="0" />
          </svg>
          <b>{count.toLocaleString()}</b>
        </li>
      ))}
    </ul>
  );
}

export function Strip({ parts, label }: { readonly parts: readonly { readonly key: string; readonly label: string; readonly count: number }[]; readonly label: string }): ReactNode {
  const pieces = strip(parts);
  const names = new Map(parts.map((part) => [part.key, part.label]));
  const said = pieces.map(({ key, count }) => `${names.get(key) ?? key} ${count}`).join(', ');
  return (
    <div className="overview-strip">
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={`${label}: ${said}`}>
        {pieces.map(({ key, from, width }) => (
          <rect key={key} x={from} width={Math.max(0, width - 0.25)} height="8" className={`strip-${key}`} />
        ))}
      </svg>
      <ul className="overview-legend">
        {pieces.map(({ key, count }) => (
          <li key={key}>
            <span className={`swatch strip-${key}`} aria-hidden="true" />
            {names.get(key) ?? key} <b>{count.toLocaleString()}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
