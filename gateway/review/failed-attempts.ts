/** Counts failed authentication per address within a window: here in bounded memory, and in the ledger for all nodes together. */
import type { Clock, SharedAttempts } from '../ports.js';

/** Enough for a person's typing errors; far too few to guess a token. */
export const ATTEMPTS_MOST = 10;
export const WINDOW_MS = 60_000;
/** Addresses remembered at once (about 2 MB); the oldest make room, so a flood of addresses cannot grow memory. */
const ADDRESSES_KEPT = 10_000;

export interface FailedAttempts {
  /** Seconds this address still has to wait; 0 when it may try. */
  wait(address: string): Promise<number>;
  /** Counts one failure; true when it is the one that closes the door. */
  note(address: string): Promise<boolean>;
}

/** What this process has counted goes on counting while the ledger is away. */
export function failedAttempts(clock: Clock, shared?: SharedAttempts): FailedAttempts {
  const windows = new Map<string, { readonly until: number; failures: number }>();
  const open = (key: string): { readonly until: number; failures: number } | undefined => {
    const found = windows.get(key);
    if (found === undefined || clock.now() < found.until) return found;
    windows.delete(key);
    return undefined;
  };
  const noteHere = (key: string): number => {
    const window = open(key) ?? { until: clock.now() + WINDOW_MS, failures: 0 };
    window.failures += 1;
    if (!windows.has(key) && windows.size >= ADDRESSES_KEPT) {
      const oldest = windows.keys().next().value;
      if (oldest !== undefined) windows.delete(oldest);
    }
    windows.set(key, window);
    return window.failures;
  };
  return {
    async wait(address) {
      const key = network(address);
      const window = open(key);
      if (window !== undefined && window.failures >= ATTEMPTS_MOST) return Math.ceil((window.until - clock.now()) / 1000);
      const all = await shared?.failures(key).catch(() => undefined);
      return all !== undefined && all.failures >= ATTEMPTS_MOST ? all.seconds : 0;
    },
    async note(address) {
      const key = network(address);
      const here = noteHere(key);
      const all = await shared?.note(key, WINDOW_MS).catch(() => undefined);
      return (all ?? here) === ATTEMPTS_MOST;
    },
  };
}

/** One IPv6 host commands a whole /64, so that is what counts as one address. */
function network(address: string): string {
  if (address.startsWith('::ffff:')) return address.slice('::ffff:'.length);
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros: string[] = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
