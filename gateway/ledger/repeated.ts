/** Tells a request that comes again, since its answer was lost, from a new one: the last thing decided is just this. */
import type { Trx } from './tables.js';
import { cleanText } from './text.js';

export interface AskedDecision {
  readonly kind: string;
  readonly as: 'original' | 'masked' | undefined;
  readonly reason: string;
  readonly actor: string;
}

/** Call with the message locked. */
export async function isRepeated(trx: Trx, id: string, { kind, as, reason, actor }: AskedDecision): Promise<boolean> {
  const last = await trx.selectFrom('decisions').select(['kind', 'as_form', 'reason', 'actor']).where('message_id', '=', id).orderBy('n', 'desc').limit(1).executeTakeFirst();
  return last !== undefined && last.kind === kind && last.as_form === (as ?? null) && last.reason === cleanText(reason) && last.actor === actor;
}
