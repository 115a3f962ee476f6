/** A page of bytes as runs of text: cut where something was found, each run decoded by itself. */
import type { Finding } from '../ports.js';

export interface Found {
  readonly start: number;
  readonly end: number;
  readonly finding: Finding;
}
export interface Run {
  readonly at: number;
  readonly bytes: Uint8Array;
  readonly found: Found | undefined;
}

/** Findings without overlaps: what begins inside another counts from its end. */
export function withoutOverlaps(findings: readonly Finding[]): readonly Found[] {
  const out: Found[] = [];
  let done = 0;
  for (const finding of [...new Set(findings)].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const start = Math.max(finding.start, done);
    if (finding.end <= start) continue;
    out.push({ start, end: finding.end, finding });
    done = finding.end;
  }
  return out;
}

export function* runsOf(at: number, bytes: Uint8Array, found: readonly Found[]): Generator<Run> {
  const end = at + bytes.length;
  let done = at;
  for (const one of found) {
    const from = Math.max(one.start, done);
    const to = Math.min(one.end, end);
    if (to <= from) continue;
    if (from > done) yield { at: done, bytes: bytes.subarray(done - at, from - at), found: undefined };
    yield { at: from, bytes: bytes.subarray(from - at, to - at), found: one };
    done = to;
  }
  if (done < end) yield { at: done, bytes: bytes.subarray(done - at), found: undefined };
}
