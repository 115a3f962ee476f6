/** Alerts by mail: SMTP over verified TLS, one mail to all recipients, the same Message-ID on every try. */
import { createTransport, type NodemailerError, type SMTPTransportOptions } from 'nodemailer';
import { causeCode } from '../../errors.js';
import { SinkFailed, type AlertMessage, type Sink } from '../../ports.js';
import { MAIL_MOST_BYTES, mailContent } from './mail-content.js';
import { isLoopback, pem, SinkSettingsWrong, type ConfigOf, type SinkSurroundings } from './settings.js';

/** For each step of the conversation; servers take their time to look for spam. */
const STEP_MS = 15_000;
/** For all of it. */
const WHOLE_MS = 60_000;
/** Signing in, or what was set up for it, is wrong; tries would only lock the account. */
const NEVER: ReadonlySet<string> = new Set(['EAUTH', 'ENOAUTH', 'ECONFIG', 'EMAXRECIPIENTS']);

/** Names the delivery, and when its events were: two installations that count deliveries from one do not take each other's place. */
export function messageId({ deliveryId, from, to }: AlertMessage, sender: string): string {
  return `<${deliveryId}.${from.getTime().toString(36)}.${to.getTime().toString(36)}@${sender.slice(sender.lastIndexOf('@') + 1)}>`;
}

function smtpFailure(thrown: unknown): SinkFailed {
  if (thrown instanceof SinkFailed) return thrown;
  const { responseCode, permanent, originalCode, code } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as NodemailerError;
  if (typeof responseCode === 'number') return new SinkFailed(`SMTP_${String(responseCode)}`, permanent === true ? 'never' : 'again');
  const named = causeCode({ code: originalCode ?? code ?? 'SMTP_FAILED' });
  return new SinkFailed(named, NEVER.has(code ?? '') ? 'never' : 'again');
}

type MailConfig = ConfigOf<'mail'>;

function transportOptions(config: MailConfig, password: string | undefined, timeoutMs: number): SMTPTransportOptions {
  const { host, tls, user, serverName } = config;
  const ca = pem(config.ca);
  return {
    host,
    port: config.port ?? (tls === 'implicit' ? 465 : 587),
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }), ...(serverName === undefined ? {} : { servername: serverName }) },
    // A server that does not ask for the password it is meant to get is another server.
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: password }, forceAuth: true }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    maxResponseSize: 65_536,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  };
}

export function mailSink(config: MailConfig, { secretOf, timeoutMs = STEP_MS }: SinkSurroundings): Sink {
  const { id, kind, from, to, perMinute } = config;
  if (config.tls === 'none' && !isLoopback(config.host)) throw new SinkSettingsWrong('SINK_TLS', `alerts.sinks: "${id}" (mail) may do without TLS only to a mail server on this machine.`);
  if ((config.user === undefined) !== (config.password === undefined)) throw new SinkSettingsWrong('SINK_SECRET', `alerts.sinks: "${id}" (mail) needs user and password, or neither.`);
  const password = config.password === undefined ? undefined : secretOf(config.password);

  async function deliver(message: AlertMessage): Promise<void> {
    const transport = createTransport(transportOptions(config, password, timeoutMs));
    let late: NodeJS.Timeout | undefined;
    try {
      const tooLong = new Promise<never>((_, reject) => {
        late = setTimeout(() => reject(new SinkFailed('TIMEOUT', 'again')), WHOLE_MS);
        late.unref();
      });
      const sending = transport.sendMail({
        from: { name: 'Weir', address: from },
        to: [...to],
        ...mailContent(message),
        messageId: messageId(message, from),
        // The same mail on every try, whenever that is.
        date: message.to,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        ...(message.severity === 'critical' ? { priority: 'high' as const } : {}),
      });
      const { rejected, rejectedErrors = [] } = await Promise.race([sending, tooLong]);
      // Some have it now. The others are said to lack it rather than passed over.
      if (rejected.length > 0) throw new SinkFailed('SMTP_RECIPIENT_REFUSED', rejectedErrors.some(({ permanent }) => permanent === false) ? 'again' : 'never');
    } catch (thrown) {
      throw smtpFailure(thrown);
    } finally {
      clearTimeout(late);
      transport.close();
    }
  }

  return { id, kind, limits: { perMinute, maxBytes: MAIL_MOST_BYTES }, send: deliver, close: () => Promise.resolve() };
}
