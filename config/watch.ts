/** Tells when a configuration file has new content, however the editor or the cluster wrote it. */
import { watch as watchFolder, type FSWatcher } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { watch } from 'chokidar';
import { revisionOf } from './load.js';

/**
 * Editors write in several steps; a reload in the middle would see half a file. Also longer than the 100 ms within which
 * chokidar folds changes of one file into one event: a second write in that time is seen by the look that follows the first.
 */
const SETTLE_MS = 200;

export interface ConfigWatcher {
  /** From here on no change is missed. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}
export interface WatchOptions {
  /** What was loaded: a change between then and the first look counts. */
  readonly revision?: string;
  /** Watching itself failed (a folder that is gone, too many watches). */
  readonly onError?: (error: unknown) => void;
}

export function watchConfig(file: string, onChange: () => void, options: WatchOptions = {}): ConfigWatcher {
  const full = resolve(file);
  const folder = dirname(full);
  const name = basename(full);
  let last = options.revision;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const content = async (): Promise<string> => {
    try {
      return revisionOf(await readFile(full));
    } catch {
      // A file that is away for a moment, while it is replaced, is a state like any other; loading it says what is wrong.
      return 'unreadable';
    }
  };
  const look = async (): Promise<void> => {
    const now = await content();
    if (closed || now === last) return;
    const isFirst = last === undefined;
    last = now;
    if (!isFirst) onChange();
  };
  const settle = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), SETTLE_MS);
  };

  const failed = (error: unknown): void => options.onError?.(error);
  // The folder with its links as they are: a rename over the file or a switched ..data link (mounted config maps) leaves a watch on the old file behind.
  // Only names are looked at: a folder in which something else is written all the time, such as a log, is not read again for each line of it.
  let entries: FSWatcher | undefined;
  try {
    entries = watchFolder(folder, (_kind, entry) => {
      if (entry === null || entry === name || entry.startsWith('..')) settle();
    }).on('error', failed);
  } catch (thrown) {
    // Told once whoever called has the watcher.
    queueMicrotask(() => failed(thrown));
  }
  // And what the name leads to: the target of a link lies in a folder of its own.
  const target = watch(full, { ignoreInitial: true });
  target.on('all', settle).on('error', failed);
  const ready = new Promise<void>((done) => target.once('ready', () => done())).then(async () => {
    if (last === undefined) await look();
    else settle();
  });
  return {
    ready,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      entries?.close();
      await target.close();
    },
  };
}
