/** One line of `weir config check --connect`: what was tried, how it went, and why. */
import type { ConnectWord, ConnectWords } from './words-connect.js';

export type ConnectPart = 'database' | 'redis' | 'vault' | 'keys' | 'sink' | 'notices' | 'upstream' | 'hop';

export interface ConnectLine {
  readonly part: ConnectPart;
  /** Of a sink or route; of a next hop its route and host. */
  readonly name?: string;
  readonly state: 'ok' | 'warning' | 'missing';
  /** The same in every language. */
  readonly code: string;
  readonly sentence: string;
}

type Facts = Readonly<Record<string, string | number>>;

/** Makes lines of one part; facts are words and numbers of ours, never a secret or an address. */
export function liner(words: ConnectWords, part: ConnectPart, name?: string) {
  const said = (state: ConnectLine['state']) => (word: ConnectWord, facts: Facts = {}): ConnectLine => spoken(state, word, words[word].replace(/\{(\w+)\}/g, (_whole, key: string) => String(facts[key] ?? '')));
  const spoken = (state: ConnectLine['state'], code: string, sentence: string): ConnectLine => ({ part, ...(name === undefined ? {} : { name }), state, code, sentence });
  return { ok: said('ok'), warning: said('warning'), missing: said('missing'), spoken };
}

export function lineText({ part, name, state, sentence }: ConnectLine, words: ConnectWords): string {
  return `${words[state].padEnd(4)}  ${words[part]}${name === undefined ? '' : ` ${name}`}: ${sentence}`;
}
