/** The frame of everything that happens before one is inside. */
import type { ReactNode } from 'react';

export function Card({ title, hint, children }: { readonly title: string; readonly hint?: ReactNode; readonly children: ReactNode }): ReactNode {
  return (
    <section className="card">
      <h1>{title}</h1>
      {hint === undefined ? null : <p className="card-hint">{hint}</p>}
      {children}
    </section>
  );
}
