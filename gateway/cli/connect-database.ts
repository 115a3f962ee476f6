/** What `weir config check --connect` says of the database: version, TLS, rights, schema, connections left. */
import { causeCode } from '../errors.js';
import { DatabaseRefused } from '../ledger/database-refused.js';
import { externalConnections } from '../ledger/external-connections.js';
import { schemaOf } from '../ledger/migrate.js';
import { mustServe, serverFacts } from '../ledger/postgres-server.js';
import { liner, type ConnectLine } from './connect-line.js';
import type { Terminal } from './terminal.js';
import type { ConnectWords } from './words-connect.js';

/** The ledger's pool unless WEIR_DATABASE_URL says otherwise; beside it eight connections carry jobs and one listens. */
const POOL = 12;
const BESIDE = 9;

export async function databaseLines({ env, language }: Pick<Terminal, 'env' | 'language'>, words: ConnectWords): Promise<readonly ConnectLine[]> {
  const say = liner(words, 'database');
  const lines: ConnectLine[] = [];
  try {
    const ways = externalConnections(env);
    if (ways === undefined) return [say.ok('embedded')];
    const facts = await serverFacts(ways.owner);
    lines.push(say.ok('server', { version: facts.version, user: facts.user, tls: facts.tls === undefined ? words.clear : words.encrypted.replace('{tls}', facts.tls) }));
    if (facts.superuser) lines.push(say.warning('superuser'));
    mustServe(facts);
    const schema = await schemaOf(ways.owner);
    const pending = schema.pending.length;
    if (schema.foreign.length > 0) throw new DatabaseRefused('schema-newer', { detail: schema.foreign[0] ?? '' });
    if (pending > 0 && (schema.owner === undefined ? !facts.mayCreate : schema.owner !== facts.user && !facts.superuser)) lines.push(schema.owner === undefined ? say.spoken('missing', 'no-right', new DatabaseRefused('no-right').sentence(language)) : say.missing('schemaLocked', { pending }));
    else if (pending > 0) lines.push(say.ok('schemaPending', { pending }));
    else if (schema.newer.length > 0) lines.push(say.ok('schemaNewer', { newer: schema.newer.length }));
    else lines.push(say.ok('schemaReady', { made: schema.made.size }));
    const left = facts.connectionsLeft;
    const needed = (ways.owner.poolMax ?? POOL) + BESIDE;
    lines.push(left < needed ? say.warning('connectionsFew', { left, needed }) : say.ok('connections', { left, needed }));
    if (ways.app === undefined) lines.push(say.warning('appAbsent'));
    else lines.push(say.ok('appReady', { user: (await serverFacts(ways.app)).user }));
  } catch (thrown) {
    lines.push(thrown instanceof DatabaseRefused ? say.spoken('missing', thrown.problem, thrown.sentence(language)) : say.missing('failed', { code: causeCode(thrown) }));
  }
  return lines;
}
