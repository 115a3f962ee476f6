/** What exceptions, bypasses and grants have in common: names that sort by time, and the second person. */
import { randomBytes } from 'node:crypto';

/** Letters alone: a name must not look like somebody's number. */
const RANDOM_LETTERS = 12;
const TIME_LENGTH = 9;
const LETTERS = 26;

/** Sorts by time; unique, and says nothing. */
export function proposalId(kind: 'x' | 'b', now: number): string {
  const letters = Array.from(randomBytes(RANDOM_LETTERS), (byte) => String.fromCharCode(97 + (byte % LETTERS))).join('');
  return `${kind}${now.toString(36).padStart(TIME_LENGTH, '0')}${letters}`;
}

/** Whose act it was: an account and its tokens are one person. */
function personOf(actor: string): string {
  const name = actor.slice(actor.indexOf(':') + 1);
  return actor.startsWith('token:') ? (name.split('/')[0] ?? name) : name;
}

export const isSamePerson = (a: string, b: string): boolean => personOf(a) === personOf(b);
