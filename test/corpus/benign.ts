/** Scores a folder of somebody's own text as if nothing were to be found in it; prints counts, and on request shapes without any digit of the text. */
import { opendirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from '../../detectors/contract.js';
import { builtInDetectors } from '../../detectors/registry.js';
import { findAllWith } from '../../detectors/scan/find.js';
import { markdownTable } from './report.js';
import { CUTS, DETECTORS } from './score.js';

const BYTES_PER_MB = 1e6;
/** Larger files are left out: what they say is mostly more of the same. */
const LARGEST = 32 * 2 ** 20;
/** Characters of context shown on each side. */
const SHOWN = 20;

export interface BenignOptions {
  /** Only files whose names end with one of these. */
  readonly endings: readonly string[];
  readonly show: number;
  readonly from: number;
}

interface Totals {
  files: number;
  bytes: number;
  readonly counts: Map<string, number>;
  readonly shown: string[];
}

export function scoreFolder(folder: string, options: BenignOptions): Totals {
  const totals: Totals = { files: 0, bytes: 0, counts: new Map(), shown: [] };
  for (const file of filesBelow(folder)) {
    if (options.endings.length > 0 && !options.endings.some((ending) => file.endsWith(ending))) continue;
    const text = textOf(file);
    if (text === undefined) continue;
    totals.files++;
    totals.bytes += Buffer.byteLength(text);
    for (const finding of findAllWith(text, builtInDetectors)) {
      for (const cut of CUTS) {
        const key = `${finding.detector} ${cut}`;
        if (finding.confidence >= cut) totals.counts.set(key, (totals.counts.get(key) ?? 0) + 1);
      }
      if (finding.confidence >= options.from && totals.shown.length < options.show) totals.shown.push(`${file}: ${shapeOf(text, finding)}`);
    }
  }
  return totals;
}

export function benignReport(folder: string, { files, bytes, counts, shown }: Totals): string {
  const rows = DETECTORS.map((detector) => [
    detector,
    ...CUTS.map((cut) => {
      const count = counts.get(`${detector} ${cut}`) ?? 0;
      return `${count} (${((count / Math.max(1, bytes)) * BYTES_PER_MB).toFixed(3)})`;
    }),
  ]);
  const head = `${folder}: ${files} text files, ${(bytes / BYTES_PER_MB).toFixed(2)} MB, all taken to be benign`;
  return [head, markdownTable(['findings (per MB)', ...CUTS.map((cut) => (cut === 0 ? 'all' : `≥ ${cut}`))], rows), ...(shown.length > 0 ? [shown.join('\n')] : [])].join('\n\n');
}

function* filesBelow(folder: string): Generator<string> {
  const directory = opendirSync(folder);
  const names: { readonly name: string; readonly directory: boolean; readonly file: boolean }[] = [];
  for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) names.push({ name: entry.name, directory: entry.isDirectory(), file: entry.isFile() });
  directory.closeSync();
  for (const entry of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.directory) yield* filesBelow(path);
    else if (entry.file) yield path;
  }
}

/** A NUL means that it is no text. */
function textOf(path: string): string | undefined {
  if (statSync(path).size > LARGEST) return undefined;
  const bytes = readFileSync(path);
  return bytes.includes(0) ? undefined : bytes.toString('utf8');
}

/** Every digit of whatever script as 0, line ends as ⏎: the shape stays, the value goes. */
function shapeOf(text: string, { detector, start, end, confidence, reasons }: Finding): string {
  const hidden = (part: string): string => part.replace(/\p{N}|[〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖]/gu, '0').replace(/\r?\n/g, '⏎');
  return `${detector} ${confidence} [${(reasons ?? []).join(', ')}] ${hidden(text.slice(Math.max(0, start - SHOWN), start))}«${hidden(text.slice(start, end))}»${hidden(text.slice(end, end + SHOWN))}`;
}
