/** A mail of Weir's own as rows: sealed before, delivered by a job, decided about by nobody. */
import type { OwnMail } from '../ports.js';
import type { AuditWriter } from './audit-writer.js';
import { writeHeld } from './hold-ledger.js';
import { writeRecipients } from './mail-rows.js';
import { addJob } from './outbox.js';
import type { Trx } from './tables.js';

export async function writeOwnMail(trx: Trx, { message, recipient, says }: OwnMail, { at, audit }: { readonly at: Date; readonly audit: AuditWriter }): Promise<void> {
  const entry = { at, actor: 'worker', act: 'notice.made', subject: message.id, data: { about: message.about, says, route: message.route } };
  await writeHeld(trx, message, entry, { at, audit, assess: undefined, relay: 'original' });
  await writeRecipients(trx, message.id, [recipient], at);
  await addJob(trx, { kind: 'release', messageId: message.id, at });
}
