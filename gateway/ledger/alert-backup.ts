/** Tells when the last backup has grown too old, and when there is a fresh one again: once each, whoever looks and however often it restarts. */
import type { AlertEvent, Clock } from '../ports.js';
import { insertAlerts } from './alert-rows.js';
import { lastBackupAt } from './last-backup.js';
import type { LedgerDatabase } from './database.js';

export function backupAlert(options: { readonly database: LedgerDatabase; readonly clock: Clock; readonly withinMs: number }): () => Promise<void> {
  const { database, clock, withinMs } = options;
  return async () => {
    const [last, begun, told] = await Promise.all([
      lastBackupAt(database),
      database.read((db) => db.selectFrom('audit').select('at').orderBy('at').limit(1).executeTakeFirst()),
      database.read((db) => db.selectFrom('alert_events').select(['code', 'at']).where('kind', '=', 'backup').orderBy('n', 'desc').limit(1).executeTakeFirst()),
    ]);
    // A new installation has as long as every other.
    const since = last ?? begun?.at;
    if (since === undefined) return;
    const isOld = since.getTime() < clock.now() - withinMs;
    const isTold = told !== undefined && told.code !== 'backup-fresh';
    if (isOld === isTold) return;
    const event: AlertEvent = {
      kind: 'backup', at: new Date(clock.now()), severity: isOld ? 'high' : 'info', route: undefined, incident: undefined, rule: undefined,
      code: !isOld ? 'backup-fresh' : last === undefined ? 'backup-none' : 'backup-old', counts: {},
    };
    await database.transact((trx) => insertAlerts(trx, [event]));
  };
}
