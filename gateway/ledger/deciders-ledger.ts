/** Who may be given a message, and whether somebody who listens for changes still may: read from accounts and active grants at this moment. */
import { RIGHTS_OF, ROLES, type Caller, type Clock, type Deciders, type Right, type Scope, type Session } from '../ports.js';
import type { LedgerDatabase } from './database.js';

/** Names beside messages need not be newer than this; whoever is given one is looked up anew by the decision itself. */
const FRESH_MS = 5_000;
const PEOPLE_MOST = 2_000;

export interface ListeningLedger {
  stillMay(caller: Caller, session: Session | undefined): Promise<boolean>;
}

const rolesWith = (right: Right) => ROLES.filter((role) => RIGHTS_OF[role].includes(right));

export function decidersLedger(options: { readonly database: LedgerDatabase; readonly clock: Clock }): Deciders {
  const { database, clock } = options;
  let known: { readonly at: number; readonly list: ReturnType<Deciders['list']> } | undefined;
  const read: Deciders['list'] = async () => {
    const rows = await database.read((db) =>
      db.selectFrom('accounts').innerJoin('grants', 'grants.account_id', 'accounts.id').select(['accounts.id', 'accounts.name', 'accounts.display_name', 'grants.scope'])
        .where('accounts.state', '=', 'active').where('grants.state', '=', 'active').where('grants.role', 'in', rolesWith('messages.decide'))
        .orderBy('accounts.name').limit(PEOPLE_MOST).execute(),
    );
    return rows.map(({ id, name, display_name, scope }) => ({ id, name, displayName: display_name, scope: scope ?? undefined }));
  };
  return {
    list() {
      if (known === undefined || clock.now() - known.at >= FRESH_MS) {
        const list = read();
        known = { at: clock.now(), list };
        list.catch(() => (known = undefined));
      }
      return known.list;
    },
  };
}

/** `idleMs`: a session that is not used for so long has ended. A change of grants ends an account's sessions, so one that is there has its rights. */
export function listeningLedger(options: { readonly database: LedgerDatabase; readonly clock: Clock; readonly idleMs: number; readonly setUpEnded: () => Promise<boolean> }): ListeningLedger {
  const { database, clock, idleMs, setUpEnded } = options;
  return {
    async stillMay(caller, session) {
      const { accountId } = caller;
      if (accountId === undefined) return !(await setUpEnded());
      const now = new Date(clock.now());
      return await database.read(async (db) => {
        const rows = await db.selectFrom('accounts').innerJoin('grants', 'grants.account_id', 'accounts.id').select('grants.scope').where('accounts.id', '=', accountId)
          .where('accounts.state', '=', 'active').where('grants.state', '=', 'active').where('grants.role', 'in', rolesWith('messages.read')).execute();
        if (!rows.some(({ scope }) => sameScope(scope ?? undefined, caller.scope))) return false;
        if (session !== undefined) {
          const found = await db.selectFrom('sessions').select('hash').where('hash', '=', session.hash).where('expires_at', '>', now).where('seen_at', '>', new Date(now.getTime() - idleMs)).executeTakeFirst();
          return found !== undefined;
        }
        const name = caller.actor.slice(caller.actor.lastIndexOf('/') + 1);
        const token = await db.selectFrom('api_tokens').select('id').where('account_id', '=', accountId).where('name', '=', name).where('revoked_at', 'is', null).where('expires_at', '>', now).executeTakeFirst();
        return token !== undefined;
      });
    },
  };
}

function sameScope(a: Scope | undefined, b: Scope | undefined): boolean {
  const plain = (scope: Scope | undefined): string => JSON.stringify([scope?.routes, scope?.departments, scope?.senders]);
  return plain(a) === plain(b);
}
