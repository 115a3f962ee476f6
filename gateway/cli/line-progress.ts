/** One line on a terminal that says how far a long command is; silent where nobody watches. */

export interface LineProgress {
  show(text: string): void;
  /** Clears the line. */
  end(): void;
}

/** A person reads no faster. */
const EVERY_MS = 200;

export function lineProgress(): LineProgress {
  const { stderr } = process;
  if (!stderr.isTTY) return { show: () => undefined, end: () => undefined };
  let last = 0;
  const clear = (): void => void stderr.write('\r\u001b[K');
  return {
    show(text) {
      const now = performance.now();
      if (now - last < EVERY_MS) return;
      last = now;
      clear();
      stderr.write(text);
    },
    end: clear,
  };
}

export function percent(done: number, total: number): string {
  return String(total === 0 ? 100 : Math.min(100, Math.floor((done * 100) / total)));
}

export function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
