/** What was opened, closed in the reverse order; one that fails keeps none of the others from being closed. */

export type Closer = () => Promise<void> | void;

export interface Closers {
  push(end: Closer): void;
  /** Closes everything once, then throws the first failure, if any. */
  close(): Promise<void>;
}

export function closers(): Closers {
  const opened: Closer[] = [];
  return {
    push: (end) => void opened.push(end),
    async close() {
      const failures: unknown[] = [];
      for (const end of opened.splice(0).reverse()) {
        try {
          await end();
        } catch (thrown) {
          failures.push(thrown);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
