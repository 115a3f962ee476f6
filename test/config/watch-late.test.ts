/** A machine on which it takes long until all is watched: what is told of meanwhile is not told of again. */
import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, jest } from '@jest/globals';
import type { ConfigWatcher } from '../../config/watch.js';
import { revisionOf } from '../../config/load.js';
import { heldTimers } from '../kit/held-timers.js';
import { until } from '../kit/patience.js';
import { tempFolder } from '../kit/temp.js';

const target = Object.assign(new EventEmitter(), { close: () => Promise.resolve() });
jest.unstable_mockModule('chokidar', () => ({ watch: () => target }));
const { watchConfig } = await import('../../config/watch.js');

let watcher: ConfigWatcher | undefined;
afterEach(() => watcher?.close());

it('a change that the folder showed before the file itself was watched is told of once', async () => {
  const timers = heldTimers();
  const file = join(tempFolder('watch'), 'weir.yaml');
  let told = 0;
  const written = async (text: string, times: number): Promise<void> => {
    writeFileSync(file, text);
    await until('it is told of', () => {
      timers.pass(1_000);
      return told >= times;
    });
  };
  watcher = watchConfig(file, () => (told += 1), { revision: revisionOf(Buffer.from('loaded')) });
  await written('changed', 1);
  target.emit('ready');
  await watcher.ready;
  timers.pass(1_000);
  // By then it has been looked at once more.
  for (let times = 0; times < 3; times += 1) await readFile(file);
  expect(told).toBe(1);
  await written('changed again', 2);
  expect(told).toBe(2);
});
