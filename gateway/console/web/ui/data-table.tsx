/** A plain table for lists of some hundred rows: real header cells, one line a row, scrolls sideways by itself. */
import type { Key, ReactNode } from 'react';
import { appWords } from '../app/words.js';
import { useWords } from '../app/words-of.js';

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: T) => ReactNode;
  /** Numbers stand under each other. */
  readonly numeric?: true;
  /** May be cut short in narrow windows. */
  readonly wide?: true;
}

export function DataTable<T>({ label, columns, rows, rowKey, empty }: { readonly label: string; readonly columns: readonly Column<T>[]; readonly rows: readonly T[]; readonly rowKey: (row: T) => Key; readonly empty?: string }): ReactNode {
  const words = useWords(appWords);
  if (rows.length === 0) return <p className="empty">{empty ?? words.none}</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ key, title, numeric }) => (
              <th key={key} scope="col" className={numeric === true ? 'numeric' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>
              {columns.map(({ key, cell, numeric, wide }) => (
                <td key={key} className={numeric === true ? 'numeric' : wide === true ? 'wide' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
