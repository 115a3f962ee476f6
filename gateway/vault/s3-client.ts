/** The connection to a bucket: bounded in time and attempts, with access keys read anew so that they can be rotated, and no look-ups elsewhere. */
import { readFileSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import { S3Client } from '@aws-sdk/client-s3';
import type { S3Config } from '../../config/vault-schema.js';
import { VaultError } from './vault-error.js';

/** A bucket nearby connects in milliseconds. */
const CONNECT_MS = 3_000;
/** One try of one request, a part of eight MiB included. */
const TRY_MS = 20_000;
/** The library waits longer between them when the bucket says SlowDown. */
const TRIES = 3;
const SOCKETS = 64;
/** How long an access key that was read is used. */
const CREDENTIALS_MS = 5 * 60_000;

type Env = Readonly<Record<string, string | undefined>>;

export function s3Client(config: S3Config, env: Env, tryMs = TRY_MS): S3Client {
  // Which Node runs is decided here, not by whoever reads this process's messages.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const ca = config.ca === undefined ? undefined : readFileSync(config.ca);
  return new S3Client({
    region: config.region,
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    forcePathStyle: config.pathStyle ?? config.endpoint !== undefined,
    credentials: () => Promise.resolve({ ...accessKey(config, env), expiration: new Date(Date.now() + CREDENTIALS_MS) }),
    maxAttempts: TRIES,
    retryMode: 'standard',
    // Every sealed chunk carries its own authentication; servers that are not Amazon's stumble over checksum trailers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: tryMs,
      throwOnRequestTimeout: true,
      socketTimeout: tryMs,
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets: SOCKETS }),
      httpsAgent: new Agent({ keepAlive: true, maxSockets: SOCKETS, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) }),
    },
  });
}

function accessKey({ accessKeyId, secretAccessKey }: S3Config, env: Env): { accessKeyId: string; secretAccessKey: string; sessionToken?: string } {
  if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId: secretOf(accessKeyId, env), secretAccessKey: secretOf(secretAccessKey, env) };
  const session = env['AWS_SESSION_TOKEN'];
  return {
    accessKeyId: secretOf({ env: 'AWS_ACCESS_KEY_ID' }, env),
    secretAccessKey: secretOf({ env: 'AWS_SECRET_ACCESS_KEY' }, env),
    ...(session === undefined || session === '' ? {} : { sessionToken: session }),
  };
}

function secretOf(from: { readonly env: string } | { readonly file: string }, env: Env): string {
  let value: string | undefined;
  try {
    value = 'file' in from ? readFileSync(from.file, 'utf8').trim() : env[from.env];
  } catch (thrown) {
    throw new VaultError('VAULT_NO_CREDENTIALS', { cause: thrown });
  }
  if (value === undefined || value === '') throw new VaultError('VAULT_NO_CREDENTIALS');
  return value;
}
