/** Timers that a test lets go on: what is given up after a while is given up when the test says so, and nothing else is on a machine that stands still for a moment. */
import { afterEach, jest } from '@jest/globals';

export interface HeldTimers {
  /** Lets so much time pass for whatever was set since they are held. */
  pass(milliseconds: number): void;
}

/** Until the test is over, and for its own process alone. Sockets, immediates, clocks and `until` go on as ever. */
export function heldTimers(): HeldTimers {
  jest.useFakeTimers({
    doNotFake: ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate', 'requestAnimationFrame', 'cancelAnimationFrame', 'requestIdleCallback', 'cancelIdleCallback'],
  });
  return {
    pass(milliseconds) {
      jest.advanceTimersByTime(milliseconds);
    },
  };
}

afterEach(() => {
  jest.useRealTimers();
});
