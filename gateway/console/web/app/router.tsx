/** Where one is, from the address after the `#`; links and jumps. */
import { useSyncExternalStore, type ComponentProps, type ReactNode } from 'react';
import { placeOf, type Place } from './routes.js';

function subscribe(heard: () => void): () => void {
  globalThis.addEventListener('hashchange', heard);
  return () => globalThis.removeEventListener('hashchange', heard);
}

export function useHash(): string {
  return useSyncExternalStore(subscribe, () => globalThis.location.hash);
}

export function usePlace(): Place | undefined {
  return placeOf(useHash());
}

/** A parameter of the page's path, such as the id of a message. */
export function useParam(name: string): string {
  return usePlace()?.params[name] ?? '';
}

export function go(path: string): void {
  globalThis.location.hash = path;
}

/** As `go`, without leaving the present place in the browser's history. */
export function goInstead(path: string): void {
  globalThis.location.replace(`#${path}`);
}

export function Link({ to, children, ...rest }: { readonly to: string; readonly children: ReactNode } & Omit<ComponentProps<'a'>, 'href'>): ReactNode {
  return (
    <a href={`#${to}`} {...rest}>
      {children}
    </a>
  );
}
