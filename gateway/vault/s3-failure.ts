/** What a bucket's refusals mean for the vault. The library's own error stays the cause: its text may name hosts and accounts, and is shown nowhere. */
import { VaultError, type VaultErrorCode } from './vault-error.js';

export interface S3Fault {
  readonly name: string;
  readonly status: number | undefined;
}

export function faultOf(thrown: unknown): S3Fault {
  if (typeof thrown !== 'object' || thrown === null) return { name: '', status: undefined };
  const { name, $metadata } = thrown as { readonly name?: unknown; readonly $metadata?: { readonly httpStatusCode?: unknown } };
  const status = $metadata?.httpStatusCode;
  return { name: typeof name === 'string' ? name : '', status: typeof status === 'number' ? status : undefined };
}

/** The object is not there; a missing bucket says another name wherever the answer has a body. */
export function isAbsent(thrown: unknown): boolean {
  const { name, status } = faultOf(thrown);
  return name === 'NoSuchKey' || name === 'NoSuchVersion' || (name === 'NotFound' && status === 404);
}

/** The server does not know such a request. */
export function isUnknown(thrown: unknown): boolean {
  const { name, status } = faultOf(thrown);
  return status === 501 || status === 405 || name === 'NotImplemented' || name === 'MethodNotAllowed';
}

export function isConflict(thrown: unknown): boolean {
  const { name, status } = faultOf(thrown);
  return status === 412 || name === 'PreconditionFailed' || name === 'ConditionalRequestConflict';
}

const FULL = new Set(['XMinioStorageFull', 'QuotaExceeded', 'QuotaExceededException', 'InsufficientCapacity']);

export function s3Failure(thrown: unknown): VaultError {
  if (thrown instanceof VaultError) return thrown;
  const { name, status } = faultOf(thrown);
  let code: VaultErrorCode = 'VAULT_UNREACHABLE';
  if (name === 'NoSuchBucket') code = 'VAULT_NO_BUCKET';
  else if (status === 507 || FULL.has(name)) code = 'VAULT_NO_SPACE';
  else if (status === 401 || status === 403) code = 'VAULT_DENIED';
  return new VaultError(code, { cause: thrown });
}
