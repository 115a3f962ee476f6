/** What a receipt says of bytes that nobody read: outside any wrapping, and inside. */
import type { Receipt } from './ports.js';

/** Wire bytes and decoded bytes together: 0 only where everything was read. */
export function unscannedBytes({ unscanned, inside }: Pick<Receipt, 'unscanned' | 'inside'>): number {
  return unscanned + (inside?.unscanned ?? 0);
}
