/** Compares what was found with the truth, and counts by type, band, host and form. */
import type { CorpusDocument } from './corpus.js';
import type { DetectorId, Mark } from './piece.js';

export const DETECTORS: readonly DetectorId[] = ['cn.resident-id', 'bank-card', 'cn.phone'];
/** Findings count from this confidence on: all, then the bands' lower ends, and a half. */
export const CUTS = [0, 0.5, 0.7, 0.9] as const;
export type Cut = (typeof CUTS)[number];

export interface Found {
  readonly detector: string;
  readonly start: number;
  readonly end: number;
  readonly confidence: number;
}

/** right: found and labelled; wrong: found and not labelled; labelled: all there is to find. */
export interface Count {
  right: number;
  wrong: number;
  labelled: number;
}

/** `ordinary`: numbers as people and systems write them; `disguised`: written to get past patterns; `benign`: nothing to find. */
export type Part = 'ordinary' | 'disguised' | 'benign';

export interface Score {
  /** By part, detector and cut. */
  readonly types: Map<string, Count>;
  /** By host, detector and cut. */
  readonly hosts: Map<string, Count>;
  /** By form and cut, and by kind and cut: recall only. */
  readonly forms: Map<string, Count>;
  readonly kinds: Map<string, Count>;
  /** What the wrong findings were in truth, by detector and cut. */
  readonly mistakes: Map<string, Count>;
  /** By detector and tenth of the stated confidence. */
  readonly tenths: Map<string, Count>;
  readonly bytes: Record<Part, number>;
  readonly hostBytes: Map<string, number>;
  documents: number;
}

export function emptyScore(): Score {
  return { types: new Map(), hosts: new Map(), forms: new Map(), kinds: new Map(), mistakes: new Map(), tenths: new Map(), bytes: { ordinary: 0, disguised: 0, benign: 0 }, hostBytes: new Map(), documents: 0 };
}

export function countOf(counts: ReadonlyMap<string, Count>, ...key: readonly (string | number)[]): Count {
  return counts.get(key.join(' ')) ?? { right: 0, wrong: 0, labelled: 0 };
}

function add(counts: Map<string, Count>, what: keyof Count, ...key: readonly (string | number)[]): void {
  const name = key.join(' ');
  let count = counts.get(name);
  if (count === undefined) counts.set(name, (count = { right: 0, wrong: 0, labelled: 0 }));
  count[what]++;
}

/** Detector and span of the digits agree; the country code in front of a phone number may be in the span or out of it. */
export function agrees(found: Found, mark: Mark): boolean {
  return found.detector === mark.detector && found.end === mark.end && found.start <= mark.start && found.start >= (mark.from ?? mark.start);
}

function partOf({ benign, host }: Pick<CorpusDocument, 'benign' | 'host'>): Part {
  return benign ? 'benign' : host === 'disguised' ? 'disguised' : 'ordinary';
}

export function addDocument(score: Score, document: CorpusDocument, findings: readonly Found[]): void {
  const part = partOf(document);
  const { host, marks } = document;
  score.documents++;
  const bytes = Buffer.byteLength(document.text);
  score.bytes[part] += bytes;
  score.hostBytes.set(host, (score.hostBytes.get(host) ?? 0) + bytes);
  for (const mark of marks) {
    if (mark.detector === 'none') continue;
    for (const cut of CUTS) {
      add(score.types, 'labelled', part, mark.detector, cut);
      add(score.hosts, 'labelled', host, mark.detector, cut);
      add(score.forms, 'labelled', mark.form, cut);
      // Disguises would drown what the kind itself costs.
      if (part === 'ordinary') add(score.kinds, 'labelled', mark.kind, cut);
    }
  }
  for (const found of findings) {
    const mark = marks.find((one) => agrees(found, one));
    const verdict = mark === undefined ? 'wrong' : 'right';
    add(score.tenths, verdict, found.detector, Math.min(9, Math.floor(found.confidence * 10 + 1e-9)));
    for (const cut of CUTS) {
      if (found.confidence < cut) continue;
      add(score.types, verdict, part, found.detector, cut);
      add(score.hosts, verdict, host, found.detector, cut);
      if (mark === undefined) add(score.mistakes, 'wrong', found.detector, mistakeOf(found, marks), cut);
      else {
        add(score.forms, 'right', mark.form, cut);
        if (part === 'ordinary') add(score.kinds, 'right', mark.kind, cut);
      }
    }
  }
}

/** What stands in truth where something was wrongly found. */
function mistakeOf(found: Found, marks: readonly Mark[]): string {
  const under = marks.find((mark) => mark.start < found.end && found.start < mark.end);
  if (under === undefined) return 'unlabelled-digits';
  if (under.detector === 'none') return under.kind;
  return under.detector === found.detector ? 'wrong-span' : `is-${under.detector}`;
}

export interface Rates {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export function ratesOf({ right, wrong, labelled }: Count): Rates {
  const precision = right + wrong === 0 ? 1 : right / (right + wrong);
  const recall = labelled === 0 ? 1 : right / labelled;
  return { precision, recall, f1: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}
