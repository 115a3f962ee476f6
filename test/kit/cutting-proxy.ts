/** Stands between Weir and PostgreSQL and cuts the line at a commit: before the server hears of it, or before its answer comes back. */
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly port: number;
  /** What the next commit meets; after that everything passes again. */
  next(cut: 'before' | 'after'): void;
  close(): void;
}

/** Simple queries and parse messages name it in full. */
const COMMIT = Buffer.from('commit\0');

export async function cuttingProxy(target: () => number): Promise<CuttingProxy> {
  let armed: 'before' | 'after' | undefined;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target(), '127.0.0.1');
    let deaf = false;
    const both = [client, upstream];
    for (const socket of both) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        for (const other of both) other.destroy();
      });
    }
    client.on('data', (bytes) => {
      const cut = bytes.includes(COMMIT) ? armed : undefined;
      if (cut !== undefined) armed = undefined;
      deaf ||= cut === 'after';
      if (cut === 'before') client.destroy();
      else upstream.write(bytes);
    });
    // The answer is the proof that it was done; it goes no further.
    upstream.on('data', (bytes) => {
      if (deaf) client.destroy();
      else client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    next(cut) {
      armed = cut;
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
