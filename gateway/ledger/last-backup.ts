/** When the last backup of this ledger came to its end. */
import type { LedgerDatabase } from './database.js';

const MADE = 'backup.made';

/** For `weir_backup_last_success_timestamp_seconds`; undefined when none did within the audit's retention. */
export async function lastBackupAt(database: LedgerDatabase): Promise<Date | undefined> {
  const row = await database.read((db) => db.selectFrom('audit').select('at').where('act', '=', MADE).orderBy('at', 'desc').limit(1).executeTakeFirst());
  return row?.at;
}
