/** Which passwords are refused: short ones, the person's own name, and those that everyone thinks of. */
import type { PasswordRefusal } from '../ports.js';

/** Long enough that argon2id makes guessing hopeless, short enough for a sentence to satisfy it. */
export const PASSWORD_LEAST = 12;
/** Fewer different characters than this is a pattern, not a password. */
const DISTINCT_LEAST = 5;
/** A name of two letters stands in too many words. */
const NAME_LEAST = 3;

/** What lists of broken passwords are made of; one of these, and nothing much beside it, is no password. */
const COMMON = [
  'password', 'passw0rd', 'passwd', 'p@ssw0rd', 'p@ssword', 'admin', 'administrator', 'root', 'welcome', 'letmein', 'iloveyou', 'woaini', 'monkey', 'dragon', 'sunshine',
  'princess', 'football', 'baseball', 'master', 'shadow', 'superman', 'batman', 'trustno1', 'changeme', 'default', 'secret', 'login', 'guest', 'test', 'user', 'hello',
  'qwerty', 'qwertyuiop', 'asdfgh', 'asdfghjkl', 'zxcvbn', 'zxcvbnm', '1qaz2wsx', 'q1w2e3r4', 'qazwsx', 'qweasd', 'qweasdzxc', '1q2w3e4r', 'zaq12wsx',
  'abcdef', 'abcdefg', 'abcdefgh', 'abcd1234', 'abc123', 'a123456', 'aa123456', 'woaini1314', '5201314', '1314520', '123456', '12345678', '123456789', '1234567890',
  '0123456789', '987654321', '9876543210', '111111', '000000', '666666', '888888', '123123', '112233', '121212', '654321', '147258369', '159357', '789456123',
  'huawei', 'alibaba', 'taobao', 'wechat', 'weixin', 'tencent', 'china', 'beijing', 'shanghai', 'zhongguo', 'mima', 'guanliyuan', 'nihao', 'company', 'weir', 'gateway', 'security',
] as const;
/** Letters that look like another: people think of them, and so do guessers. */
const LOOKALIKES: Readonly<Record<string, string>> = { '@': 'a', '4': 'a', '3': 'e', '1': 'i', '!': 'i', '0': 'o', '$': 's', '5': 's', '7': 't' };

const lengthOf = (text: string): number => Array.from(text).length;
const plain = (text: string): string => text.normalize('NFKC').toLowerCase();
const unmasked = (text: string): string => text.replace(/[@431!0$57]/g, (sign) => LOOKALIKES[sign] ?? sign);
/** Years, exclamation marks and counters around a word add nothing. */
const core = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

/** Undefined when it may be used. */
export function passwordRefusal(password: string, person: { readonly name: string; readonly displayName: string }): PasswordRefusal | undefined {
  const given = plain(password);
  if (lengthOf(given) < PASSWORD_LEAST) return 'too-short';
  const names = [person.name, person.displayName, ...person.name.split(/[._-]/), ...person.displayName.split(/\s+/)].map(plain);
  if (names.some((name) => lengthOf(name) >= NAME_LEAST && given.includes(name))) return 'contains-name';
  if (new Set(given).size < DISTINCT_LEAST || isRun(given)) return 'too-uniform';
  return isCommon(given) ? 'too-common' : undefined;
}

function isCommon(given: string): boolean {
  const words = COMMON.flatMap((word) => [word, unmasked(word)]);
  const left = (text: string): string => words.toSorted((a, b) => b.length - a.length).reduce((rest, word) => rest.replaceAll(word, ''), text);
  // What remains once the words everyone knows are taken out has to be something.
  return [given, unmasked(given), core(given), unmasked(core(given))].some((text) => core(left(text)).length < 4 && left(text).length < PASSWORD_LEAST / 2);
}

/** `abcdefghijkl`, `987654321098`: each character one step from the last. */
function isRun(given: string): boolean {
  const codes = Array.from(given, (character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  return steps.every((step) => step === steps[0] && Math.abs(step) <= 1);
}
