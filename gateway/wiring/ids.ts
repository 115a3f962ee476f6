/** Makes exchange ids: sortable by time, unguessable, and never a number that a detector would take for a finding. */
import { randomBytes } from 'node:crypto';
import type { Clock, ExchangeId } from '../ports.js';

/** Crockford's base 32, so that people can read an incident over the phone. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_BYTES = 16;

export function exchangeIds(clock: Clock): () => ExchangeId {
  return () => {
    let time = clock.now();
    let head = '';
    for (let i = 0; i < TIME_LENGTH; i++) {
      head = (ALPHABET[time % 32] ?? '0') + head;
      time = Math.floor(time / 32);
    }
    const tail = Array.from(randomBytes(RANDOM_BYTES), (byte) => ALPHABET[byte & 31] ?? '0').join('');
    return `w${head}${tail}` as ExchangeId;
  };
}
