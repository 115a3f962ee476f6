/** Opens containers in the test's own process, as a child process does, with the built-in detectors. */
import { leafFactory } from '../../gateway/detect/leaf.js';
import { rewriter } from '../../gateway/body/rewriter.js';
import { rewrapped } from '../../gateway/body/rewrap.js';
import { rewriteContainer } from '../../gateway/decode/extract/child-rewrite.js';
import { childSpools } from '../../gateway/decode/extract/child-spool.js';
import type { ContainerTools } from '../../gateway/decode/extract/child-run.js';
import { EXTRACT_LIMITS, type ExtractLimits } from '../../gateway/decode/extract/limits.js';
import { readContainer } from '../../gateway/decode/extract/read-container.js';
import { extractorFor } from '../../gateway/decode/extract/registry.js';
import type { ChildPart, ChildSink, Finding, PartReceipt, Unscannable } from '../../gateway/ports.js';
import { patternFinders } from '../../detectors/scan/raw-patterns.js';
import { detectorSet } from '../../detectors/scan/scan-units.js';
import { builtIns } from './engine.js';
import { collected, memorySource } from './zip.js';

const set = detectorSet(builtIns);
const keepOf = (id: string): { first: number; last: number } => builtIns.find((one) => one.id === id)?.keep ?? { first: 0, last: 0 };
export const leaf = leafFactory({ set, least: Math.min(...set.numbers.map((one) => one.least)), keepOf, finders: patternFinders(set) ?? [] }, Buffer.from('test key'));

/** An overflow in memory, for tests that fill what a child may keep. */
export function memoryOverflow(): { append(bytes: Uint8Array): Promise<void>; read(offset: number, length: number): Promise<Uint8Array>; close(): Promise<void> } {
  let all = Buffer.alloc(0);
  return {
    append: (bytes) => {
      all = Buffer.concat([all, bytes]);
      return Promise.resolve();
    },
    read: (offset, length) => Promise.resolve(all.subarray(offset, offset + length)),
    close: () => Promise.resolve(),
  };
}

export function containerTools(limits: Partial<ExtractLimits> = {}, memory = 64 * 2 ** 20): ContainerTools {
  return {
    leaf, rewriter, rewrapped, extractorFor,
    spool: () => childSpools({ memory, overflow: memoryOverflow }).create(),
    limits: { ...EXTRACT_LIMITS, ...limits },
    onFailure: (thrown) => {
      throw thrown;
    },
  };
}

export function childPart(format: string, about: Partial<ChildPart> = {}): ChildPart {
  return { child: 0, part: 'body', format, fileName: undefined, contentType: undefined, depth: 0, ...about };
}

export interface Told {
  readonly sink: ChildSink;
  readonly findings: Finding[];
  readonly unscannable: Unscannable[];
  readonly lines: PartReceipt[];
}

export function told(): Told {
  const findings: Finding[] = [];
  const unscannable: Unscannable[] = [];
  const lines: PartReceipt[] = [];
  return { findings, unscannable, lines, sink: { found: (one) => findings.push(one), unscannable: (one) => unscannable.push(one), line: (one) => lines.push(one) } };
}

export interface OpenedBytes extends Omit<Told, 'sink'> {
  /** Nothing when nothing was wanted, `undefined` when the format cannot be written. */
  readonly masked: Buffer | 'nothing' | undefined;
}

export async function openBytes(format: string, bytes: Uint8Array, wanted: (finding: Finding) => boolean = () => true, limits: Partial<ExtractLimits> = {}): Promise<OpenedBytes> {
  const { sink, ...seen } = told();
  const tools = containerTools(limits);
  const { signal } = new AbortController();
  const memo = await readContainer(tools, childPart(format), memorySource(bytes), sink, signal);
  if (memo === undefined) return { ...seen, masked: undefined };
  const masked = await collected(rewriteContainer(tools, childPart(format), memorySource(bytes), memo, memo.samples.map(wanted), signal));
  return { ...seen, masked: masked.length === 0 ? 'nothing' : masked };
}
