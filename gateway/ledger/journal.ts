/** Where audit entries wait while the database is away: NDJSON files, fsynced before anyone is told that an entry is safe. */
import { mkdirSync } from 'node:fs';
import { open, readdir, readFile, rename, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEntry } from '../ports.js';

export interface Journal {
  /** Resolves when the entry is on the disk. */
  write(entryId: string, entry: AuditEntry): Promise<void>;
  /**
   * Hands every waiting entry to `take`, oldest first, and forgets a file once all of it was taken. `take` may see an entry
   * twice after a crash, so it goes by the id. A throw ends the drain; nothing is forgotten then. Files with `refused` or damaged entries are set aside.
   */
  drain(take: (entryId: string, entry: AuditEntry) => Promise<'taken' | 'refused'>): Promise<number>;
  close(): Promise<void>;
}

interface Line {
  readonly id: string;
  readonly entry: Omit<AuditEntry, 'at' | 'subject'> & { readonly at: string; readonly subject?: string };
}

export function journal(dir: string): Journal {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  let current: { readonly file: FileHandle; readonly path: string } | undefined;
  let made = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let draining: Promise<number> | undefined;

  /** One after the other: lines never mix, and a drain never meets a half-written file. */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return await mine;
  };
  const finish = async (): Promise<void> => {
    const done = current;
    current = undefined;
    await done?.file.close();
  };

  const drainFiles = async (take: (entryId: string, entry: AuditEntry) => Promise<'taken' | 'refused'>): Promise<number> => {
    await inTurn(finish);
    let count = 0;
    for (const name of (await readdir(dir)).filter((file) => file.endsWith('.ndjson')).sort()) {
      if (current?.path === join(dir, name)) continue;
      let refused = false;
      for (const line of parse(await readFile(join(dir, name), 'utf8'))) {
        if (line === undefined) {
          refused = true;
          continue;
        }
        const { id, entry } = line;
        if ((await take(id, { ...entry, at: new Date(entry.at), subject: entry.subject })) === 'refused') refused = true;
        else count++;
      }
      if (refused) await rename(join(dir, name), join(dir, `${name}.refused`));
      else await unlink(join(dir, name));
    }
    return count;
  };

  return {
    write: (entryId, entry) =>
      inTurn(async () => {
        if (current === undefined) {
          const path = join(dir, `audit-${String(Date.now()).padStart(15, '0')}-${process.pid}-${made++}.ndjson`);
          current = { path, file: await open(path, 'ax', 0o600) };
          await syncFolder(dir);
        }
        const line: Line = { id: entryId, entry: { ...entry, at: entry.at.toISOString() } as Line['entry'] };
        try {
          await current.file.appendFile(`${JSON.stringify(line)}\n`);
          await current.file.sync();
        } catch (thrown) {
          // A full disk may have taken half the line: the next one must not be written onto it.
          await finish();
          throw thrown;
        }
      }),
    async drain(take) {
      draining ??= drainFiles(take).finally(() => (draining = undefined));
      return await draining;
    },
    close: () => inTurn(finish),
  };
}

/** A last line without its end was never acknowledged: the crash that cut it also cut its caller off. Undefined: a damaged line. */
function parse(text: string): readonly (Line | undefined)[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.filter((line) => line !== '').map(lineOf);
}

function lineOf(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    // A damaged disk: the file is set aside for people, and neither a start nor the entries behind it wait for that.
    return undefined;
  }
}

async function syncFolder(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const folder = await open(dir, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
