/** The name in a client's certificate. */
import type { TLSSocket } from 'node:tls';

/** Only of a certificate that the client CA has signed. */
export function certificateName(socket: TLSSocket): string | undefined {
  if (!socket.authorized) return undefined;
  // Without a certificate this is an empty object, whatever the types say.
  const { subject } = socket.getPeerCertificate() as { readonly subject?: { readonly CN?: string | string[] } };
  return [subject?.CN].flat()[0];
}
