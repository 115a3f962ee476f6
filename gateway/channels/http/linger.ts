/** Closes a connection whose peer is still sending: the answer must reach it before our refusal to read resets the connection. */
import type { Socket } from 'node:net';

/** Longest time we go on discarding what a refused sender still sends; a peer that reads its answer stops well before. */
const LINGER_MS = 2000;

/** Half-closes and discards until the peer closes too or time is up. */
export function lingeringEnd(socket: Socket): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.once('end', () => socket.destroySoon());
  // A peer that resets has what it wants.
  socket.on('error', () => socket.destroy());
  socket.end();
  socket.resume();
}

/** Node ends a `Connection: close` answer with destroySoon, which resets while unread bytes wait: this socket lingers instead. */
export function lingerAtClose(socket: Socket): void {
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    socket.destroySoon = destroySoon;
    lingeringEnd(socket);
  };
}
