/** Runs of text as the segments people see: nothing found or hidden in an encoding stands in them, and nothing invisible. */
import type { Finding, Segment } from '../ports.js';
import type { HideNumbers } from './hidden-numbers.js';
import { visible } from './visible.js';

/** A decoded run, before it is made visible. */
export interface TextRun {
  readonly text: string;
  readonly finding: Finding | undefined;
  /** Stars over what nobody found and nobody may see. */
  readonly hidden?: true | undefined;
}
export type IndexOf = (finding: Finding) => number | undefined;
/** What turns runs into segments. */
export interface Showing {
  readonly index: IndexOf;
  readonly hide: HideNumbers;
}

/** Looks a finding up among those the message keeps. */
export function indexOf(kept: readonly Finding[]): IndexOf {
  const places = new Map(kept.map((one, index) => [keyOf(one), index]));
  /** By value, where a part has it only once. */
  const values = new Map<string, number | undefined>();
  for (const [index, one] of kept.entries()) values.set(valueOf(one), values.has(valueOf(one)) ? undefined : index);
  return (finding) => places.get(keyOf(finding)) ?? values.get(valueOf(finding));
}

const valueOf = ({ part, detector, fingerprint }: Finding): string => `${detector} ${fingerprint} ${part}`;
const keyOf = ({ part, start, end, detector }: Finding): string => `${detector} ${String(start)} ${String(end)} ${part}`;

export function segmentsOf(run: TextRun, { index, hide }: Showing, show: (text: string) => string = visible): readonly Segment[] {
  if (run.finding !== undefined) return run.text === '' ? [] : [{ text: show(run.text), finding: index(run.finding), masked: true }];
  if (run.hidden === true) return [{ text: show(run.text), masked: true }];
  return covering(run.text, hide(run.text)).map(({ text, hidden }): Segment => ({ text: show(text), ...(hidden === true ? { masked: true } : {}) }));
}

/** The text cut where stars begin and end. */
export function covering(text: string, covered: string | undefined): readonly TextRun[] {
  if (text === '') return [];
  if (covered === undefined) return [{ text, finding: undefined }];
  const out: TextRun[] = [];
  let from = 0;
  const isHidden = (at: number): boolean => covered.charCodeAt(at) !== text.charCodeAt(at);
  for (let at = 1; at <= covered.length; at++) {
    if (at < covered.length && isHidden(at) === isHidden(from)) continue;
    out.push({ text: covered.slice(from, at), finding: undefined, ...(isHidden(from) ? { hidden: true } : {}) });
    from = at;
  }
  return out;
}
