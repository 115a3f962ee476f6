/** What must lie in a data folder's vault, and whether it does. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** States whose message must lie in the vault. */
const KEPT: ReadonlySet<string> = new Set(['held', 'awaiting-second', 'releasing', 'sending', 'needs-credentials', 'uncertain']);

export function inVault(dataDir: string, id: string): boolean {
  return ['key', 'body'].every((kind) => existsSync(join(dataDir, 'vault', `${id}.${kind}`)));
}

/** Messages that must lie in the vault and do not. A file goes after its message was ended: who is missed is asked for once more. */
export async function withoutFile(dataDir: string, rows: () => Promise<readonly { readonly id: string; readonly state: string }[]>, states = KEPT): Promise<readonly string[]> {
  const kept = async (): Promise<readonly string[]> => (await rows()).filter(({ state }) => states.has(state)).map(({ id }) => id);
  const missed = (await kept()).filter((id) => !inVault(dataDir, id));
  const still = missed.length === 0 ? [] : await kept();
  return missed.filter((id) => still.includes(id));
}
