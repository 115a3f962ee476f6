/** Every configuration that ever ran: its text without credentials, its digest, and when which node took it up. */
import type { Clock, PolicyRevisionsLedger, PolicyRun } from '../ports.js';
import type { LedgerDatabase } from './database.js';
import { cleanText } from './text.js';

const LIST_MOST = 200;
const RUNS_MOST = 100;

export function policyRevisionsLedger({ database, clock }: { readonly database: LedgerDatabase; readonly clock: Clock }): PolicyRevisionsLedger {
  const runOf = (row: { readonly at: Date | null; readonly how: PolicyRun['how'] | null; readonly node: string | null; readonly version: string | null }): PolicyRun | undefined =>
    row.at === null || row.how === null ? undefined : { at: row.at, how: row.how, node: row.node ?? '', version: row.version ?? '' };
  return {
    async ran({ revision, digest, yaml, run }) {
      await database.transact(async (trx) => {
        await trx.insertInto('policy_revisions').values({ revision, digest, yaml: cleanText(yaml), first_at: new Date(clock.now()) }).onConflict((conflict) => conflict.column('revision').doNothing()).execute();
        await trx.insertInto('policy_runs').values({ revision, node: cleanText(run.node), how: run.how, version: run.version, at: run.at }).execute();
      });
    },
    async list() {
      const rows = await database.read((db) =>
        db.selectFrom('policy_revisions as p')
          .leftJoinLateral((eb) => eb.selectFrom('policy_runs').select(['at', 'how', 'node', 'version']).whereRef('policy_runs.revision', '=', 'p.revision').orderBy('n', 'desc').limit(1).as('r'), (join) => join.onTrue())
          .select(['p.revision', 'p.digest', 'p.first_at', 'r.at', 'r.how', 'r.node', 'r.version']).orderBy('r.at', 'desc').limit(LIST_MOST).execute(),
      );
      return rows.map((row) => ({ revision: row.revision, digest: row.digest, firstAt: row.first_at, lastRun: runOf(row) }));
    },
    async get(revision) {
      return await database.read(async (db) => {
        const row = await db.selectFrom('policy_revisions').selectAll().where('revision', '=', revision).executeTakeFirst();
        if (row === undefined) return undefined;
        const runs = await db.selectFrom('policy_runs').select(['at', 'how', 'node', 'version']).where('revision', '=', revision).orderBy('n', 'desc').limit(RUNS_MOST).execute();
        return { revision: row.revision, digest: row.digest, firstAt: row.first_at, yaml: row.yaml, lastRun: runs[0], runs };
      });
    },
  };
}
