/** A port of loopback that nobody listens on and no other test is given, for a program that has to be told one. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type ListenOptions } from 'node:net';

const LOWEST = 10_000;
/** Where systems begin that do not say where. */
const USUAL_OWN = 32_768;

/**
 * Below the ports that the system hands out by itself: neither a listener on port 0 nor a connection's own end can take it before its program does,
 * or while that program is down. Other tests on this machine are kept from it for as long as this process lives.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, firstOwn());
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
}

function firstOwn(): number {
  const first = Number(quietly(() => readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')).split(/\s+/)[0]);
  return first > LOWEST ? first : USUAL_OWN;
}

/** By a name that ends with this process, and that reaches as far as ports do: a socket in Linux' abstract namespace. */
const reserve = (port: number): Promise<boolean> => (process.platform === 'linux' ? listens({ path: `\0weir-test-port-${String(port)}` }, 'stays') : Promise.resolve(true));

/** On every address: programs under test may listen on any. */
const isFree = (port: number): Promise<boolean> => listens({ port }, 'ends');

function listens(where: ListenOptions, then: 'stays' | 'ends'): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(where, () => {
      server.unref();
      if (then === 'stays') resolve(true);
      else server.close(() => resolve(true));
    });
  });
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
