/** What declared patterns cost: the processor time each takes on a made-up text beside that of the built-in detectors, measured here and now. */
import { randomBytes } from 'node:crypto';
import { costClass, type CostClass } from '../../detectors/pattern-cost.js';
import type { RegistryOptions } from '../../detectors/registry.js';
import { engine } from '../engine.js';
import type { BodyHead, InspectorFactory } from '../ports.js';
import { CHUNK } from './scan-file.js';

/** Large enough that the clock sees it, small enough that fifty patterns are measured within seconds. */
const SAMPLE_BYTES = 128 * 1024;
/** Of several rounds the fastest counts: whatever else the machine does only ever adds. The first ones warm up. */
const LEAST_ROUNDS = 3;
const MOST_ROUNDS = 12;
/** No more than the least rounds are made once this much processor time is spent. */
const PATIENCE_MS = 1000;
const MIB = 1024 * 1024;

export interface PatternCost {
  readonly id: string;
  /** How it is searched for. */
  readonly class: CostClass;
  /** Milliseconds of processor time per MiB that this pattern, declared alone, adds to the built-in detectors. */
  readonly adds: number;
}
export interface DetectorCosts {
  /** Milliseconds of processor time per MiB without any declared pattern, and with all of them. */
  readonly builtIn: number;
  readonly all: number;
  readonly patterns: readonly PatternCost[];
}

/** `undefined` when no pattern is in force. `timesOf` answers with milliseconds per MiB for each of several settings. */
export function detectorCosts(
  options: RegistryOptions,
  timesOf: (settings: readonly RegistryOptions[]) => readonly number[] = measured,
): DetectorCosts | undefined {
  const inForce = options.patterns.filter(({ id }) => !options.disable.includes(id));
  if (inForce.length === 0) return undefined;
  // `disable` and `keep` may name patterns, and those are not all there in every setting.
  const own = new Set(options.patterns.map(({ id }) => id));
  const disable = options.disable.filter((id) => !own.has(id));
  // One alone is all of them: measured twice it would be told with two figures.
  const singles = inForce.length === 1 ? [] : inForce.map((pattern) => [pattern]);
  const [builtIn = 0, all = 0, ...each] = timesOf([[], inForce, ...singles].map((patterns) => ({ disable, enable: options.enable ?? [], keep: {}, patterns })));
  const patterns = inForce.map((pattern, index) => ({ id: pattern.id, class: costClass(pattern), adds: rounded(Math.max(0, (each[index] ?? all) - builtIn)) }));
  return { builtIn: rounded(builtIn), all: rounded(all), patterns };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

const BARE: BodyHead = { contentType: 'text/plain; charset=utf-8', contentEncoding: undefined, contentDisposition: undefined, length: undefined, signedBy: [], texts: [] };
const NOTHING_MASKED = (): boolean => false;

/** In rounds, so that what else the machine does meets all settings alike. */
function measured(settings: readonly RegistryOptions[]): readonly number[] {
  const failures: unknown[] = [];
  const engines = settings.map((options) => engine(options, randomBytes(32), (thrown) => failures.push(thrown)).inspectors());
  const text = (sample ??= sampleText());
  const best = engines.map(() => Infinity);
  const began = spent();
  for (let round = 0; round < LEAST_ROUNDS || (round < MOST_ROUNDS && spent() - began < PATIENCE_MS); round++) {
    for (const [index, factory] of engines.entries()) {
      const started = spent();
      scan(factory, text);
      best[index] = Math.min(best[index] ?? Infinity, spent() - started);
    }
  }
  if (failures.length > 0) throw failures[0];
  return best.map((milliseconds) => (milliseconds * MIB) / text.length);
}

/** Processor time of this process: unlike the clock's, it does not grow while others work. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function scan(factory: InspectorFactory, text: Buffer): void {
  const inspector = factory.inspect(BARE, text.subarray(0, factory.prefixLength), NOTHING_MASKED);
  for (let at = 0; at < text.length; at += CHUNK) inspector.write(text.subarray(at, at + CHUNK));
  inspector.end(true);
}

let sample: Buffer | undefined;

/** Prose of both languages, a log, CSV and JSON in turn: the same on every machine. */
function sampleText(): Buffer {
  let state = 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const number = (digits: number): string => Array.from({ length: digits }, () => below(10)).join('');
  const lines = [
    (): string => `本周共发出 ${below(900)} 批货物，其中 ${below(90)} 批已由仓库确认签收，其余预计在月底之前送达，详情请见附件中的明细表。`,
    (): string => `The meeting about shipment ${number(4)} has moved to room ${below(40)}; please bring the draft and the figures of last quarter.`,
    (): string => `2026-03-${10 + below(18)}T0${below(9)}:${10 + below(49)}:${10 + below(49)}.${number(3)}Z INFO worker-${below(9)} handled /api/v2/items/${number(7)} in ${below(900)} ms`,
    (): string => `${number(8)},SKU-${number(5)},${below(500)}.${number(2)},${number(10)},华东,${number(6)}`,
    (): string => `{"id":"${number(6)}","qty":${below(99)},"price":${below(9999)},"note":"按合同执行","ok":true}`,
  ];
  const out: string[] = [];
  for (let size = 0, turn = 0; size < SAMPLE_BYTES; turn++) {
    const line = `${lines[turn % lines.length]?.() ?? ''}\n`;
    out.push(line);
    size += Buffer.byteLength(line);
  }
  return Buffer.from(out.join(''));
}
