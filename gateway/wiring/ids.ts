/** Makes exchange ids: sortable by time, unguessable, and never a number that a detector would take for a finding. */
import { randomBytes } from 'node:crypto';
import type { Clock, ExchangeId } from '../ports.js';

/** Crockford's base 32, so that people can read an incident over the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_BYTES = 16;
/** As many digits as the shortest number that a built-in detector looks for: rare, and drawn again. */
const TELLING = /[0-9]{11}/;

/** `random` gives so many random bytes. */
export function exchangeIds(clock: Clock, random: (count: number) => Uint8Array = randomBytes): () => ExchangeId {
  return () => {
    let time = clock.now();
    let head = '';
    for (let i = 0; i < TIME_LENGTH; i++) {
      head = (ALPHABET[time % 32] ?? '0') + head;
      time = Math.floor(time / 32);
    }
    for (;;) {
      const tail = Array.from(random(RANDOM_BYTES), (byte) => ALPHABET[byte & 31] ?? '0').join('');
      if (!TELLING.test(head + tail)) return `w${head}${tail}` as ExchangeId;
    }
  };
}
