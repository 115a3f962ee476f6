/** The ends of uploads' parts in memory, as the ledger keeps them. */
import { randomUUID } from 'node:crypto';
import { LedgerFailure } from '../../gateway/errors.js';
import type { KnownParts, PartBook, PartEnds } from '../../gateway/ports.js';

export interface MemoryPartBook extends PartBook {
  /** As when the database does not answer. */
  away: boolean;
  /** Uploads that something is known of. */
  known(): number;
}

interface Kept {
  readonly parts: Map<string, Map<string, PartEnds | undefined>>;
  closed: boolean;
}

export function memoryPartBook(): MemoryPartBook {
  const uploads = new Map<string, Kept>();
  const of = (upload: string): Kept => {
    const kept = uploads.get(upload) ?? { parts: new Map<string, Map<string, PartEnds | undefined>>(), closed: false };
    uploads.set(upload, kept);
    return kept;
  };
  const read = (upload: string): KnownParts => ({
    part(name) {
      const all = [...(uploads.get(upload)?.parts.get(name)?.values() ?? [])];
      const ends = all.filter((one) => one !== undefined);
      return { ends, open: all.length - ends.length };
    },
  });
  const asked = <T>(work: () => T): Promise<T> => (book.away ? Promise.reject(new LedgerFailure('unavailable', undefined)) : Promise.resolve(work()));
  const book: MemoryPartBook = {
    away: false,
    known: () => uploads.size,
    begin: (upload, part) =>
      asked(() => {
        const kept = of(upload);
        if (kept.closed) return undefined;
        const attempts = new Map([...(kept.parts.get(part) ?? [])].filter(([, ends]) => ends === undefined));
        const attempt = randomUUID();
        kept.parts.set(part, attempts.set(attempt, undefined));
        return attempt;
      }),
    arrived: (upload, part, attempt, ends) => asked(() => void uploads.get(upload)?.parts.get(part)?.set(attempt, ends)),
    failed: (upload, part, attempt) => asked(() => void uploads.get(upload)?.parts.get(part)?.delete(attempt)),
    parts: (upload) => asked(() => read(upload)),
    close: (upload) =>
      asked(() => {
        of(upload).closed = true;
        return read(upload);
      }),
    reopen: (upload) => asked(() => void (of(upload).closed = false)),
    forget: (upload) => asked(() => void uploads.delete(upload)),
  };
  return book;
}
