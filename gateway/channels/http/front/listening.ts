/** Opens a listener, and says where. */
import type { AddressInfo, Server } from 'node:net';

export async function listening(server: Server, at: { readonly host: string; readonly port: number }): Promise<AddressInfo> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the listener has no port');
  return address;
}
