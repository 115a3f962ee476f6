/** What is known of a view before any text comes: which bytes make it read otherwise than the plain one, and who looks at what it reads. */
import { Prefilter } from '../../detectors/scan/prefilter/prefilter.js';
import type { View } from '../ports.js';
import type { ScanSettings } from './view-scanner.js';
import type { WindowFinder } from './windows.js';

export interface ViewLook {
  readonly view: View;
  /** How the prefilter reads for it; undefined where all of its text has to be decoded. */
  readonly reading: View['reading'];
  /** Who else looks at the text of windows. */
  readonly finders: readonly WindowFinder[];
  /** Bits of the bytes that start an escape. */
  readonly bits: number;
  /** Bytes that start an escape and have no bit of their own. */
  readonly others: readonly number[];
}

const NO_FINDERS: readonly WindowFinder[] = [];

/** The finders that read as `view` does; undefined when somebody would have to look and cannot. */
function findersOf({ trigger, reading }: View, all: readonly WindowFinder[]): readonly WindowFinder[] | undefined {
  if (all.length === 0) return NO_FINDERS;
  // They look for bytes of UTF-8.
  if (reading?.pairs !== undefined) return undefined;
  const kind = trigger === undefined ? 'plain' : reading?.json === true && reading.percent !== true && reading.markup === undefined ? 'json' : undefined;
  const own = all.filter((finder) => finder.reading === kind);
  return own.length > 0 ? own : undefined;
}

function lookAt(view: View, { least, set, finders = NO_FINDERS }: ScanSettings, filter: Prefilter): ViewLook {
  const own = findersOf(view, finders);
  const bits = (view.trigger ?? []).map((byte) => filter.bitOf(byte));
  return {
    view,
    reading: least > 0 && own !== undefined && Prefilter.serves(set) ? view.reading : undefined,
    finders: own ?? NO_FINDERS,
    bits: bits.reduce((all, bit) => all | bit, 0),
    others: (view.trigger ?? []).filter((_, i) => bits[i] === 0),
  };
}

/** The same answer for the same view: many leaves share theirs. */
export function viewLooks(settings: ScanSettings, filter: Prefilter): (view: View) => ViewLook {
  const known = new WeakMap<View, ViewLook>();
  return (view) => {
    let look = known.get(view);
    if (look === undefined) known.set(view, (look = lookAt(view, settings, filter)));
    return look;
  };
}

/** Does an escape of this view stand in `bytes`, of which `seen` are the bits? */
export function isEscaped({ bits, others }: ViewLook, seen: number, bytes: Uint8Array): boolean {
  if ((seen & bits) !== 0) return true;
  // No function is made for a chunk that holds nothing.
  for (let i = 0; i < others.length; i++) if (bytes.includes(others[i] ?? 0)) return true;
  return false;
}
