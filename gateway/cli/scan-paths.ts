/** A whole scan: every file below the given paths, one after the other, each finding told as it comes. */
import { scanFile, type ScanWith } from './scan-file.js';
import type { ScanReport } from './scan-report.js';
import { walk, type SkipReason } from './scan-walk.js';
import { EXIT } from './outcome.js';

export interface ScanJob {
  readonly paths: readonly string[];
  readonly follow: boolean;
  /** Weaker findings are counted, not told. */
  readonly confidence: number;
  readonly using: ScanWith;
  readonly report: ScanReport;
  readonly signal: AbortSignal;
  /** Awaited after each chunk: keeps the output from piling up. */
  readonly onBytes: (bytes: number) => Promise<void>;
}
export interface ScanTotals {
  files: number;
  findings: number;
  /** Candidates below the asked confidence. */
  weak: number;
  scanned: number;
  unscanned: number;
  /** Parts, and whole files, that were not read. */
  unscannedParts: number;
  /** Links and the like met in folders: their content is not of the folder. */
  passedOver: number;
  interrupted: boolean;
}

export async function scanPaths({ paths, follow, confidence, using, report, signal, onBytes }: ScanJob): Promise<ScanTotals> {
  const totals: ScanTotals = { files: 0, findings: 0, weak: 0, scanned: 0, unscanned: 0, unscannedParts: 0, passedOver: 0, interrupted: false };
  const stopped = (): boolean => signal.aborted;
  const skip = (path: string, reason: SkipReason | 'changed', bytes: number): void => {
    report.skipped(path, reason, bytes);
    totals.unscannedParts++;
    totals.unscanned += bytes;
  };
  for await (const found of walk(paths, follow)) {
    if (stopped()) break;
    if (found.kind === 'skipped') {
      if (!found.given && (found.reason === 'link' || found.reason === 'special' || found.reason === 'loop')) {
        totals.passedOver++;
        report.skipped(found.path, found.reason, 0);
      } else skip(found.path, found.reason, 0);
      continue;
    }
    const { path } = found;
    totals.files++;
    const outcome = await scanFile(
      path,
      using,
      {
        finding(finding) {
          if (finding.confidence < confidence) totals.weak++;
          else {
            totals.findings++;
            report.finding(path, finding);
          }
        },
        progress: onBytes,
      },
      signal,
    );
    if (outcome.kind === 'skipped') {
      skip(path, outcome.reason, found.size);
      continue;
    }
    for (const part of outcome.unscannable) report.unscannable(path, part);
    totals.unscannedParts += outcome.unscannable.length;
    report.receipt(path, outcome.receipt);
    totals.scanned += outcome.scanned;
    if (outcome.kind === 'scanned') totals.unscanned += outcome.unscanned;
    else if (!stopped()) skip(path, 'read-error', Math.max(0, found.size - outcome.scanned));
  }
  totals.interrupted = stopped();
  return totals;
}

/** A finding outranks trouble; and what was not read wholly is never called clean unless asked to. */
export function scanExitCode(totals: ScanTotals, unscannedIsFine: boolean): number {
  if (totals.interrupted) return EXIT.interrupted;
  if (totals.findings > 0) return EXIT.no;
  return totals.unscannedParts > 0 && !unscannedIsFine ? EXIT.trouble : EXIT.fine;
}
