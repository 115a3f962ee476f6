import { describe, it, expect } from '@jest/globals';
import { checkContent } from '../../config/load.js';

const file = (listen: object): Uint8Array =>
  Buffer.from(JSON.stringify({ version: 1, demo: true, listen, routes: [{ id: 'a', match: {}, upstream: 'demo', policy: 'p' }], policies: { p: { rules: [] } } }));
const problems = (listen: object): readonly string[] => {
  const result = checkContent('weir.yaml', file(listen), {});
  return result.ok ? [] : result.problems.map(({ path, problem }) => `${path}: ${problem}`);
};
const tls = { cert: '/dev/null', key: '/dev/null' };

describe('where metrics are shown', () => {
  it('is nowhere but the admin listener, and for workers this machine, unless the file says otherwise', () => {
    const result = checkContent('weir.yaml', file({}), {});
    expect(result.ok && [result.config.listen.metrics, result.config.listen.worker]).toEqual([undefined, { host: '127.0.0.1', port: 8082, allow: [] }]);
    const asked = checkContent('weir.yaml', file({ metrics: {} }), {});
    expect(asked.ok && asked.config.listen.metrics).toEqual({ host: '127.0.0.1', port: 9464, allow: [] });
  });

  it.each(['metrics', 'worker'])('is the network for listen.%s only with a list of readers or their certificates', (name) => {
    expect(problems({ [name]: { host: '0.0.0.0' } })).toEqual([expect.stringMatching(new RegExp(`^listen\\.${name}\\.host: is open to the network`))]);
    expect(problems({ [name]: { host: '0.0.0.0', tls } })).toEqual([expect.stringContaining('is open to the network')]);
    expect(problems({ [name]: { host: '0.0.0.0', allow: ['10.0.8.0/24', '::1'] } })).toEqual([]);
    expect(problems({ [name]: { host: '0.0.0.0', tls: { ...tls, clientCa: '/dev/null', clientCertificate: 'required' } } })).toEqual([]);
  });

  it('has a sentence for every wrong value', () => {
    expect(problems({ metrics: { allow: ['10.0.0.0/33'] } })).toEqual(['listen.metrics.allow[0]: must be an address or a CIDR range']);
    expect(problems({ metrics: { port: 8081 } })).toEqual(['listen.metrics.port: is the port of another listener']);
    expect(problems({ worker: { tls: { ...tls, clientCertificate: 'required' } } })).toEqual([expect.stringMatching(/^listen\.worker\.tls\.clientCertificate: needs clientCa/)]);
    expect(problems({ metrics: { hots: 'x' } })[0]).toMatch(/^listen\.metrics/);
  });
});
