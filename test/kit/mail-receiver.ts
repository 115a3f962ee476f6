/** A real SMTP server on loopback that asks for TLS and a password, and keeps what arrives. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { TestCertificates } from './external-postgres-tls.js';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly user: string | undefined;
  readonly secure: boolean;
  readonly source: string;
  /** The same, byte for byte. */
  readonly raw: Buffer;
}
export interface MailReceiver {
  readonly port: number;
  readonly received: ReceivedMail[];
  close(): Promise<void>;
}
export interface MailReceiverOptions {
  readonly certificates?: TestCertificates;
  readonly implicitTls?: boolean;
  readonly password?: string;
  /** An SMTP status for a recipient, a message or a sign-in; left out: taken. */
  readonly refuse?: { readonly recipient?: Readonly<Record<string, number>>; readonly message?: number; readonly signIn?: number };
  readonly options?: SMTPServerOptions;
}

const refusal = (status: number): Error => Object.assign(new Error('refused by this test, which quotes the canary 0000'), { responseCode: status });

export async function mailReceiver({ certificates, implicitTls = false, password, refuse = {}, options = {} }: MailReceiverOptions): Promise<MailReceiver> {
  const received: ReceivedMail[] = [];
  const server = new SMTPServer({
    logger: false,
    secure: implicitTls,
    authOptional: password === undefined,
    ...(certificates === undefined ? { hideSTARTTLS: true, disabledCommands: ['STARTTLS'] } : { key: readFileSync(certificates.serverKey), cert: readFileSync(certificates.serverCert) }),
    onAuth: (auth, _session, done) => {
      if (refuse.signIn !== undefined) done(refusal(refuse.signIn));
      else if (auth.username === 'weir' && auth.password === password) done(null, { user: 'weir' });
      else done(refusal(535));
    },
    onRcptTo: ({ address }, _session, done) => {
      const status = refuse.recipient?.[address];
      done(status === undefined ? null : refusal(status));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (refuse.message !== undefined) {
          done(refusal(refuse.message));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const raw = Buffer.concat(chunks);
        received.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          user: typeof session.user === 'string' ? session.user : undefined,
          secure: session.secure,
          source: raw.toString('utf8'),
          raw,
        });
        done(null);
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    received,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
