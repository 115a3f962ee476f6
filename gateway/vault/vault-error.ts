/** What can go wrong with the vault and its keys: a stable code and a sentence for the operator; neither can hold content. */
import { VAULT_ERRORS_ZH } from './vault-error-zh.js';

export const VAULT_ERRORS = {
  VAULT_BAD_ID: 'This is not the id of a message.',
  VAULT_EXISTS: 'The vault already has a message with this id.',
  VAULT_MISSING: 'The vault has no such message, or its key has been destroyed.',
  VAULT_DAMAGED: 'The sealed message is damaged, cut short or not the one it claims to be.',
  VAULT_VERSION: 'The message was sealed by a newer version of Weir, which this one cannot read. Run that version here as well.',
  VAULT_CLOSED: 'The message has been closed.',
  VAULT_LENGTH: 'The bytes to seal are not as many as their head says.',
  VAULT_HEAD_TOO_LARGE: 'The head to seal is larger than a reader accepts.',
  KEY_ABSENT: 'This process has no review key, so it cannot open held messages.',
  KEY_WRONG: 'The message was sealed for another review key.',
  KEY_LOST: 'review.pub is in the keys folder but review.key is not. Put the key back, or set vault.custody to "absent".',
  KEY_FILE_MISSING: 'vault.custody is "supplied", but neither WEIR_REVIEW_KEY_FILE nor WEIR_REVIEW_KEY is set.',
  KEY_FILE_UNREADABLE: 'The review key file cannot be read.',
  KEY_FILE_INVALID: 'The review key holds neither an age identity (a line AGE-SECRET-KEY-1…) nor an SM2 private key in PEM.',
  KEY_FILE_EXISTS: 'There is a file of that name already; a key is never written over another one.',
  KEY_PASSPHRASE_MISSING: 'The review key lies behind a passphrase: set WEIR_REVIEW_KEY_PASSPHRASE_FILE to a file that holds it.',
  KEY_PASSPHRASE_WRONG: 'The passphrase does not open the review key.',
  KEY_COMMAND_FAILED: 'The command in vault.keyCommand did not answer as it has to.',
  SUITE_MISMATCH: 'review.pub in the keys folder is of another suite than vault.suite. Change it with: weir keys rotate --suite NAME',
  RECIPIENT_INVALID: 'The public key to seal for is not valid.',
  RECIPIENT_MISSING: 'vault.custody is "absent", so review.pub in the keys folder must hold the public key (a line age1… or weir-sm2-…).',
  RECIPIENT_MISMATCH: 'The review key does not belong to review.pub in the keys folder; messages held so far need the old one.',
  KEYS_INCOMPLETE: 'The keys folder that WEIR_KEYS names is not complete, and nothing is made in it. Make the whole set with: weir keys init --out DIR (--data DIR takes the keys of an installation along). Missing:',
  KEYS_READ_ONLY: 'The keys folder may not be written, and keys are missing in it. Make the whole set with: weir keys init --out DIR, and name it in WEIR_KEYS. The folder:',
  KEYS_THERE: 'There are keys in this folder already; none is written over:',
  VAULT_NO_FOLDER: 'The folder that vault.store names is not there, or it may not be read and written. Mount or make it; Weir does not, since an unmounted path would look like an empty vault.',
  VAULT_UNREACHABLE: 'The bucket that vault.store names did not answer as it has to. Check endpoint, network and region.',
  VAULT_DENIED: 'The bucket that vault.store names refused access. Check the access key and its rights: s3:GetObject, PutObject, DeleteObject, ListBucket, GetBucketVersioning, AbortMultipartUpload, ListBucketMultipartUploads; and the clock of this machine.',
  VAULT_NO_BUCKET: 'The bucket that vault.store names does not exist. Make it, or correct vault.store.s3.bucket.',
  VAULT_NO_SPACE: 'The bucket that vault.store names has no space left.',
  VAULT_NO_CREDENTIALS: 'There is no access key for the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or vault.store.s3.accessKeyId and secretAccessKey.',
  VAULT_VERSIONS_KEPT: 'The bucket keeps versions of objects, and Weir may not delete them, so a destroyed message would still be there. Allow s3:ListBucketVersions and s3:DeleteObjectVersion without object lock, or use a bucket without versioning.',
  VAULT_VERSIONS_UNKNOWN: 'Weir may not ask whether the bucket keeps versions of objects, so it cannot tell whether it could destroy. Allow s3:GetBucketVersioning.',
  FLEET_VAULT_OTHER: 'This vault is not the one that belongs to the ledger, so messages held there would count as lost. Name the right one in vault.store or WEIR_DATA; if it is gone for good: weir keys adopt --reason TEXT',
  FLEET_LEDGER_OTHER: 'This vault belongs to another ledger, which knows its messages; this one would destroy them. Name the right database in WEIR_DATABASE_URL, or an empty vault; if that ledger is gone for good: weir keys adopt --reason TEXT',
  FLEET_FINGERPRINT_OTHER: 'The file "fingerprint" in the keys folder is not the fleet\'s, so the same value would not count as the same. Copy the keys folder of another node (WEIR_KEYS); if it is gone for good: weir keys adopt --reason TEXT',
  FLEET_ACCOUNTS_OTHER: 'The file "accounts" in the keys folder is not the fleet\'s, so nobody could sign in with a second factor. Copy the keys folder of another node (WEIR_KEYS); if it is gone for good: weir keys adopt --reason TEXT',
  FLEET_AUDIT_OTHER: 'The file "audit.key" in the keys folder is not the fleet\'s, so its checkpoints could not be verified. Copy the keys folder of another node (WEIR_KEYS); if it is gone for good, keep the old audit.pub and: weir keys adopt --reason TEXT',
  SECRET_DAMAGED: 'A secret in the data folder has not the length it was written with.',
} as const satisfies Record<string, string>;

export type VaultErrorCode = keyof typeof VAULT_ERRORS;

export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly #detail: string | undefined;
  constructor(
    readonly code: VaultErrorCode,
    /** `detail`: names of files, chosen by the operator or by us. */
    options?: { readonly cause?: unknown; readonly detail?: string },
  ) {
    super(options?.detail === undefined ? VAULT_ERRORS[code] : `${VAULT_ERRORS[code]} ${options.detail}`, options);
    this.#detail = options?.detail;
  }

  sentence(language: 'en' | 'zh'): string {
    if (language === 'en') return this.message;
    return `${VAULT_ERRORS_ZH[this.code]}${this.#detail === undefined ? '' : ` ${this.#detail}`}`;
  }
}

/** The system's code of a failed call, for example `ENOENT`. */
export function systemCode(thrown: unknown): string | undefined {
  // By shape, not by class: the platform's errors may come from another realm.
  const code = typeof thrown === 'object' && thrown !== null ? (thrown as { readonly code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
