/** What is scanned in the head does not slip past as a trailer. */
import { describe, expect, it } from '@jest/globals';
import { requestExchange } from '../../../../gateway/channels/http/exchange.js';
import type { Admitted } from '../../../../gateway/channels/http/admit.js';
import { forwardableTrailers } from '../../../../gateway/deliver/http/field-rules.js';
import type { ExchangeId, Field } from '../../../../gateway/ports.js';

describe('trailers', () => {
  it('carry no field that the route scans in the head', async () => {
    const request = {
      method: 'PUT', fields: [], target: { origin: '/x', path: '/x', query: undefined, authority: undefined, readings: ['/x'] },
      clientAddress: undefined, fromTrustedProxy: false, certificateName: undefined, route: { id: 'r', upstream: 'demo', scanHeaders: ['X-Note'], streamWithAbort: false },
    } as unknown as Admitted;
    const trailers: Field[] = [['x-note', '13812345678'], ['X-Checksum', 'abc']];
    const reader = { needsBody: false, read: async () => Promise.resolve({ user: undefined, department: undefined, sender: undefined, recipients: [], subject: undefined, senders: [], subjects: [] }) };
    const exchange = await requestExchange('i' as ExchangeId, 0, request, { chunks: (async function* () { await Promise.resolve(); yield* []; })(), trailers: () => trailers }, reader);
    expect(exchange.trailers()).toEqual([['X-Checksum', 'abc']]);
  });

  it('carry no file name', () => {
    expect(forwardableTrailers([['Content-Disposition', 'attachment; filename="13812345678.txt"'], ['X-Checksum', 'abc']], 'bad-request')).toEqual([['X-Checksum', 'abc']]);
  });
});
