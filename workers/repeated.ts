/** Something done at once and then every so often, never twice at a time; a failing run is reported and the next one comes. */

export interface Repeated {
  now(): void;
  /** Waits for a run under way. */
  stop(): Promise<void>;
}

export function repeated(everyMs: number, run: () => Promise<unknown>, failed: (error: unknown) => void): Repeated {
  let running: Promise<void> | undefined;
  let wanted = false;
  let stopped = false;
  const asked = (): boolean => wanted && !stopped;
  const once = async (): Promise<void> => {
    do {
      wanted = false;
      try {
        await run();
      } catch (error) {
        failed(error);
      }
      // `now` may have been called while it ran.
    } while (asked());
  };
  const now = (): void => {
    wanted = true;
    if (stopped) return;
    running ??= once().finally(() => (running = undefined));
  };
  const timer = setInterval(now, everyMs);
  timer.unref();
  now();
  return {
    now,
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
