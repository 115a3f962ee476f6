/** Exceptions on evidence: what they cover is taken away before rules see it, and named afterwards. Pure; only ever about findings, never about what could not be read. */
import { HIGH_FROM } from '../../detectors/band.js';
import { DISTINCT_CAP, type ActiveException, type Evidence, type ExceptableFinding, type ExceptionScope, type FindingClass, type Verdict } from '../ports.js';

type Excepted = NonNullable<Verdict['excepted']>;

export interface Excepting {
  /** Id of the exception that covers this finding. */
  covering(finding: ExceptableFinding): string | undefined;
  /** The evidence without what is covered. */
  rest(evidence: Evidence): Evidence;
  /** What was taken away: distinct values by exception and detector. Joining the same evidence twice changes nothing. */
  used(evidence: Evidence): Excepted;
}

/** Bound to values, or at least to one side of the envelope: what may be proposed, approved and applied. */
export const isLawful = (scope: ExceptionScope): boolean => (scope.fingerprints?.length ?? 0) > 0 || (scope.fingerprints === undefined && (scope.senderKey !== undefined || scope.destination !== undefined));

/** Findings of high confidence are covered only by name of their value, or by sender, destination and detector together with the approver's word. */
export const coversHigh = (exception: ExceptionScope & { readonly conclusive: boolean }): boolean =>
  exception.fingerprints !== undefined ||
  (exception.conclusive && exception.senderKey !== undefined && exception.destination !== undefined && (exception.detectors?.length ?? 0) > 0);

interface Ready {
  readonly id: string;
  readonly detectors: ReadonlySet<string> | undefined;
  readonly fingerprints: ReadonlySet<string> | undefined;
  readonly high: boolean;
}

/** Exceptions stay the same objects for as long as they are in force: their sets are made once. */
const madeReady = new WeakMap<ActiveException, Ready>();
function readyOf(one: ActiveException): Ready {
  const before = madeReady.get(one);
  if (before !== undefined) return before;
  const ready: Ready = {
    id: one.id,
    detectors: one.detectors === undefined ? undefined : new Set(one.detectors),
    fingerprints: one.fingerprints === undefined ? undefined : new Set(one.fingerprints),
    high: coversHigh(one),
  };
  madeReady.set(one, ready);
  return ready;
}

const NOTHING: Excepting = { covering: () => undefined, rest: (evidence) => evidence, used: () => [] };

export function excepting(exceptions: readonly ActiveException[]): Excepting {
  if (exceptions.length === 0) return NOTHING;
  const ready = exceptions.filter(isLawful).map(readyOf);
  const byKind = new Map<string, readonly Ready[]>();
  const bearingOn = ({ detector, confidence }: Pick<ExceptableFinding, 'detector' | 'confidence'>): readonly Ready[] => {
    const isHigh = confidence >= HIGH_FROM;
    const kind = `${detector} ${isHigh ? 'high' : ''}`;
    const before = byKind.get(kind);
    if (before !== undefined) return before;
    const bearing = ready.filter((one) => (one.detectors?.has(detector) ?? true) && (one.high || !isHigh));
    byKind.set(kind, bearing);
    return bearing;
  };
  const covers = (one: Ready, fingerprint: string): boolean => one.fingerprints?.has(fingerprint) ?? true;

  /** Which values of a class go, each with the first exception that covers it. */
  const taken = (found: FindingClass): ReadonlyMap<string, string> => {
    const goes = new Map<string, string>();
    const bearing = bearingOn(found);
    if (bearing.length === 0) return goes;
    // A class that counts no further has values without a name: only an exception that asks for none may take it.
    const usable = found.distinct.size >= DISTINCT_CAP ? bearing.filter((one) => one.fingerprints === undefined) : bearing;
    for (const one of usable) {
      const named = one.fingerprints ?? found.distinct;
      // The shorter list is walked: a message of thousands of numbers must not meet every exception with each of them.
      const [walked, asked] = named.size <= found.distinct.size ? [named, found.distinct] : [found.distinct, named];
      for (const fingerprint of walked) if (asked.has(fingerprint) && !goes.has(fingerprint)) goes.set(fingerprint, one.id);
      if (goes.size === found.distinct.size) break;
    }
    return goes;
  };

  return {
    covering: (finding) => bearingOn(finding).find((one) => covers(one, finding.fingerprint))?.id,
    rest(evidence) {
      const classes = evidence.classes.flatMap((found): FindingClass[] => {
        const goes = taken(found);
        if (goes.size === 0) return [found];
        if (goes.size === found.distinct.size) return [];
        const distinct = new Set([...found.distinct].filter((fingerprint) => !goes.has(fingerprint)));
        // How often each value stood there is not known: at least once.
        return [{ ...found, distinct, count: Math.max(distinct.size, found.count - goes.size) }];
      });
      return { ...evidence, classes };
    },
    used(evidence) {
      const values = new Map<string, { readonly exception: string; readonly detector: string; readonly of: Set<string> }>();
      for (const found of evidence.classes) {
        for (const [fingerprint, exception] of taken(found)) {
          const key = `${exception} ${found.detector}`;
          const known = values.get(key) ?? { exception, detector: found.detector, of: new Set<string>() };
          known.of.add(fingerprint);
          values.set(key, known);
        }
      }
      return [...values.values()].map(({ exception, detector, of }) => ({ exception, detector, values: of.size }));
    },
  };
}
