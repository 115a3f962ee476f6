/** Questions and answers between the processes of one node, over the channel that node:cluster gives them. */
import { causeCode } from '../errors.js';
import { ownSentence } from './foreground.js';

/** What may be asked: by name, the question's value and the answer's. */
export type Questions<Q> = { readonly [K in keyof Q]: readonly [ask: unknown, answer: unknown] };

type Wire =
  | { readonly kind: 'ask'; readonly n: number; readonly what: string; readonly value: unknown }
  | { readonly kind: 'answer'; readonly n: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly n: number; readonly code: string; readonly sentence: string | undefined };

/** The far side could not: with its code, and its sentence where that is one of ours for people. */
export class AskFailed extends Error {
  override readonly name = 'AskFailed';
  constructor(readonly code: string, readonly sentence?: string) {
    super(sentence ?? `the other process could not (${code})`);
  }
}

export interface Asker<Q extends Questions<Q>> {
  /** Rejects with AskFailed: the far side could not, did not answer within so long, or is gone. */
  ask<K extends keyof Q & string>(what: K, value: Q[K][0], withinMs: number): Promise<Q[K][1]>;
  /** Every message from there; answers to nobody are ignored. */
  heard(message: unknown): void;
  gone(): void;
}

export function asker<Q extends Questions<Q>>(send: (message: Wire) => void): Asker<Q> {
  const waiting = new Map<number, { readonly done: (value: unknown) => void; readonly fail: (error: AskFailed) => void }>();
  let asked = 0;
  let isGone = false;
  return {
    ask: (what, value, withinMs) =>
      new Promise((resolve, reject) => {
        if (isGone) {
          reject(new AskFailed('GONE'));
          return;
        }
        const n = ++asked;
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(n);
        };
        const fail = (error: AskFailed): void => {
          end();
          reject(error);
        };
        const timer = setTimeout(() => fail(new AskFailed('LATE')), withinMs);
        const done = (answer: unknown): void => {
          end();
          resolve(answer);
        };
        waiting.set(n, { done, fail });
        send({ kind: 'ask', n, what, value });
      }),
    heard(message) {
      const { kind, n, ...rest } = Object(message) as Partial<Wire> & { readonly value?: unknown; readonly code?: string; readonly sentence?: string };
      const one = n === undefined ? undefined : waiting.get(n);
      if (kind === 'answer') one?.done(rest.value);
      if (kind === 'failed') one?.fail(new AskFailed(rest.code ?? 'UNKNOWN', rest.sentence));
    },
    gone() {
      isGone = true;
      for (const { fail } of [...waiting.values()]) fail(new AskFailed('GONE'));
    },
  };
}

export type Answers<Q extends Questions<Q>> = { readonly [K in keyof Q]: (value: Q[K][0]) => Promise<Q[K][1]> };

/** Answers every question that is heard; what is asked first is begun first. */
export function answering<Q extends Questions<Q>>(answers: Answers<Q>, send: (message: Wire) => void): (message: unknown) => void {
  const byName = new Map<string, (value: never) => Promise<unknown>>(Object.entries(answers));
  return (message) => {
    const asked = Object(message) as Partial<Wire> & { readonly what?: string; readonly value?: never };
    if (asked.kind !== 'ask' || asked.n === undefined) return;
    const { n } = asked;
    const answer = byName.get(asked.what ?? '');
    // A question that this side does not know is answered too: nobody waits for nothing.
    const run = answer === undefined ? Promise.reject(new AskFailed('UNKNOWN')) : answer(asked.value as never);
    run.then(
      (value) => send({ kind: 'answer', n, value }),
      (thrown: unknown) => send({ kind: 'failed', n, code: causeCode(thrown), sentence: ownSentence(thrown) }),
    );
  };
}
