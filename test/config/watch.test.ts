import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { revisionOf } from '../../config/load.js';
import { watchConfig, type ConfigWatcher } from '../../config/watch.js';
import { tempFolder } from '../kit/temp.js';

const open: ConfigWatcher[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((watcher) => watcher.close()));
});

/** Watches, and hands out one promise per change. */
async function watching(file: string): Promise<{ changed: () => Promise<void>; count: () => number }> {
  let count = 0;
  let seen = 0;
  let wake: (() => void) | undefined;
  const watcher = watchConfig(file, () => {
    count += 1;
    wake?.();
  });
  open.push(watcher);
  await watcher.ready;
  const changed = async (): Promise<void> => {
    seen += 1;
    while (count < seen) await new Promise<void>((done) => (wake = done));
  };
  return { changed, count: () => count };
}

describe('a watched configuration', () => {
  it('tells of a file written in place, once per new content', async () => {
    const file = join(tempFolder('watch'), 'weir.yaml');
    writeFileSync(file, 'a');
    const { changed, count } = await watching(file);
    writeFileSync(file, 'a');
    writeFileSync(file, 'b');
    await changed();
    writeFileSync(file, 'c');
    await changed();
    expect(count()).toBe(2);
  });

  it('tells of a file that another one was renamed over, again and again', async () => {
    const folder = tempFolder('watch');
    const file = join(folder, 'weir.yaml');
    writeFileSync(file, 'a');
    const { changed } = await watching(file);
    for (const text of ['b', 'c']) {
      writeFileSync(join(folder, 'new.tmp'), text);
      renameSync(join(folder, 'new.tmp'), file);
      await changed();
    }
  });

  it('tells of a mounted config map whose ..data link was switched', async () => {
    const folder = tempFolder('watch');
    for (const version of ['..v1', '..v2']) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'weir.yaml'), version);
    }
    symlinkSync('..v1', join(folder, '..data'));
    symlinkSync('..data/weir.yaml', join(folder, 'weir.yaml'));
    const { changed } = await watching(join(folder, 'weir.yaml'));
    symlinkSync('..v2', join(folder, '..new'));
    renameSync(join(folder, '..new'), join(folder, '..data'));
    await changed();
  });

  it('tells of a change in the file that it is a link to', async () => {
    const [folder, elsewhere] = [tempFolder('watch'), tempFolder('watch')];
    writeFileSync(join(elsewhere, 'real.yaml'), 'a');
    symlinkSync(join(elsewhere, 'real.yaml'), join(folder, 'weir.yaml'));
    const { changed } = await watching(join(folder, 'weir.yaml'));
    writeFileSync(join(elsewhere, 'real.yaml'), 'b');
    await changed();
  });

  it('that changed before it was watched is told of, too', async () => {
    const file = join(tempFolder('watch'), 'weir.yaml');
    writeFileSync(file, 'loaded');
    const revision = revisionOf(Buffer.from('loaded'));
    writeFileSync(file, 'changed meanwhile');
    await new Promise<void>((changed) => open.push(watchConfig(file, changed, { revision })));
  });
});
