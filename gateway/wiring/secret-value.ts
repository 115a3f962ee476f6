/** Secrets that the configuration names, from the environment or from files. */
import { readFileSync } from 'node:fs';

export class MissingSecret extends Error {
  override readonly name = 'MissingSecret';
  readonly code = 'SECRET_MISSING';
}

/** A secret from where the configuration says it lies; what stands in a file loses its final line break. */
export function secretValue(secret: { readonly env: string } | { readonly file: string }, env: Readonly<Record<string, string | undefined>>): string {
  if ('file' in secret) return readFileSync(secret.file, 'utf8').trimEnd();
  const value = env[secret.env];
  if (value === undefined || value === '') throw new MissingSecret(`The environment variable ${secret.env}, which the configuration names for a secret, is not set.`);
  return value;
}
