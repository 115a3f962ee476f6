/** Marks on a data folder that is not to be started on: a restore that was cut off, a move at its last step, a ledger that has moved away. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'weir-data.mark';

export type FolderMark =
  /** Files of a restore lie here, its ledger may not. */
  | { readonly kind: 'restoring'; readonly subject: string }
  /** A move is under way; what is here is still what counts. */
  | { readonly kind: 'moving'; readonly subject: string }
  /** Its ledger may have been committed elsewhere already. */
  | { readonly kind: 'committing'; readonly subject: string }
  /** The ledger is elsewhere now. */
  | { readonly kind: 'moved'; readonly subject: string; readonly at: string };

const KINDS = ['restoring', 'moving', 'committing', 'moved'] as const;

const SENTENCES = {
  restoring: ['A restore into the data folder {folder} was cut off. Run the same "weir restore" again, or empty the folder.', '数据目录 {folder} 的恢复曾中断。请重新运行同一条 "weir restore"，或清空该目录。'],
  committing: ['A move out of the data folder {folder} was cut off at its last step. Run the same "weir migrate-data" again: it finishes, or says that nothing has moved.', '数据目录 {folder} 的迁移在最后一步中断。请重新运行同一条 "weir migrate-data"，由其完成或说明尚未迁移。'],
  moved: ['The ledger of the data folder {folder} has moved to another database ("weir migrate-data"). Set WEIR_DATABASE_URL to it; what lies here is out of date.', '数据目录 {folder} 的台账已迁移至其他数据库（"weir migrate-data"）。请用 WEIR_DATABASE_URL 指定新数据库；此处内容已过期。'],
} as const;

export class DataFolderMarked extends Error {
  override readonly name = 'DataFolderMarked';
  readonly code: string;
  constructor(readonly folder: string, readonly kind: keyof typeof SENTENCES) {
    super(SENTENCES[kind][0].replace('{folder}', folder));
    this.code = `DATA_FOLDER_${kind.toUpperCase()}`;
  }

  sentence(language: 'en' | 'zh'): string {
    return SENTENCES[this.kind][language === 'en' ? 0 : 1].replace('{folder}', this.folder);
  }
}

export function readMark(dataDir: string): FolderMark | undefined {
  let text: string;
  try {
    text = readFileSync(join(dataDir, FILE), 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return undefined;
    throw thrown;
  }
  const { kind, subject, at } = JSON.parse(text) as { kind?: unknown; subject?: unknown; at?: unknown };
  const known = KINDS.find((one) => one === kind);
  if (known === undefined || typeof subject !== 'string') throw new TypeError(`${FILE} is not a mark`);
  return known === 'moved' ? { kind: known, subject, at: String(at) } : { kind: known, subject };
}

/** On the disk when it returns; undefined takes the mark away. */
export function writeMark(dataDir: string, mark: FolderMark | undefined): void {
  const path = join(dataDir, FILE);
  if (mark === undefined) {
    rmSync(path, { force: true });
    return;
  }
  const draft = `${path}.${String(process.pid)}`;
  const file = openSync(draft, 'w', 0o644);
  try {
    writeSync(file, `${JSON.stringify(mark)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
}

/** Throws DataFolderMarked. `embedded`: the ledger would be the folder's own. */
export function refuseMarked(dataDir: string, options: { readonly embedded: boolean }): void {
  const mark = readMark(dataDir);
  if (mark === undefined || mark.kind === 'moving') return;
  // A folder whose ledger went elsewhere may serve a node of the new fleet; one that is half restored serves nobody.
  if (mark.kind === 'restoring' || options.embedded) throw new DataFolderMarked(dataDir, mark.kind);
}
