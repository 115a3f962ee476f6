/** Starts a process that carries traffic by node:cluster: this one accepts connections and hands them out in turn, so that the processes share one port evenly. */
import cluster from 'node:cluster';
import { fileURLToPath } from 'node:url';
import type { GatewayChild } from './gateway-slot.js';

export function forkGateway(): GatewayChild {
  // Left to the system, a few processes get most of the connections. Has no effect after the first.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ exec: fileURLToPath(new URL('./gateway-process.js', import.meta.url)), args: [], serialization: 'advanced' });
  const worker = cluster.fork();
  // That it could not be reached shows as its end.
  worker.on('error', () => undefined);
  return {
    send(message) {
      if (worker.isConnected()) worker.send(message, () => undefined);
    },
    onMessage: (listener) => void worker.on('message', listener),
    onExit(listener) {
      worker.once('exit', listener);
      // One that the system could not start has no end of its own.
      worker.once('error', () => {
        if (worker.process.pid === undefined) listener();
      });
    },
    kill: () => void worker.process.kill('SIGKILL'),
    leave: () => {
      if (worker.isConnected()) worker.disconnect();
    },
  };
}
