/** The closed list of what changes in a request's head. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requestFields, type Framing, type UpstreamPlace } from '../../../../gateway/deliver/http/request-fields.js';
import { pathMap } from '../../../../gateway/deliver/http/path-map.js';
import type { Field, UpstreamRequest } from '../../../../gateway/ports.js';

const place: UpstreamPlace = { origin: 'https://files.internal:8443', host: 'files.internal:8443', preserveHost: false, paths: pathMap('/dav', '/remote', '/base'), scansReplies: false };
const via: UpstreamRequest['via'] = { clientAddress: '192.0.2.7', scheme: 'https', host: 'weir.example', fromTrustedProxy: false };
const none: Framing = { kind: 'none' };
const of = (fields: readonly Field[], how: { via?: Partial<typeof via>; place?: Partial<UpstreamPlace>; framing?: Framing; change?: 'none' | 'same-length' | 'recoded' } = {}): Field[] =>
  requestFields({ fields, via: { ...via, ...how.via } }, how.framing ?? none, how.change ?? 'none', { ...place, ...how.place });
const named = (fields: readonly Field[], name: string): string[] => fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);

/** What is added at the end whatever came. */
const ADDED = ['Via', 'X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', 'Forwarded'];

describe('requestFields', () => {
  it('keeps any other field: name, case, order, repeats and value', () => {
    const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/).filter((one) => !/^(host|content-length|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|expect|destination|forwarded|x-forwarded-.*|x-real-ip|weir-.*)$/i.test(one));
    const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,30}[\x21-\x7e\x80-\xff])?$/);
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 12 }), (fields) => {
        const out = of([['Host', 'weir.example'], ...fields]);
        expect(out.slice(0, 1 + fields.length)).toEqual([['Host', place.host], ...fields]);
        expect(out.slice(1 + fields.length).map(([one]) => one)).toEqual(ADDED);
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  it('ends what belongs to this hop only, and what Connection names', () => {
    const out = of([['Connection', 'close, X-Mine'], ['X-Mine', '1'], ['Keep-Alive', '5'], ['Proxy-Authorization', 'x'], ['Proxy-Connection', 'x'], ['TE', 'trailers'], ['Trailer', 'X'], ['Transfer-Encoding', 'chunked'], ['Upgrade', 'h2c'], ['Expect', '100-continue'], ['Weir-Action', 'pass'], ['X-Stays', '1']]);
    expect(out.map(([name]) => name)).toEqual(['Host', 'X-Stays', ...ADDED]);
  });

  it('does not let Connection take away what describes or routes the body', () => {
    const out = of([['Connection', 'Content-Type, Host, Authorization, X-Forwarded-For'], ['Content-Type', 'text/plain'], ['Host', 'weir.example'], ['Authorization', 'Bearer x']]);
    expect(out.map(([name]) => name)).toEqual(['Content-Type', 'Host', 'Authorization', ...ADDED]);
  });

  it('writes the framing itself, where it stood', () => {
    const fields: Field[] = [['A', '1'], ['content-length', '007'], ['Content-Length', '7'], ['B', '2']];
    expect(of(fields, { framing: { kind: 'length', length: 7 } }).slice(0, 4)).toEqual([['Host', place.host], ['A', '1'], ['content-length', '7'], ['B', '2']]);
    expect(named(of(fields, { framing: { kind: 'chunked' } }), 'content-length')).toEqual([]);
    expect(named(of(fields, { framing: { kind: 'chunked' } }), 'transfer-encoding')).toEqual(['chunked']);
    expect(named(of([], { framing: { kind: 'length', length: 3 } }), 'content-length')).toEqual(['3']);
  });

  it('keeps the client’s Host where the route says so, and one Host only', () => {
    expect(named(of([['Host', 'weir.example'], ['Host', 'b']], { place: { preserveHost: true } }), 'host')).toEqual(['weir.example']);
    expect(named(of([['Host', 'other']], { place: { preserveHost: true } }), 'host')).toEqual(['weir.example']);
    expect(named(of([], { place: { preserveHost: true } }), 'host')).toEqual(['weir.example']);
  });

  it('asks for whole, uncoded answers where they are scanned, and leaves that to the client elsewhere', () => {
    const fields: Field[] = [['Range', 'bytes=0-1'], ['If-Range', '"x"'], ['Accept-Encoding', 'gzip']];
    const scanned = of(fields, { place: { scansReplies: true } });
    expect(['range', 'if-range', 'accept-encoding'].map((name) => named(scanned, name))).toEqual([[], [], ['identity']]);
    expect(of(fields).slice(1, 4)).toEqual(fields);
  });

  it('believes nothing an untrusted peer says about where a request came from', () => {
    const out = of([['X-Forwarded-For', '10.0.0.1'], ['Forwarded', 'for=10.0.0.1'], ['X-Real-IP', '10.0.0.1'], ['X-Forwarded-Port', '1'], ['X-Forwarded-Host', 'evil']]);
    expect(named(out, 'x-forwarded-for')).toEqual(['192.0.2.7']);
    expect(named(out, 'x-forwarded-host')).toEqual(['weir.example']);
    expect(named(out, 'x-forwarded-proto')).toEqual(['https']);
    expect(named(out, 'forwarded')).toEqual(['for=192.0.2.7;host=weir.example;proto=https']);
    expect([...named(out, 'x-real-ip'), ...named(out, 'x-forwarded-port')]).toEqual([]);
  });

  it('adds to what a trusted proxy says, and repeats nothing it has written down already', () => {
    const fields: Field[] = [['X-Forwarded-For', '198.51.100.1'], ['X-Forwarded-Proto', 'http'], ['X-Forwarded-Host', 'public.example'], ['Forwarded', 'for=198.51.100.1']];
    const added = of(fields, { via: { fromTrustedProxy: true, clientAddress: '2001:db8::1' } });
    expect(named(added, 'x-forwarded-for')).toEqual(['198.51.100.1, 2001:db8::1']);
    expect(named(added, 'forwarded')).toEqual(['for=198.51.100.1, for="[2001:db8::1]";host=weir.example;proto=https']);
    expect([...named(added, 'x-forwarded-host'), ...named(added, 'x-forwarded-proto')]).toEqual(['public.example', 'http']);
    const known = of(fields, { via: { fromTrustedProxy: true, clientAddress: '198.51.100.1' } });
    expect([...named(known, 'x-forwarded-for'), ...named(known, 'forwarded')]).toEqual(['198.51.100.1', 'for=198.51.100.1']);
  });

  it('appends itself to Via without touching what is there', () => {
    expect(named(of([['Via', '1.0 fred']]), 'via')).toEqual(['1.0 fred', '1.1 weir']);
  });

  it.each([
    ['https://weir.example/dav/a%20b', 'https://files.internal:8443/base/remote/a%20b'],
    ['http://WEIR.example/dav', 'https://files.internal:8443/base/remote'],
    ['/dav/x', '/base/remote/x'],
    ['https://other.example/dav/x', 'https://other.example/dav/x'],
    ['https://weir.example/private/x', 'https://weir.example/private/x'],
    ['https://weir.example/davy/x', 'https://weir.example/davy/x'],
  ])('turns the WebDAV Destination %s into %s', (from, to) => {
    expect(named(of([['Destination', from]]), 'destination')).toEqual([to]);
  });

  it('keeps the public origin of a Destination for an upstream that sees the public Host', () => {
    expect(named(of([['Destination', 'https://weir.example/dav/x']], { place: { preserveHost: true } }), 'destination')).toEqual(['https://weir.example/base/remote/x']);
  });

  it('refuses what could start a field of its own', () => {
    for (const field of [['X', 'a\r\nB: c'], ['X', 'a\0'], ['X\n', 'a'], ['X Y', 'a'], ['', 'a']] as Field[]) {
      expect(() => of([field])).toThrow(expect.objectContaining({ code: 'bad-request' }));
    }
  });

  it('drops digests of a body it changed, and sends none whose signature would no longer hold', () => {
    const digests: Field[] = [['Content-MD5', 'x'], ['Digest', 'x'], ['Content-Digest', 'x'], ['Repr-Digest', 'x']];
    expect(of(digests).slice(1, 5)).toEqual(digests);
    for (const change of ['same-length', 'recoded'] as const) {
      expect(of(digests, { change }).map(([name]) => name)).toEqual(['Host', ...ADDED]);
      expect(() => of([['x-amz-content-sha256', 'abc']], { change })).toThrow(expect.objectContaining({ code: 'mask-failed' }));
      expect(named(of([['x-amz-content-sha256', 'UNSIGNED-PAYLOAD']], { change }), 'x-amz-content-sha256')).toEqual(['UNSIGNED-PAYLOAD']);
    }
  });
});
