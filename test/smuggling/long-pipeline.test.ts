/** Ten thousand requests on one connection (a thousand over Node's front), written without waiting for an answer: each is answered once, in its order, with its own. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { httpUpstream } from '../../gateway/deliver/http/upstream.js';
import { wireUpstream } from '../../gateway/deliver/http/wire-upstream.js';
import { closeChannels, parsedRoutes, testChannel } from '../gateway/channels/http/kit.js';
import { echoUpstream } from './echo-upstream.js';

/** The echo of each is so much of JSON. */
const ECHO = /\{"target":"\/r\/(\d+)","method":"POST","body":"b(\d+)"\}/g;

afterEach(closeChannels);

describe.each([['node', httpUpstream, 1_000], ['fast', wireUpstream, 10_000]] as const)('over the front %s', (front, make, requests) => {
  it('they are answered in order, each with its own', async () => {
    const echo = await echoUpstream();
    const input = { id: 'r', match: { path: '/r' }, upstream: { url: echo.url } };
    const upstreams = new Map(parsedRoutes(input).map((route) => ['r', make(route)]));
    const { port } = await testChannel({ front, routes: [input], options: { upstreams } });
    const socket = connect({ port, host: '127.0.0.1' });
    const parts: string[] = [];
    const closed = once(socket, 'close');
    socket.setEncoding('latin1').on('data', (part: string) => parts.push(part));
    for (let at = 0; at < requests; at++) {
      const body = `b${String(at)}`;
      const last = at === requests - 1 ? 'Connection: close\r\n' : '';
      const ready = socket.write(`POST /r/${String(at)} HTTP/1.1\r\nHost: here.example\r\nContent-Type: text/plain\r\n${last}Content-Length: ${String(body.length)}\r\n\r\n${body}`);
      if (!ready) await once(socket, 'drain');
    }
    await closed;
    const text = parts.join('');
    expect(text.split('HTTP/1.1 200 OK').length - 1).toBe(requests);
    const order = [...text.matchAll(ECHO)].map(([, target, body]) => (target === body ? Number(target) : -1));
    expect(order).toEqual(Array.from({ length: requests }, (_, at) => at));
    expect(echo.arrived.map(({ target }) => target)).toEqual(order.map((at) => `/r/${String(at)}`));
    await echo.close();
  });
});
