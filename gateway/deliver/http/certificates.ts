/** What a route's TLS connections are made with: verification always on, certificates taken anew when their files change. */
import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { codeOf, UpstreamConfigError } from './upstream-errors.js';

/** How long a replaced certificate may stay in use; the files are small and re-read at most this often. */
const CERTIFICATE_CHECK_MS = 5_000;

export interface CertificateOptions {
  readonly url: URL;
  readonly tls?: { readonly ca?: string | undefined; readonly cert?: string | undefined; readonly key?: string | undefined; readonly serverName?: string | undefined } | undefined;
  readonly readFile?: ((path: string) => Buffer) | undefined;
  readonly now?: (() => number) | undefined;
}

export interface Certificates {
  /** `undefined`: the target is not reached over TLS. */
  readonly context: SecureContext | undefined;
  /** Looks at the files when it is time to; true when the context is a new one. */
  refresh(): boolean;
}

/** Throws UpstreamConfigError when the certificates cannot be used; later on a bad file leaves the last good ones in use. */
export function certificates(routeId: string, options: CertificateOptions): Certificates {
  const { url, tls } = options;
  const readFile = options.readFile ?? ((path) => readFileSync(path));
  const now = options.now ?? Date.now;
  const secure = url.protocol === 'https:';
  let material = '';
  let context: SecureContext | undefined;
  let checkedAt = now();

  const load = (): boolean => {
    if (!secure) return false;
    const [ca, cert, key] = [tls?.ca, tls?.cert, tls?.key].map((path) => (path === undefined ? undefined : readFile(path)));
    const next = [ca, cert, key].map((one) => one?.toString('base64') ?? '').join('.');
    if (context !== undefined && next === material) return false;
    context = createSecureContext({ minVersion: 'TLSv1.2', ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) });
    material = next;
    return true;
  };
  try {
    load();
  } catch (error) {
    throw new UpstreamConfigError(routeId, `its upstream's certificates cannot be used (${codeOf(error) || 'unreadable'})`, { cause: error });
  }
  return {
    get context() { return context; },
    refresh: () => {
      if (!secure || now() - checkedAt < CERTIFICATE_CHECK_MS) return false;
      checkedAt = now();
      try {
        return load();
      } catch {
        // Halfway through a replacement, certificate and key do not match: what worked stays until the next look.
        return false;
      }
    },
  };
}
