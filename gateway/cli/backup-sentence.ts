/** Turns what went wrong with a backup, a restore or a move into a sentence for the person at the terminal. */
import { BackupFailed } from '../backup/backup-failed.js';
import { FillRefused } from '../ledger/fill-refused.js';
import { CommandFailed } from './outcome.js';
import { plain } from './terminal-text.js';
import { fill } from './words.js';
import type { backupWords } from './words-backup.js';

type Words = ReturnType<typeof backupWords>;

export async function inWords<T>(words: Words, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof BackupFailed) throw new CommandFailed(fill(words[`problem-${thrown.problem}`], { about: plain(thrown.about) }));
    if (thrown instanceof FillRefused) throw new CommandFailed(words[`fill-${thrown.code}`]);
    if (thrown instanceof Error && thrown.name === 'DumpDamaged') throw new CommandFailed(fill(words['problem-damaged-ledger'], { about: thrown.message }));
    throw thrown;
  }
}
