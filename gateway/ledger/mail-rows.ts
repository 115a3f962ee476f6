/** Rows of recipients: written with their message, read in order, and changed with what is decided about it. */
import type { Selectable } from 'kysely';
import { BESIDE_FROM, type KeptRecipient, type MailFate, type RecipientFate } from '../ports.js';
import type { MailRecipientsTable } from './mail-tables.js';
import type { Db, Trx } from './tables.js';
import { cleanText } from './text.js';

/** A statement takes 65,535 parameters. */
const ROWS = 2_000;
/** Fates of recipients that are still to be sent to. */
export const PENDING = ['held', 'relaying'] as const satisfies readonly MailFate[];

export async function writeRecipients(trx: Trx, messageId: string, recipients: readonly KeptRecipient[], at: Date): Promise<void> {
  for (let from = 0; from < recipients.length; from += ROWS) {
    const rows = recipients.slice(from, from + ROWS).map(({ n, address, mark, fate, hop, reply }) => ({
      message_id: messageId, n, address: cleanText(address), mark: mark ?? null, fate, hop: hop ?? null, code: reply?.code ?? null, enhanced: reply?.enhanced ?? null, at,
    }));
    await trx.insertInto('mail_recipients').values(rows).onConflict((conflict) =>
      conflict.columns(['message_id', 'n']).doUpdateSet((eb) => ({ fate: eb.ref('excluded.fate'), hop: eb.ref('excluded.hop'), code: eb.ref('excluded.code'), enhanced: eb.ref('excluded.enhanced'), at: eb.ref('excluded.at') })),
    ).execute();
  }
}

/** What its sender knows of it. */
export interface ToldRecipient extends RecipientFate {
  /** Sent a report that it failed. */
  readonly told: boolean;
  /** Told that it is late. */
  readonly delayTold: boolean;
}

export async function readRecipients(db: Db, messageId: string): Promise<readonly ToldRecipient[]> {
  const rows = await db.selectFrom('mail_recipients').selectAll().where('message_id', '=', messageId).orderBy('n').execute();
  return rows.map(recipientOf);
}

export function recipientOf(row: Selectable<MailRecipientsTable>): ToldRecipient {
  const { n, address, fate, at, told, delay_told: delayTold } = row;
  const reply = row.code === null ? undefined : { code: row.code, enhanced: row.enhanced ?? undefined };
  return { n, address, mark: row.mark ?? undefined, fate, hop: row.hop ?? undefined, reply, at, inDoubt: row.in_doubt, told, delayTold };
}

/** A person ends it, or time does: whoever has not got it does not get it. */
export async function endRecipients(trx: Trx, messageId: string, fate: 'rejected' | 'expired', at: Date): Promise<void> {
  await trx.updateTable('mail_recipients').set({ fate, in_doubt: false, at }).where('message_id', '=', messageId).where('n', '<', BESIDE_FROM).where('fate', 'in', [...PENDING, 'refused']).execute();
}

/** Released once more: those whom a next hop had refused are tried again. */
export async function reopenRefused(trx: Trx, messageId: string, at: Date): Promise<void> {
  await trx.updateTable('mail_recipients').set({ fate: 'held', in_doubt: false, at }).where('message_id', '=', messageId).where('n', '<', BESIDE_FROM).where('fate', '=', 'refused').execute();
}

/** A person found out that what was in doubt has arrived. True: others are still to be sent to. */
export async function arrived(trx: Trx, messageId: string, at: Date): Promise<boolean> {
  await trx.updateTable('mail_recipients').set({ fate: 'delivered', in_doubt: false, at }).where('message_id', '=', messageId).where('in_doubt', '=', true).execute();
  const left = await trx.selectFrom('mail_recipients').select('n').where('message_id', '=', messageId).where('fate', 'in', PENDING).limit(1).executeTakeFirst();
  return left !== undefined;
}
