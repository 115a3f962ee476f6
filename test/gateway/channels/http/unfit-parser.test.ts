/** A parser that does not read known messages as it must reads nobody's: node:http carries traffic, and the log and /readyz say so. */
import { afterEach, describe, expect, it, jest } from '@jest/globals';

jest.unstable_mockModule('../../../../gateway/http1/self-test.js', () => ({ selfTest: () => ({ ok: false, because: 'two lengths' }) }));
jest.unstable_mockModule('../../../../gateway/channels/http/front/fast-front.js', () => ({
  fastFront: () => {
    throw new Error('the fast front was made');
  },
}));
const { closeChannels, firstAnswer, testChannel } = await import('./kit.js');
const { frontHealth } = await import('../../../../gateway/wiring/health.js');

afterEach(closeChannels);

describe('a fast front whose parser is unfit', () => {
  it('is not used: node:http carries traffic, and the log names the message', async () => {
    const { client, logged, upstream } = await testChannel({ front: 'fast' });
    const one = client();
    one.write('POST /p HTTP/1.1\r\nHost: weir.example\r\nContent-Length: 1\r\nConnection: close\r\n\r\na');
    expect(firstAnswer(await one.closed).status).toBe(200);
    expect([upstream.arrived.length, logged.join()]).toEqual([1, expect.stringContaining('["http.parser-unfit",{"vector":"two lengths"}]')]);
  });

  it('shows in /readyz, and keeps no node from being ready', async () => {
    expect(await frontHealth({ ok: false }).check()).toEqual({ ok: false, neededFor: 'nothing', detail: expect.stringContaining('node') });
    expect(await frontHealth({ ok: true }).check()).toMatchObject({ ok: true, detail: 'fast' });
  });
});
