/** A choice that this browser keeps: language, theme. Where storage is forbidden it lasts as long as the page. */
import { useSyncExternalStore } from 'react';

export interface Kept<T extends string> {
  readonly get: () => T;
  readonly set: (value: T) => void;
  readonly subscribe: (heard: () => void) => () => void;
}

export function kept<T extends string>(name: string, allowed: readonly T[], otherwise: () => T): Kept<T> {
  const hearing = new Set<() => void>();
  const stored = (): T | undefined => allowed.find((value) => value === read(name));
  let value: T | undefined;
  return {
    get: () => (value ??= stored() ?? otherwise()),
    set(next) {
      value = next;
      write(name, next);
      for (const heard of hearing) heard();
    },
    subscribe(heard) {
      hearing.add(heard);
      return () => hearing.delete(heard);
    },
  };
}

export function useKept<T extends string>(choice: Kept<T>): T {
  return useSyncExternalStore(choice.subscribe, choice.get);
}

function read(name: string): string | undefined {
  try {
    return globalThis.localStorage.getItem(`weir.${name}`) ?? undefined;
  } catch {
    // Storage is off in this browser: the choice is simply not kept.
    return undefined;
  }
}

function write(name: string, value: string): void {
  try {
    globalThis.localStorage.setItem(`weir.${name}`, value);
  } catch {
    // As above.
  }
}
