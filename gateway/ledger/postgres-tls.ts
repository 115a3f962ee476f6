/** TLS towards an external PostgreSQL with libpq's meanings of sslmode; files that are replaced are used from the next connection on. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { DatabaseRefused } from './database-refused.js';

export const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const;
export type SslMode = (typeof SSL_MODES)[number];

export type PgTls = Pick<ConnectionOptions, 'rejectUnauthorized' | 'ca' | 'cert' | 'key' | 'checkServerIdentity'>;

export interface TlsParameters {
  readonly sslmode: string | undefined;
  readonly sslrootcert: string | undefined;
  readonly sslcert: string | undefined;
  readonly sslkey: string | undefined;
}

/** On one machine nobody listens in between; elsewhere nothing goes in the clear unless it is said. */
function modeOf(given: string | undefined, local: boolean, variable: string): SslMode {
  if (given === undefined) return local ? 'disable' : 'require';
  const mode = SSL_MODES.find((known) => known === given);
  // `allow` and `prefer` would go without TLS whenever somebody in between says that there is none.
  if (mode === undefined) throw new DatabaseRefused('bad-value', { variable, detail: 'sslmode', known: SSL_MODES.join(', ') });
  return mode;
}

export function postgresTls(given: TlsParameters, local: boolean, variable: string): PgTls | false {
  const mode = modeOf(given.sslmode, local, variable);
  if (mode === 'disable') return false;
  // As in libpq: who names an authority wants it asked; `system` is Node's own list, and only for whole checks.
  const system = given.sslrootcert === 'system';
  if (system && mode !== 'verify-full') throw new DatabaseRefused('bad-value', { variable, detail: 'sslmode', known: 'verify-full' });
  const checksAuthority = mode !== 'require' || given.sslrootcert !== undefined;
  if ((given.sslcert === undefined) !== (given.sslkey === undefined)) {
    const missing = given.sslcert === undefined ? 'sslcert' : 'sslkey';
    throw new DatabaseRefused('bad-value', { variable, detail: missing, known: 'sslcert + sslkey' });
  }
  const tls: PgTls = { rejectUnauthorized: checksAuthority };
  if (mode !== 'verify-full') tls.checkServerIdentity = () => undefined;
  for (const [option, name, path] of [['ca', 'sslrootcert', system ? undefined : given.sslrootcert], ['cert', 'sslcert', given.sslcert], ['key', 'sslkey', given.sslkey]] as const) {
    if (path === undefined) continue;
    const read = lastGood(path, name, variable);
    // Read again at each connection. pg hides the key by redefining it, so it must be configurable.
    Object.defineProperty(tls, option, { get: read, enumerable: true, configurable: true });
  }
  return tls;
}

/** The first reading must succeed. A later one that does not, in the middle of a replacement, answers with what was there before. */
function lastGood(path: string, detail: string, variable: string): () => Buffer {
  const read = (): Buffer => {
    try {
      return readFileSync(path);
    } catch {
      throw new DatabaseRefused('bad-file', { variable, detail });
    }
  };
  let bytes = read();
  return () => {
    try {
      bytes = read();
    } catch (error) {
      if (!(error instanceof DatabaseRefused)) throw error;
    }
    return bytes;
  };
}
