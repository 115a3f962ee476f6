/** Tells when a request has a connection that can carry it: opened for it, or kept from an earlier one. */
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** A pool hands a connected socket to a waiting request without another event, and without calling it reused. */
const connected = new WeakSet<Socket>();

/** `opening` is called when a connection begins to be made; `ready` once it stands, with TLS if there is to be any. */
export function whenConnected(request: ClientRequest, opening: () => void, ready: (reused: boolean) => void): void {
  const assigned = (socket: Socket): void => {
    if (connected.has(socket)) {
      ready(true);
      return;
    }
    opening();
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => {
      connected.add(socket);
      ready(request.reusedSocket);
    });
  };
  if (request.socket === null) request.once('socket', assigned);
  else assigned(request.socket);
}
