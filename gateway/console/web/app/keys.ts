/** Keys: single letters act on the page, `g` and a letter goes to another. Never while somebody types. */
import { useEffect, useRef } from 'react';

export interface KeyAction {
  /** As shown: `j`, `Enter`, `?`, `g q`. */
  readonly key: string;
  readonly label: string;
  readonly run: () => void;
}

/** After `g` the second key may take this long. */
const CHORD_MS = 1200;

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}
interface Field {
  readonly tagName?: string;
  readonly isContentEditable?: boolean;
  readonly type?: string;
  closest?(selector: string): unknown;
}

/** Text goes into these; a letter there is a letter. */
export function takesText(target: Field | null): boolean {
  if (target === null) return false;
  if (target.isContentEditable === true) return true;
  if (target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true;
  return target.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit'].includes(target.type ?? 'text');
}

/** Widgets that have a use for Enter, Space and arrows themselves. */
function ownsKey(target: Field | null, key: string): boolean {
  return (key === 'Enter' || key === ' ') && Boolean(target?.closest?.('a, button, [role="button"], [role="menuitem"], [role="option"], [role="tab"], summary'));
}

/** Turns key presses into names of actions; keeps the `g` of a chord in mind. */
export function chords(now: () => number): (event: Pressed, target: Field | null) => string | undefined {
  let began: number | undefined;
  return (event, target) => {
    if (event.ctrlKey || event.metaKey || event.altKey || takesText(target) || ownsKey(target, event.key)) return undefined;
    if (began !== undefined && now() - began <= CHORD_MS) {
      began = undefined;
      return `g ${event.key}`;
    }
    if (event.key === 'g') {
      began = now();
      return undefined;
    }
    began = undefined;
    return event.key;
  };
}

const registered = new Set<{ readonly current: readonly KeyAction[] }>();
/** For the overlay: what the page on show offers. */
export function actionsNow(): readonly KeyAction[] {
  return [...registered].flatMap(({ current }) => current);
}

/** The page's keys while it is on show; may be a new list with every drawing. */
export function useKeys(actions: readonly KeyAction[]): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    registered.add(latest);
    return () => void registered.delete(latest);
  }, []);
}

/** One listener for all; while a dialog is open the page behind it hears nothing. */
export function listenForKeys(): () => void {
  const read = chords(() => Date.now());
  const heard = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    const name = read(event, event.target as Field | null);
    if (name === undefined) return;
    if (name !== '?' && document.querySelector('[role="dialog"][aria-modal="true"]:not([aria-hidden="true"])') !== null && visibleDialog()) return;
    const action = actionsNow().findLast(({ key }) => key === name);
    if (action === undefined) return;
    event.preventDefault();
    action.run();
  };
  document.addEventListener('keydown', heard);
  return () => document.removeEventListener('keydown', heard);
}

function visibleDialog(): boolean {
  return [...document.querySelectorAll<HTMLElement>('[role="dialog"][aria-modal="true"]')].some((dialog) => dialog.offsetParent !== null || dialog.getClientRects().length > 0);
}
