/** Writes what a scan finds, as JSON lines or as text for people. */
import { bandOf } from '../../detectors/band.js';
import type { Finding, Receipt, Unscannable } from '../ports.js';
import { explained } from './scan-explain.js';
import { receiptLines } from './scan-receipt.js';
import type { SkipReason } from './scan-walk.js';
import { jsonLine, padded, plain } from './terminal-text.js';
import { fill, type Language, type Words } from './words.js';

export interface ScanReport {
  finding(file: string, finding: Finding): void;
  unscannable(file: string, part: Unscannable): void;
  skipped(file: string, reason: SkipReason | 'changed', bytes: number): void;
  /** After everything else about the file. */
  receipt(file: string, receipt: Receipt): void;
}

interface Outputs {
  readonly language: Language;
  readonly words: Words;
  readonly explain: boolean;
  readonly receipt: boolean;
  readonly print: (text: string) => void;
  readonly tell: (text: string) => void;
}

/** The fields' names and order are fixed: other programs read them. */
export function jsonReport({ explain, receipt: wanted, print }: Outputs): ScanReport {
  return {
    finding(file, { part, detector, start, end, confidence, preview, reasons, tags }) {
      print(jsonLine({ file, part, detector, start, end, confidence, preview, ...(explain ? { band: bandOf(confidence), reasons, tags } : {}) }));
    },
    unscannable(file, { part, reason, bytes, detail }) {
      print(jsonLine({ file, part, unscannable: reason, bytes, ...(explain ? { detail } : {}) }));
    },
    skipped(file, reason, bytes) {
      print(jsonLine({ file, part: 'file', unscannable: reason, bytes }));
    },
    receipt(file, { size, scanned, unscanned, inside, parts, more, detectors }) {
      if (wanted) print(jsonLine({ file, receipt: { size, scanned, unscanned, inside, parts, more, detectors } }));
    },
  };
}

/** Columns wide enough for what stands in them nearly always. */
const PREVIEW_COLUMNS = 22;
const DETECTOR_COLUMNS = 16;

export function textReport({ language, words, explain, receipt: wanted, print, tell }: Outputs): ScanReport {
  let heading: string | undefined;
  const under = (file: string): void => {
    if (heading !== file) print(plain(file));
    heading = file;
  };
  return {
    finding(file, finding) {
      const { part, detector, start, end, confidence, preview } = finding;
      under(file);
      print(`  ${padded(plain(preview), PREVIEW_COLUMNS)}  ${padded(detector, DETECTOR_COLUMNS)}  ${confidence.toFixed(2)}  ${plain(part)} ${start}–${end}`);
      if (explain) for (const line of explained(finding, language, words)) print(`      ${plain(line)}`);
    },
    unscannable(file, { part, reason, bytes, detail }) {
      tell(`${plain(file)}: ${plain(part)}: ${words.notScanned}: ${reason}${explain && detail !== '' ? ` (${plain(detail)})` : ''}, ${fill(words.bytes, { n: bytes })}`);
    },
    skipped(file, reason) {
      tell(`${plain(file)}: ${words.notScanned}: ${words[reason]}`);
    },
    receipt(file, receipt) {
      if (!wanted) return;
      under(file);
      for (const line of receiptLines(receipt, words)) print(line);
    },
  };
}
