/** How to reach a PostgreSQL server, as plain data: the embedded one, or the one WEIR_DATABASE_URL names. */
import { createHmac } from 'node:crypto';

export interface PgConnection {
  /** A folder for a unix socket, else a host name. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly ssl?: boolean | { readonly rejectUnauthorized: boolean };
}

/** The role that Weir works as day to day: it may not change or delete an audit row. */
export const APP_ROLE = 'weir_app';

/** The app role's own way in; its password tells nothing of the owner's. */
export function appConnection(owner: PgConnection): PgConnection {
  return { ...owner, user: APP_ROLE, password: createHmac('sha256', owner.password).update(APP_ROLE).digest('base64url') };
}

/** `postgres://user:password@host:5432/database?sslmode=require`; throws TypeError for what is not such a URL, without quoting it. */
export function connectionFromUrl(text: string): PgConnection {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) throw new TypeError('WEIR_DATABASE_URL is not a postgres:// URL');
  const mode = url.searchParams.get('sslmode');
  const ssl = mode === null || mode === 'disable' ? {} : { ssl: { rejectUnauthorized: mode === 'verify-full' || mode === 'verify-ca' } };
  return {
    host: url.searchParams.get('host') ?? decodeURIComponent(url.hostname),
    port: url.port === '' ? 5432 : Number.parseInt(url.port, 10),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...ssl,
  };
}
