import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { freePort } from './free-port.js';

it('gives each port once, and none of those that listeners on port 0 are given', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
  expect(new Set(ports).size).toBe(200);
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  server.close();
  expect(ports.filter((one) => one >= port)).toEqual([]);
});

it('gives one that nobody listens on', async () => {
  const socket = connect({ host: '127.0.0.1', port: await freePort() });
  expect(await new Promise((resolve) => void socket.once('error', resolve))).toMatchObject({ code: 'ECONNREFUSED' });
});
