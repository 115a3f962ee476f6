/** A bound on how many may be underway at once; the rest wait in line. */

export interface Slots {
  /** Calls `go` now or when a place is free; the answer gives the place back, or leaves the line. Safe to call twice. */
  enter(go: () => void): () => void;
}

export function slots(most: number): Slots {
  const line = new Set<() => void>();
  let taken = 0;
  return {
    enter: (go) => {
      let inside = false;
      let left = false;
      const start = (): void => {
        inside = true;
        taken += 1;
        // Never before the caller holds what gives the place back.
        queueMicrotask(go);
      };
      if (taken < most) start();
      else line.add(start);
      return () => {
        if (left) return;
        left = true;
        line.delete(start);
        if (!inside) return;
        taken -= 1;
        const [next] = line;
        if (next === undefined) return;
        line.delete(next);
        next();
      };
    },
  };
}
