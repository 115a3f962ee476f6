/** Measures what one clean chunk leaves for the collector, in a process whose heap is large enough not to be collected meanwhile. */
import { weir } from './contenders.js';
import { CORPORA } from './corpora.js';
import { median } from './scan-table.js';
import { CHUNK } from './rounds.js';

/** Chunks in one reading: few enough that nothing is collected between two readings, enough to outweigh the reading itself. */
const READING = 16;
const READINGS = 60;
const WARM = 60;

export interface Allocation {
  readonly id: string;
  readonly title: string;
  /** Bytes a chunk on the heap, and in buffers beside it. */
  readonly heap: number;
  readonly buffers: number;
  /** Bytes a chunk that are still there after everything was collected: what memory grows by. */
  readonly kept: number;
}

const collect = (): void => {
  globalThis.gc?.();
};

function used(): { heap: number; buffers: number } {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers };
}

const contender = await weir(process.argv[2] ?? '');
const rows: Allocation[] = [];
for (const { id, title, contentType, make } of CORPORA.filter((one) => one.id === 'a' || one.id === 'b')) {
  const data = make(READING * CHUNK) ?? Buffer.alloc(0);
  const pieces = Array.from({ length: Math.floor(data.length / CHUNK) }, (_, i) => data.subarray(i * CHUNK, (i + 1) * CHUNK));
  const pass = contender.begin(contentType, pieces[0] ?? data);
  if (pass === undefined || pieces.length === 0) continue;
  const heaps: number[] = [];
  const buffers: number[] = [];
  let start = used();
  for (let reading = 0; reading < WARM + READINGS; reading++) {
    collect();
    if (reading === WARM) start = used();
    const before = used();
    for (const piece of pieces) pass.chunk(piece);
    const after = used();
    if (reading >= WARM) {
      heaps.push((after.heap - before.heap) / pieces.length);
      buffers.push((after.buffers - before.buffers) / pieces.length);
    }
  }
  collect();
  const end = used();
  const kept = (end.heap + end.buffers - start.heap - start.buffers) / (READINGS * pieces.length);
  rows.push({ id, title, heap: median(heaps), buffers: median(buffers), kept });
}
console.log(JSON.stringify(rows));
