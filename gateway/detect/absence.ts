/** Proves of a text that lies whole in one chunk that nothing is in it, before any scanner is made for it: most small bodies are such texts. */
import { MAX_IGNORED } from '../../detectors/scan/candidates.js';
import { CLASS, isAnyDigit } from '../../detectors/scan/characters.js';
import { LONGEST_CHUNK, type Prefilter } from '../../detectors/scan/prefilter/prefilter.js';
import type { LeafFactory, View } from '../ports.js';
import { isEscaped, type ViewLook } from './view-look.js';
import type { ScanSettings } from './view-scanner.js';
import { Windows } from './windows.js';

const windows = new Windows();
/** A text that has to be decoded and is no longer than this is decoded here: that costs less than a scanner, and no run in it can be too long. */
const SHORT = MAX_IGNORED;

/** Too few digits for any number, of whatever kind. */
function hasFewDigits(view: View, bytes: Uint8Array, least: number): boolean {
  const { units, length, endless } = view.decode(bytes, true);
  let digits = 0;
  for (let i = 0; i < length; i++) if (isAnyDigit(CLASS[units[i] ?? 0])) digits++;
  return digits < least && endless !== true;
}

export interface AbsenceOptions {
  readonly settings: ScanSettings;
  readonly filter: Prefilter;
  readonly lookOf: (view: View) => ViewLook;
  /** The bit by which the filter tells of a NUL. */
  readonly nul: number;
  /** Nothing is found in words without a digit. */
  readonly wordless: boolean;
}

/** As LeafFactory.holdsNothing says: a file or an enciphered block in the text, a string of base64, a NUL, a window or an endless escape in any view, and a longer text that has to be decoded for one, all make it uncertain. */
export function absence({ settings, filter, lookOf, nul, wordless }: AbsenceOptions): NonNullable<LeafFactory['holdsNothing']> {
  return (bytes, views, strings) => {
    if (bytes.length === 0) return true;
    if (bytes.length > LONGEST_CHUNK || (strings && filter.holdsBegin(bytes, true))) return false;
    filter.load(bytes);
    if (strings && filter.nextSigns(0, wordless) < bytes.length) return false;
    let seen = 0;
    for (let i = 0; i < views.length; i++) {
      const view = views[i];
      if (view === undefined) return false;
      const look = lookOf(view);
      const { reading } = look;
      const speaksAlone = view.trigger === undefined;
      if (i > 0 && !speaksAlone && !isEscaped(look, seen, bytes)) continue;
      if (reading === undefined) {
        if (i === 0 || !wordless || bytes.length > SHORT || !hasFewDigits(view, bytes, settings.least)) return false;
        continue;
      }
      // In the plain view nothing was found: what others find lies near to an escape.
      windows.look(filter, settings.set, reading, look.finders, 0, true, i > 0 && !speaksAlone);
      if (windows.count > 0 || filter.endless) return false;
      if (i === 0) {
        seen = filter.seen;
        if ((seen & nul) !== 0) return false;
      }
    }
    return views.length > 0;
  };
}
