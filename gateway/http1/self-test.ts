/** At start: does the parser that this machine loaded still make of known messages what it must? */
import { transcript } from './transcript.js';
import { VECTORS } from './vectors.js';

export type SelfTest = { readonly ok: true } | { readonly ok: false; readonly because: string };

let result: SelfTest | undefined;

/** Asked for once in a process; never throws. */
export function selfTest(): SelfTest {
  return (result ??= tested());
}

function tested(): SelfTest {
  try {
    for (const { name, kind, bytes, ends, noBody, says } of VECTORS) {
      const all = Buffer.from(bytes, 'latin1');
      const middle = all.length >> 1;
      for (const pieces of [[all], [all.subarray(0, middle), all.subarray(middle)]]) {
        if (JSON.stringify(outcome(transcript({ kind, pieces, ends, noBody }))) !== JSON.stringify(outcome(says))) return { ok: false, because: name };
      }
    }
    return { ok: true };
  } catch (thrown) {
    return { ok: false, because: thrown instanceof Error ? thrown.name : 'unknown' };
  }
}

/** Of a message that breaks, bytes before the break may have been told of or not: a matter of where it was cut. */
export function outcome(lines: readonly string[]): readonly string[] {
  return lines.at(-1)?.startsWith('failed') === true ? lines.filter((line) => !line.startsWith('body ')) : lines;
}
