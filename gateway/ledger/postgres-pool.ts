/** A pool towards one server or several: moves on to the next host when one refuses or only lets read. */
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import type { PgConnection } from './connection.js';
import { DatabaseRefused } from './database-refused.js';
import type { PgHosts } from './postgres-hosts.js';

type Done = (error: Error | undefined, client: PoolClient | undefined, release: (destroy?: boolean | Error) => void) => void;

/** Tries each host once per connection that is asked for; each try has the pool's own bound. */
class HostsPool extends Pool {
  constructor(config: PoolConfig, private readonly hosts: PgHosts) {
    super(config);
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Done): void;
  override connect(callback?: Done): Promise<PoolClient> | undefined {
    const connected = this.fromAnyHost();
    if (callback === undefined) return connected;
    connected.then(
      (client) => callback(undefined, client, (destroy) => client.release(destroy)),
      (error: unknown) => callback(error instanceof Error ? error : new Error('no connection'), undefined, () => undefined),
    );
    return undefined;
  }

  private async fromAnyHost(): Promise<PoolClient> {
    for (let tried = 1; ; tried++) {
      const host = this.hosts.current();
      Object.assign(this.options, { host: host.host, port: host.port });
      try {
        return await super.connect();
      } catch (error) {
        // All connections are in use: no host refused.
        if (this.totalCount >= this.options.max || this.ending) throw error;
        this.hosts.next(host);
        if (tried >= this.hosts.all.length) throw error;
      }
    }
  }
}

/** As libpq does for target_session_attrs=read-write; `done` with an error ends the connection before anybody has it. */
function takesWrites(client: PoolClient, done: (error?: Error) => void): void {
  client.query<{ transaction_read_only: string }>('show transaction_read_only').then(
    ({ rows }) => (rows[0]?.transaction_read_only === 'off' ? done() : done(new DatabaseRefused('read-only'))),
    (error: unknown) => done(error instanceof Error ? error : new DatabaseRefused('unreachable')),
  );
}

export function postgresPool(connection: PgConnection, config: Omit<PoolConfig, keyof PgConnection>): Pool {
  const { hosts, poolMax: _poolMax, ...rest } = connection;
  // Keep-alive: a machine that is gone without a word is noticed on idle connections too.
  const all: PoolConfig = { ...rest, keepAlive: true, keepAliveInitialDelayMillis: 10_000, ...config };
  const pool = hosts === undefined ? new Pool(all) : new HostsPool({ ...all, ...(hosts.readWrite ? { verify: takesWrites } : {}) }, hosts);
  // An idle connection that drops is replaced on the next query; that query reports the trouble.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
