/** Certificates for the length of a test: two CAs that know nothing of each other, and what they sign, made by openssl. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../kit/temp.js';

export interface Certificates {
  /** Path of a file in the folder, for example `at('client.pem')`. */
  readonly at: (file: string) => string;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** For each CA its own `<ca>.pem`; for each name `<file>.pem` and `<file>.key`, valid for the given DNS names and for loopback. */
export function certificates(wanted: Readonly<Record<string, { readonly ca: string; readonly names: readonly string[] }>>): Certificates {
  const folder = tempFolder('tls');
  const at = (file: string): string => join(folder, file);
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
  for (const ca of new Set(Object.values(wanted).map((one) => one.ca))) {
    openssl('req', '-x509', ...KEY, '-keyout', `${ca}.key`, '-out', `${ca}.pem`, '-days', '2', '-subj', `/CN=${ca}`);
  }
  for (const [file, { ca, names }] of Object.entries(wanted)) {
    openssl('req', ...KEY, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', `/CN=${names[0] ?? file}`);
    writeFileSync(at(`${file}.ext`), `subjectAltName=${names.map((name) => `DNS:${name}`).join(',')},IP:127.0.0.1\n`);
    openssl('x509', '-req', '-in', `${file}.csr`, '-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-days', '2', '-extfile', `${file}.ext`, '-out', `${file}.pem`);
  }
  return { at };
}
