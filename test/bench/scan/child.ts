/** The process that is measured: `scan.ts` starts it on a core of its own and reads its answer from its output. */
import { CORPORA } from './corpora.js';
import { re2, re2Set, regExp, weir } from './contenders.js';
import { PATTERNS } from './pattern-definitions.js';
import { race, type Effort, type Speed } from './rounds.js';

export interface Task extends Effort {
  /** Weir beside other engines, or Weir with fifty patterns beside itself without. */
  readonly table: 'scan' | 'patterns';
  /** Folder of the compiled program. */
  readonly dist: string;
  readonly rows: readonly string[];
  readonly bytes: number;
}
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly bytes: number;
  readonly speeds: readonly Speed[];
}

const task = JSON.parse(process.argv[2] ?? '') as Task;
const contenders = task.table === 'scan' ? [await weir(task.dist), re2(), regExp()] : [await weir(task.dist), await weir(task.dist, 'weir-patterns', PATTERNS), re2Set(PATTERNS)];
const collect = (): void => {
  globalThis.gc?.();
};
const rows: Row[] = [];
for (const { id, title, contentType, make } of CORPORA) {
  if (!task.rows.includes(id)) continue;
  const data = make(task.bytes);
  if (data === undefined) continue;
  const speeds = race(contenders, contentType, data, task, collect);
  rows.push({ id, title, bytes: data.length, speeds });
  console.error(`${id.padEnd(3)} ${title.padEnd(46)} ${speeds.map(({ contender, rates }) => `${contender} ${Math.max(...rates).toFixed(0)}`).join('  ')}`);
}
console.log(JSON.stringify(rows));
