import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { freePort, portsBeside, systemsOwn, type Ports } from './free-port.js';

const isOf = ([first, last]: Ports, port: number): boolean => port >= first && port <= last;

it('gives each port once, and none of those that listeners on port 0 are given', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(200);
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  expect([port].filter((one) => !isOf(systemsOwn(), one))).toEqual([]);
  // Where these are nearly all, nothing is promised but that it is free.
  const beside = portsBeside(systemsOwn());
  expect(beside === undefined ? [] : ports.filter((one) => !isOf(beside, one) || isOf(systemsOwn(), one))).toEqual([]);
});

it.each<[string, Ports, Ports | undefined]>([
  ['below', [32_768, 60_999], [10_000, 32_767]],
  ['below, where there is just enough', [12_000, 65_535], [10_000, 11_999]],
  ['above, where too few lie below', [11_999, 60_999], [61_000, 65_535]],
  ['above, where none lies below', [1_024, 60_999], [61_000, 65_535]],
  ['above the usual ones of services', [1_024, 4_999], [10_000, 65_535]],
  ['nowhere, where the system has them all', [1_024, 65_535], undefined],
  ['nowhere, where it has nearly all', [10_001, 64_000], undefined],
])('looks beside the ports of the system: %s', (_, own, beside) => {
  expect(portsBeside(own)).toEqual(beside);
});

it('gives one that nobody listens on', async () => {
  const socket = connect({ host: '127.0.0.1', port: await freePort() });
  expect(await new Promise((resolve) => void socket.once('error', resolve))).toMatchObject({ code: 'ECONNREFUSED' });
});
