/** Texts that cost a scanner most, made by seed: whoever sends them must not be able to stop a gateway. */
import { numberSource } from '../../kit/numbers.js';
import { lines, repeated, seeded } from './seeded.js';

export const endless = (unit: string) => (bytes: number): Buffer => repeated(Buffer.from(unit.repeat(4096)), bytes);

export function digitRun(bytes: number, seed: number): Buffer {
  return repeated(Buffer.from(seeded(seed).digits(Math.min(bytes, 1024 * 1024))), bytes);
}

export function groups(bytes: number, seed: number): Buffer {
  const chance = seeded(seed);
  return repeated(Buffer.from(Array.from({ length: Math.min(Math.ceil(bytes / 5), 200_000) }, () => `${chance.digits(4)} `).join('')), bytes);
}

export function validNumbers(bytes: number, seed: number): Buffer {
  const numbers = numberSource(seed);
  return lines(bytes, () => `${numbers.residentId()},${numbers.bankCard()},${numbers.phone()}`);
}
