/** Feeds the engine message after message, each through a scanner of its own, and says every so often what memory is in use. */
import { join } from 'node:path';
import { weir } from './contenders.js';
import { CORPORA } from './corpora.js';
import { CHUNK } from './rounds.js';
import { seeded } from './seeded.js';

/** What is kept of each text, to be sent again and again. */
const TEXT = 2 ** 22;
/** The texts by how often they are sent: prose is what most channels carry; a message of nothing but findings is short. */
const MIX: readonly { readonly row: string; readonly times: number; readonly longest: number }[] = [
  { row: 'a', times: 48, longest: 2 ** 22 },
  { row: 'b', times: 24, longest: 2 ** 22 },
  { row: 'c', times: 6, longest: 2 ** 20 },
  { row: 'c2', times: 6, longest: 2 ** 20 },
  { row: 'd', times: 6, longest: 2 ** 20 },
  { row: 'e', times: 6, longest: 2 ** 19 },
  { row: 'f4', times: 3, longest: 2 ** 15 },
  { row: 'f5', times: 1, longest: 2 ** 16 },
];

export interface MemoryTask {
  readonly dist: string;
  readonly bytes: number;
  readonly samples: number;
}
/** In bytes; everything that can be collected has been. */
export interface Sample {
  readonly scanned: number;
  readonly messages: number;
  readonly findings: number;
  readonly heap: number;
  readonly buffers: number;
  readonly wasm: number;
  readonly rss: number;
}

type Prefilter = typeof import('../../../detectors/scan/prefilter/prefilter.js');

const task = JSON.parse(process.argv[2] ?? '') as MemoryTask;
const contender = await weir(task.dist);
const { prefilter } = (await import(join(task.dist, 'detectors', 'scan', 'prefilter', 'prefilter.js'))) as Prefilter;
const chance = seeded(11);
const texts = MIX.flatMap(({ row, times, longest }) => {
  const corpus = CORPORA.find(({ id }) => id === row);
  const data = corpus?.make(TEXT);
  return corpus === undefined || data === undefined ? [] : Array.from({ length: times }, () => ({ type: corpus.contentType, data, longest }));
});

let scanned = 0;
let messages = 0;
let findings = 0;

function sample(): Sample {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { scanned, messages, findings, heap: heapUsed, buffers: arrayBuffers, wasm: prefilter().text.buffer.byteLength, rss };
}

function message(): void {
  const { type, data, longest } = chance.pick(texts);
  const size = Math.min(data.length, 1 + chance.below(longest));
  const start = chance.below(data.length - size + 1);
  // Most come in whole chunks, some in whatever a network made of them.
  const chunk = chance.once(8) ? 1 + chance.below(CHUNK) : CHUNK;
  const pass = contender.begin(type, data.subarray(start, start + chunk));
  if (pass === undefined) return;
  for (let at = start; at < start + size; at += chunk) pass.chunk(data.subarray(at, Math.min(at + chunk, start + size)));
  findings += pass.end();
  scanned += size;
  messages++;
}

const taken: Sample[] = [];
for (let next = 0; scanned < task.bytes; ) {
  if (scanned >= next) {
    taken.push(sample());
    console.error(`${(scanned / 2 ** 30).toFixed(1)} GiB`);
    next += task.bytes / task.samples;
  }
  message();
}
taken.push(sample());
console.log(JSON.stringify(taken));
