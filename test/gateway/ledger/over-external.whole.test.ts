/** The ledger's laws once more, over an external PostgreSQL: the same suites, each with a database of its own on one server. */
import { overExternal } from '../../kit/database.js';
import { externalPostgres } from '../../kit/external-postgres.js';

overExternal(externalPostgres());
await import('./decisions.whole.test.js');
await import('./races.whole.test.js');
await import('./audit-retention.whole.test.js');
await import('./deciders.whole.test.js');
await import('./migrations.whole.test.js');
// Last: it stops the server and starts it again.
await import('./ledger.whole.test.js');
