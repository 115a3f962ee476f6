/** Runs a detector's own cases: one that cannot prove itself guards nothing, so it stops the start. */
import type { Detector, Finding } from './contract.js';
import { DetectorError } from './detector-error.js';

export type FindAllWith = (text: string, detectors: readonly Detector[]) => readonly Finding[];

/** Every hit is found once and whole, every miss not at all. Messages name the case by its number: a case may quote real data. */
export function prove(detector: Detector, findAllWith: FindAllWith): void {
  if (detector.cases.hit.length === 0 || detector.cases.miss.length === 0) throw new DetectorError(detector.id, 'needs at least one hit and one miss among its cases');
  // One list for all cases: what a scan works out of a list of detectors, it keeps by the list.
  const alone = [detector];
  for (const [index, marked] of detector.cases.hit.entries()) {
    const start = marked.indexOf('«');
    const end = marked.indexOf('»') - 1;
    if (start < 0 || end <= start || marked.replace(/[«»]/g, '').length !== marked.length - 2) {
      throw new DetectorError(detector.id, `hit ${index + 1} must mark one span as «…»`);
    }
    const found = findAllWith(plainCase(marked), alone);
    const [only] = found;
    if (only === undefined) throw new DetectorError(detector.id, `hit ${index + 1} is not found`);
    if (found.length > 1) throw new DetectorError(detector.id, `hit ${index + 1} is found ${found.length} times`);
    if (only.start !== start || only.end !== end) throw new DetectorError(detector.id, `hit ${index + 1} is found, but not the marked span`);
  }
  for (const [index, text] of detector.cases.miss.entries()) {
    if (findAllWith(plainCase(text), alone).length > 0) throw new DetectorError(detector.id, `miss ${index + 1} is found`);
  }
}

/** A case without its marks. */
export function plainCase(marked: string): string {
  return marked.replace(/[«»]/g, '');
}
