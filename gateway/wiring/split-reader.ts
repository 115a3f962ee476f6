/** Opens split messages: their seals are copies that name the message they were made for, and only the ledger says which that is. */
import { causeCode } from '../errors.js';
import type { VaultReader } from '../ports.js';

/** What a reader says of a seal that names another message. */
const ANOTHERS = 'VAULT_DAMAGED';

export function splitReader(reader: VaultReader, sealedAs: (id: string) => Promise<string | undefined>): VaultReader {
  return {
    async open(id) {
      try {
        return await reader.open(id);
      } catch (thrown) {
        // Asked only then: nearly all seals name their own message.
        const other = causeCode(thrown) === ANOTHERS ? await sealedAs(id) : undefined;
        if (other === undefined) throw thrown;
        return await reader.open(id, other);
      }
    },
  };
}
