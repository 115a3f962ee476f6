/** Whether a message may leave masked: some of its parts nobody can write anew, its masks were sealed with what was known then, and a later scan may know of more. */
import { sql } from 'kysely';
import type { MaskedRefusal } from '../ports.js';
import type { Trx } from './tables.js';

/**
 * Of a row of `messages`. A scan that is still to come, or that was given up, may find what the seal does not cover; the last
 * one ordered is the one for what runs now.
 */
export const maskedRefusal = sql<MaskedRefusal | null>`case
  when jsonb_path_exists(messages.findings, '$[*] ? (@.maskable == false && @.part starts with "body")') then 'not-maskable'
  when messages.rescan_found_more then 'rescan-found-more'
  when exists (select from outbox where outbox.message_id = messages.id and outbox.kind = 'rescan' and outbox.closed_at is null)
    or (select outbox.outcome from outbox where outbox.message_id = messages.id and outbox.kind = 'rescan' order by outbox.n desc limit 1) = 'dead' then 'rescan-open'
  end`.as('masked_refusal');

/** Call with the message locked: a scan that ends meanwhile has then been waited for. */
export async function maskedRefused(trx: Trx, id: string, as: 'original' | 'masked' | null): Promise<{ readonly kind: MaskedRefusal } | undefined> {
  if (as !== 'masked') return undefined;
  const row = await trx.selectFrom('messages').select(maskedRefusal).where('id', '=', id).executeTakeFirst();
  const kind = row?.masked_refusal ?? undefined;
  return kind === undefined ? undefined : { kind };
}
