/** Text behind escapes, made by seed: JSON as ASCII-only writers make it, and forms as browsers send them. */
import { chineseLine } from './chinese.js';
import { lines, seeded } from './seeded.js';

/** Every character beyond ASCII as a `\u` escape, quotes and line ends escaped: what Python's and PHP's writers do unless told otherwise. */
export function escapedJson(bytes: number, seed: number): Buffer {
  const chance = seeded(seed);
  const line = chineseLine(chance);
  return lines(bytes, () => {
    const text = JSON.stringify({ id: chance.below(100_000), title: line(), path: 'C:\\data\\export', note: `“${line()}”\n${line()}`, amount: chance.below(9000) / 100 });
    return text.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
  });
}

export function form(bytes: number, seed: number): Buffer {
  const chance = seeded(seed);
  const line = chineseLine(chance);
  return lines(bytes, () => new URLSearchParams({ id: String(chance.below(100_000)), title: line(), note: line() }).toString() + '&');
}
