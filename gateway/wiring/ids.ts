/** Makes exchange ids: sortable by time, unguessable, and never a number that a detector would take for a finding. */
import { randomBytes } from 'node:crypto';
import type { Clock, ExchangeId } from '../ports.js';

/** Crockford's base 32, so that people can read an incident over the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** By ten random bits: half as many pieces to put together. */
const PAIRS: readonly string[] = Array.from(ALPHABET).flatMap((first) => Array.from(ALPHABET, (second) => first + second));
const TIME_LENGTH = 10;
const RANDOM_BYTES = 16;
/** As many digits as the shortest number that a built-in detector looks for: rare, and drawn again. */
const TELLING = /[0-9]{11}/;

/** Ids are asked for thousands of times a second, and asking the system for a few bytes costs as much as for many. */
const POOL_BYTES = 256 * RANDOM_BYTES;

/** `random` gives so many random bytes. */
export function exchangeIds(clock: Clock, random: (count: number) => Uint8Array = randomBytes): () => ExchangeId {
  let pool = new Uint8Array(0);
  let used = 0;
  let headAt = -1;
  let head = '';
  return () => {
    const now = clock.now();
    if (now !== headAt) {
      head = headOf(now);
      headAt = now;
    }
    for (;;) {
      if (used >= pool.length) {
        pool = Uint8Array.from(random(POOL_BYTES));
        used = 0;
      }
      let id = head;
      const end = used + RANDOM_BYTES;
      // Each byte is used once: what an id was made of tells nothing of the next.
      for (; used < end; used += 2) id += PAIRS[(((pool[used] ?? 0) & 31) << 5) | ((pool[used + 1] ?? 0) & 31)] ?? '00';
      if (!TELLING.test(id)) return id as ExchangeId;
    }
  };
}

function headOf(now: number): string {
  let time = now;
  let head = '';
  for (let i = 0; i < TIME_LENGTH; i++) {
    head = (ALPHABET[time % 32] ?? '0') + head;
    time = Math.floor(time / 32);
  }
  return `w${head}`;
}
