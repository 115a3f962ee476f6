/** Joins what the head and the body showed. */
import type { Evidence, Finding } from '../ports.js';

export const isEmpty = ({ classes, unscannable }: Evidence): boolean => classes.length === 0 && unscannable.length === 0;

export function joined(head: Evidence, body: Evidence): Evidence {
  if (isEmpty(head)) return body;
  return { classes: [...head.classes, ...body.classes], unscannable: [...head.unscannable, ...body.unscannable] };
}

/** How often each detector found something. */
export function countsOf(evidence: Evidence): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { detector, count } of evidence.classes) counts[detector] = (counts[detector] ?? 0) + count;
  return counts;
}

/** Findings that policy cannot tell apart share a number, so that masks can be chosen per kind once the verdict is known. */
export interface Kinds {
  numberOf(finding: Finding): number;
  /** Whether a kind is wanted, given what is wanted of single findings. */
  choose(wanted: (finding: Finding) => boolean): (kind: number) => boolean;
}

/** `apart`: what else tells findings apart, beside what they are. */
export function kinds(apart: (finding: Finding) => string | undefined = () => undefined): Kinds {
  // Most bodies have none.
  let numbers: Map<string, number> | undefined;
  const samples: Finding[] = [];
  return {
    numberOf(finding) {
      numbers ??= new Map();
      const key = [finding.detector, finding.confidence, finding.maskable, apart(finding) ?? '', ...finding.tags].join('|');
      let number = numbers.get(key);
      if (number === undefined) {
        number = samples.length;
        numbers.set(key, number);
        samples.push(finding);
      }
      return number;
    },
    choose(wanted) {
      const chosen = samples.map(wanted);
      return (kind) => chosen[kind] ?? false;
    },
  };
}

/** The same findings, where none of them can be masked. */
export function unmaskable(evidence: Evidence): Evidence {
  return { ...evidence, classes: evidence.classes.map((one) => ({ ...one, maskable: false })) };
}
