/** A text scanned in pieces of the given sizes, cycled: what is found, what goes out, and whether it was malformed. */
import type { Detector, Finding } from '../../detectors/contract.js';
import { TextScanner } from '../../detectors/scan/text-scanner.js';

export function scanInPieces(text: string, sizes: readonly number[], detectors: readonly Detector[], masks: (finding: Finding) => boolean): unknown {
  const scanner = new TextScanner(detectors, masks);
  const findings: unknown[] = [];
  let out = '';
  for (let at = 0, i = 0; at < text.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    const pushed = scanner.push(text.slice(at, at + size), false);
    at += size;
    findings.push(...pushed.findings);
    out += pushed.text;
  }
  const pushed = scanner.push('', true);
  return { findings: [...findings, ...pushed.findings], out: out + pushed.text, malformed: scanner.malformed };
}
