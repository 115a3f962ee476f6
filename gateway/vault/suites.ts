/** The suites there are, by name, by public key and by header. */
import type { SuiteName } from '../ports.js';
import { ageV1 } from './age-v1.js';
import { gm1 } from './gm-1.js';
import type { Suite } from './suite.js';
import { VaultError } from './vault-error.js';

const ALL = { 'age-v1': ageV1, 'gm-1': gm1 } as const satisfies Record<SuiteName, Suite>;

export function suiteNamed(name: SuiteName): Suite {
  return ALL[name];
}

/** The suite that a public key belongs to; VaultError RECIPIENT_INVALID when none knows it. */
export function suiteOf(recipient: string): Suite {
  const found = Object.values(ALL).find((suite) => suite.isRecipient(recipient));
  if (found === undefined) throw new VaultError('RECIPIENT_INVALID');
  return found;
}

/** Whether any suite made it. */
export function isHeader(header: Uint8Array): boolean {
  return Object.values(ALL).some((suite) => suite.made(header));
}
