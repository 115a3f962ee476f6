/** Small writes of one turn of the loop, given to the system together: a receiver that sleeps is woken once and not for each of them. */
import type { Socket } from 'node:net';

/** So many wait at most, and the first of them so long: the one behind may take long to judge. */
const WAITING_MOST = 16;
const LATEST_MS = 0.5;

let waiting: Socket[] = [];
let since = 0;

function leave(): void {
  const sockets = waiting;
  waiting = [];
  for (const socket of sockets) socket.uncork();
}

/** What is written to the socket from here on leaves with what else is written in this turn. */
export function inBurst(socket: Socket): void {
  socket.cork();
  if (waiting.push(socket) === 1) {
    since = performance.now();
    setImmediate(leave);
  } else if (waiting.length >= WAITING_MOST || performance.now() - since > LATEST_MS) leave();
}
