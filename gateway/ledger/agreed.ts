/** Whether a message that was released before may go out again without asking anew: a later scan may want two persons where one was enough. */
import type { Trx } from './tables.js';

/** Four eyes, once wanted, stay wanted: whoever agreed as the second agreed under them. Call with the message locked. */
export async function isAgreed(trx: Trx, { id, four_eyes }: { readonly id: string; readonly four_eyes: boolean }): Promise<boolean> {
  if (!four_eyes) return true;
  return (await trx.selectFrom('decisions').select('n').where('message_id', '=', id).where('kind', '=', 'approve').limit(1).executeTakeFirst()) !== undefined;
}
