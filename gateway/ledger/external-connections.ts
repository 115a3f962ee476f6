/** The ways into an external database that the environment names: the owner's, and the role's for daily work. */
import { readFileSync } from 'node:fs';
import { connectionFromUrl, type PgConnection } from './connection.js';
import { DatabaseRefused } from './database-refused.js';

export interface ExternalConnections {
  /** May change the schema; where nothing is to be changed it need not. */
  readonly owner: PgConnection;
  /** WEIR_DATABASE_APP_URL: a role that cannot rewrite the audit. */
  readonly app: PgConnection | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `undefined` without WEIR_DATABASE_URL: the embedded database. Throws DatabaseRefused. */
export function externalConnections(env: Environment): ExternalConnections | undefined {
  const owner = named(env, 'WEIR_DATABASE_URL', 'WEIR_DATABASE_PASSWORD_FILE');
  return owner === undefined ? undefined : { owner, app: named(env, 'WEIR_DATABASE_APP_URL', 'WEIR_DATABASE_APP_PASSWORD_FILE') };
}

function named(env: Environment, variable: string, fileVariable: string): PgConnection | undefined {
  const url = env[variable];
  if (url === undefined || url === '') return undefined;
  const file = env[fileVariable];
  return connectionFromUrl(url, { variable, ...(file === undefined || file === '' ? {} : { password: passwordFrom(file, fileVariable) }) });
}

/** Read anew for each connection, so that a rotated password is taken up; while the file is being replaced the former one serves. */
function passwordFrom(file: string, fileVariable: string): () => string {
  const read = (): string => {
    try {
      return readFileSync(file, 'utf8').replace(/[\r\n]+$/, '');
    } catch {
      throw new DatabaseRefused('no-password-file', { detail: fileVariable });
    }
  };
  let password = read();
  return () => {
    try {
      password = read();
    } catch (error) {
      if (!(error instanceof DatabaseRefused)) throw error;
    }
    return password;
  };
}
