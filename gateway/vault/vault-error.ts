/** What can go wrong with the vault and its keys: a stable code and a sentence for the operator; neither can hold content. */

export const VAULT_ERRORS = {
  VAULT_BAD_ID: 'This is not the id of a message.',
  VAULT_EXISTS: 'The vault already has a message with this id.',
  VAULT_MISSING: 'The vault has no such message, or its key has been destroyed.',
  VAULT_DAMAGED: 'The sealed message is damaged, cut short or not the one it claims to be.',
  VAULT_CLOSED: 'The message has been closed.',
  VAULT_LENGTH: 'The bytes to seal are not as many as their head says.',
  VAULT_HEAD_TOO_LARGE: 'The head to seal is larger than a reader accepts.',
  KEY_ABSENT: 'This process has no review key, so it cannot open held messages.',
  KEY_WRONG: 'The message was sealed for another review key.',
  KEY_LOST: 'keys/review.pub is there but keys/review.key is not. Put the key back, or set vault.custody to "absent".',
  KEY_FILE_MISSING: 'vault.custody is "supplied", but neither WEIR_REVIEW_KEY_FILE nor WEIR_REVIEW_KEY is set.',
  KEY_FILE_UNREADABLE: 'The review key file cannot be read.',
  KEY_FILE_INVALID: 'The review key holds neither an age identity (a line AGE-SECRET-KEY-1…) nor an SM2 private key in PEM.',
  KEY_FILE_EXISTS: 'There is a file of that name already; a key is never written over another one.',
  KEY_PASSPHRASE_MISSING: 'The review key lies behind a passphrase: set WEIR_REVIEW_KEY_PASSPHRASE_FILE to a file that holds it.',
  KEY_PASSPHRASE_WRONG: 'The passphrase does not open the review key.',
  KEY_COMMAND_FAILED: 'The command in vault.keyCommand did not answer as it has to.',
  SUITE_MISMATCH: 'keys/review.pub is of another suite than vault.suite. Change it with: weir keys rotate --suite NAME',
  RECIPIENT_INVALID: 'The public key to seal for is not valid.',
  RECIPIENT_MISSING: 'vault.custody is "absent", so keys/review.pub must hold the public key (a line age1… or weir-sm2-…).',
  RECIPIENT_MISMATCH: 'The review key does not belong to keys/review.pub; messages held so far need the old one.',
  SECRET_DAMAGED: 'A secret in the data folder has not the length it was written with.',
} as const satisfies Record<string, string>;

export type VaultErrorCode = keyof typeof VAULT_ERRORS;

export class VaultError extends Error {
  override readonly name = 'VaultError';
  constructor(
    readonly code: VaultErrorCode,
    options?: { readonly cause?: unknown },
  ) {
    super(VAULT_ERRORS[code], options);
  }
}

/** The system's code of a failed call, for example `ENOENT`. */
export function systemCode(thrown: unknown): string | undefined {
  // By shape, not by class: the platform's errors may come from another realm.
  const code = typeof thrown === 'object' && thrown !== null ? (thrown as { readonly code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
