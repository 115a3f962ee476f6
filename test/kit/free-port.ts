/** A port of loopback that nobody listens on and no other test is given, for a program that has to be told one. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type ListenOptions } from 'node:net';

/** From the first to the last. */
export type Ports = readonly [number, number];

/** Below are the usual ones of services. */
const ALL: Ports = [10_000, 65_535];
/** Where the system's own begin, or lower, on systems that do not say where. */
const USUAL_OWN: Ports = [32_768, 65_535];
/** Fewer would soon be given out: each is kept for as long as its process lives. */
const LEAST = 2_000;

/**
 * Beside the ports that the system hands out by itself, where it leaves enough: neither a listener on port 0 nor a connection's own end can take it
 * before its program does, or while that program is down. Where the system's own are nearly all (1024 to 65535), it is one of these, and only free
 * now: such a listener or connection may still take it. Other tests on this machine are kept from it for as long as this process lives.
 */
export async function freePort(): Promise<number> {
  const [first, last] = portsBeside(systemsOwn()) ?? ALL;
  for (;;) {
    const port = randomInt(first, last + 1);
    if ((await reserve(port)) && (await isFree(port))) return port;
  }
}

/** Undefined: the system's own leave too few. */
export function portsBeside([first, last]: Ports): Ports | undefined {
  const below: Ports = [ALL[0], first - 1];
  const above: Ports = [Math.max(ALL[0], last + 1), ALL[1]];
  return [below, above].find(([from, to]) => to - from + 1 >= LEAST);
}

/** What listeners on port 0 and connections are given. */
export function systemsOwn(): Ports {
  const [first = NaN, last = NaN] = quietly(() => readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')).split(/\s+/).map(Number);
  return first <= last ? [first, last] : USUAL_OWN;
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
