/** Robots behind TLS are verified. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, it, expect } from '@jest/globals';
import type { SinkConfig } from '../../../../config/alerts-schema.js';
import { sinkFrom } from '../../../../gateway/record/alert-sinks/sink-from.js';
import { serverCertificates, type TestCertificates } from '../../../kit/external-postgres-tls.js';
import { PATIENCE_MS } from '../../../kit/patience.js';
import { tempFolder } from '../../../kit/temp.js';
import { message } from './messages.js';

let certificates: TestCertificates;
let server: Server;
let port = 0;
let asked = 0;
beforeAll(async () => {
  certificates = serverCertificates(tempFolder('robot-tls'), () => undefined);
  server = createServer({ key: readFileSync(certificates.serverKey), cert: readFileSync(certificates.serverCert) }, (request, response) => {
    asked += 1;
    request.resume().on('end', () => response.writeHead(200).end(JSON.stringify({ errcode: 0, errmsg: 'ok' })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
const send = async (host: string, ca: string | undefined): Promise<void> => {
  const config: SinkConfig = { id: 'ops', kind: 'wecom', url: { env: 'ROBOT' }, perMinute: 20, ...(ca === undefined ? {} : { ca }) };
  const sink = await sinkFrom(config, () => `https://${host}:${String(port)}/cgi-bin/webhook/send?key=0123456789`, { timeoutMs: PATIENCE_MS });
  await sink.send(message());
};

describe('a robot behind TLS', () => {
  it('is told when its certificate comes from the authority that the configuration names', async () => {
    await send('localhost', certificates.ca);
    expect(asked).toBe(1);
  });

  it('is told nothing when another authority signed it, when the system does not know the authority, or when it is named otherwise', async () => {
    await expect(send('localhost', certificates.otherCa)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', kind: 'again' });
    await expect(send('localhost', undefined)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', kind: 'again' });
    await expect(send('127.0.0.2', certificates.ca)).rejects.toMatchObject({ kind: 'again' });
    expect(asked).toBe(1);
  });

  it('is told nothing even where the environment asks for certificates not to be looked at', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      await expect(send('localhost', certificates.otherCa)).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
    expect(asked).toBe(1);
  });
});
