/** Live news from the gateway: one EventSource for the whole console, open while anyone listens. */
import { useEffect } from 'react';
import { API } from './client.js';

/** `missed`: the line was away for a while, and nobody knows what was said. */
export type NewsKind = 'held-changed' | 'message-changed' | 'missed';
type Heard = (kind: NewsKind, data: unknown) => void;

const listeners = new Set<Heard>();
let source: EventSource | undefined;

function tell(kind: NewsKind, event: MessageEvent<string>): void {
  let data: unknown;
  try {
    data = JSON.parse(event.data);
  } catch {
    // Half a line after a lost connection; the next event says the same anew.
    return;
  }
  for (const heard of listeners) heard(kind, data);
}

function listen(heard: Heard): () => void {
  listeners.add(heard);
  if (source === undefined) {
    source = new EventSource(`${API}/events`);
    let opened = false;
    source.addEventListener('open', () => {
      if (opened) for (const one of listeners) one('missed', undefined);
      opened = true;
    });
    for (const kind of ['held-changed', 'message-changed'] as const) source.addEventListener(kind, (event: MessageEvent<string>) => tell(kind, event));
  }
  return () => {
    listeners.delete(heard);
    if (listeners.size > 0) return;
    source?.close();
    source = undefined;
  };
}

/** `heard` must keep its identity between drawings (useCallback). */
export function useNews(heard: Heard): void {
  useEffect(() => listen(heard), [heard]);
}
