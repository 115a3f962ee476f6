/** argon2id: made and compared off the main thread, a bounded number at once. */
import { hash, verify } from '@node-rs/argon2';

/** A little above what OWASP asks for: about 50 ms of one core, 64 MiB. The algorithm is argon2id by default. */
const USUAL_COST = { memoryCost: 65_536, timeCost: 3, parallelism: 1 } as const;
/** Two at once use two cores and 128 MiB; a flood of guesses must not take more from the gateway. */
const AT_ONCE = 2;
const WAITING_MOST = 64;

export interface PasswordHashes {
  /** Undefined: too many are waiting already. */
  hash(password: string): Promise<string | undefined>;
  /** Without a hash to compare with it takes as long, and says no. Undefined: too many are waiting already. */
  verify(stored: string | undefined, password: string): Promise<boolean | undefined>;
}

export function passwordHashes(cost: { readonly memoryCost: number; readonly timeCost: number; readonly parallelism: number } = USUAL_COST): PasswordHashes {
  let running = 0;
  const waiting: (() => void)[] = [];
  const inTurn = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    if (running >= AT_ONCE) {
      if (waiting.length >= WAITING_MOST) return undefined;
      await new Promise<void>((go) => void waiting.push(go));
    }
    running++;
    try {
      return await work();
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
  // NFKC: the same characters typed on another keyboard are the same password.
  const bytes = (password: string): Buffer => Buffer.from(password.normalize('NFKC'), 'utf8');
  let nobodys: Promise<string> | undefined;
  return {
    hash: (password) => inTurn(() => hash(bytes(password), cost)),
    verify: (stored, password) =>
      inTurn(async () => {
        nobodys ??= hash('nobody has this password', cost);
        const matches = await verify(stored ?? (await nobodys), bytes(password));
        return matches && stored !== undefined;
      }),
  };
}
