/** What this process holds that nobody may collect: resident memory tells of the collector's rhythm instead, and of the suites before. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes on the heap and in array buffers, behind full collections. */
export function aliveBytes(): number {
  // What the first one finds dead is given back beside it, and counted until then.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
