/** Whose word is taken for where a client is. */
import { describe, expect, it } from '@jest/globals';
import { clientAddress, plainAddress, trustedPeers } from '../../../../gateway/channels/http/client-address.js';
import type { Field } from '../../../../gateway/ports.js';

const trusts = trustedPeers(['10.0.0.0/8', '2001:db8::/32', '127.0.0.1']);
const address = (peer: string, ...fields: Field[]): string | undefined => clientAddress(peer, fields, trusts).address;

describe('the client address', () => {
  it('is the peer when the peer is not trusted, whatever it says', () => {
    expect(clientAddress('192.0.2.7', [['X-Forwarded-For', '198.51.100.1'], ['Forwarded', 'for=198.51.100.1']], trusts)).toEqual({ address: '192.0.2.7', fromTrustedProxy: false });
  });
  it('is the peer when a trusted proxy says nothing', () => expect(address('10.0.0.1')).toBe('10.0.0.1'));
  it('is the right-most address that no proxy of ours has', () => {
    expect(address('10.0.0.1', ['X-Forwarded-For', '203.0.113.9, 198.51.100.1'], ['x-forwarded-for', '10.2.3.4'])).toBe('198.51.100.1');
  });
  it('is the left-most when all are ours', () => expect(address('10.0.0.1', ['X-Forwarded-For', '10.9.9.9, 10.2.3.4'])).toBe('10.9.9.9'));
  it('reads Forwarded with quotes, ports and IPv6', () => {
    expect(address('127.0.0.1', ['Forwarded', 'for="[2001:0:1::7]:4711";proto=https;by=_x, for=10.1.1.1'])).toBe('2001:0:1::7');
    expect(address('127.0.0.1', ['Forwarded', 'proto=http; For="192.0.2.43:80"'])).toBe('192.0.2.43');
  });
  it('is unknown where a proxy hides it or writes nonsense', () => {
    expect(address('10.0.0.1', ['Forwarded', 'for=_hidden'])).toBeUndefined();
    expect(address('10.0.0.1', ['X-Forwarded-For', '198.51.100.1, unknown'])).toBeUndefined();
  });
  it('is unknown when the two fields disagree: one of them is the sender\u2019s own', () => {
    expect(address('10.0.0.1', ['X-Forwarded-For', '198.51.100.1'], ['Forwarded', 'for=203.0.113.5'])).toBeUndefined();
    expect(address('10.0.0.1', ['X-Forwarded-For', '198.51.100.1'], ['Forwarded', 'for=198.51.100.1'])).toBe('198.51.100.1');
  });
  it('an IPv4 peer of a dual-stack listener is an IPv4 address', () => expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1'));
  it('a range that is none is an error at start', () => expect(() => trustedPeers(['10.0.0.0/99'])).toThrow());
});
