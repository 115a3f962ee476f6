/** Hands what is due in the outbox to the carrier, and hands it over anew where the carrier has lost it. */
import type { Outbox } from '../gateway/ledger/outbox.js';
import type { CarriedRow, Carrier } from './carrier.js';

const ROWS = 200;

export function dispatcher({ outbox, carrier }: { readonly outbox: Pick<Outbox, 'due' | 'carried' | 'uncarry'>; readonly carrier: Pick<Carrier, 'enqueue' | 'forgot'> }): () => Promise<void> {
  return async () => {
    // Flushed, or another server under the same name: nothing that was handed over will come back.
    if (await carrier.forgot()) await outbox.uncarry();
    for (;;) {
      const rows = await outbox.due(ROWS);
      await handOver(rows, { outbox, carrier });
      if (rows.length < ROWS) return;
    }
  };
}

/** What was taken before the carrier failed stays handed over. */
export async function handOver(rows: readonly CarriedRow[], { outbox, carrier }: { readonly outbox: Pick<Outbox, 'carried'>; readonly carrier: Pick<Carrier, 'enqueue'> }): Promise<void> {
  const taken: number[] = [];
  try {
    for (const row of rows) {
      await carrier.enqueue(row);
      taken.push(row.n);
    }
  } finally {
    await outbox.carried(taken);
  }
}
