/** Why a backup, a restore or a move did not come to its end: a code, and the object or place it is about; the command has the words. */

export type BackupProblem =
  /** Another backup of this ledger runs. */
  | 'running'
  /** The target holds backups that another installation signed. */
  | 'foreign'
  /** A folder for keys within the target, or around it. */
  | 'keys-in-target'
  | 'no-target' | 'no-snapshot' | 'unknown-snapshot'
  /** Its manifest is not what was signed. */
  | 'manifest' | 'unknown-key'
  | 'missing-object' | 'damaged-object' | 'damaged-ledger'
  | 'vault-in-use' | 'vault-differs'
  | 'nothing-to-move' | 'copy-differs';

export class BackupFailed extends Error {
  override readonly name = 'BackupFailed';
  readonly code: string;
  constructor(readonly problem: BackupProblem, readonly about = '') {
    super(problem);
    this.code = `BACKUP_${problem.toUpperCase().replaceAll('-', '_')}`;
  }
}
