/** The certificate of a listener, read anew when its files change: new connections get the new one. */
import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { SMTPServer } from 'smtp-server';
import type { SmtpListener } from '../../../config/mail-schema.js';
import { causeCode } from '../../errors.js';
import type { Log } from '../../ports.js';

type Listen = Pick<SmtpListener, 'tls'>;

/** Nothing where a listener shows none. */
export function certificate({ tls }: Listen): { readonly cert?: Buffer; readonly key?: Buffer } {
  if (tls.mode === 'none') return {};
  if (tls.cert === undefined || tls.key === undefined) throw new TypeError('a listener with TLS has a certificate and a key');
  return { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
}

/** A pair that does not load changes nothing. Answers with what ends the watching. */
export function followCertificate(server: SMTPServer, listen: Listen, everyMs: number, log: Log): () => void {
  const files = listen.tls.mode === 'none' ? [] : [listen.tls.cert, listen.tls.key].filter((file) => file !== undefined);
  const reload = (): void => {
    // The library takes the options over before it tries them.
    const { cert, key } = server.options;
    try {
      server.updateSecureContext(certificate(listen));
      log.info('smtp.certificate-reloaded');
    } catch (thrown) {
      server.updateSecureContext({ cert, key });
      log.error('smtp.certificate-unreadable', { cause: causeCode(thrown) });
    }
  };
  // Polling follows swapped symbolic links too.
  for (const file of files) watchFile(file, { interval: everyMs, persistent: false }, reload);
  return () => {
    for (const file of files) unwatchFile(file, reload);
  };
}
