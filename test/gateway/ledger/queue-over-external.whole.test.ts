/** The queue, exceptions, notices and what else stands beside a message, once more over an external PostgreSQL. */
import { overExternal } from '../../kit/database.js';
import { externalPostgres } from '../../kit/external-postgres.js';

overExternal(externalPostgres());
await import('./queue.whole.test.js');
await import('./standing.whole.test.js');
