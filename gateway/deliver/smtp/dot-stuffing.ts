/** A mail as it goes over the wire: a dot more before each line that begins with one, whatever the pieces it comes in, and nothing that could end it early. */
import { WeirError } from '../../errors.js';

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;

export interface DotStuffing {
  /** The next piece. Throws WeirError('mail-bare-line-end') at a CR or LF alone: some servers take it for a line end. */
  push(chunk: Uint8Array): Uint8Array;
  /** What ends the data: a line end first, where the mail has none of its own. */
  end(): string;
}

export function dotStuffing(): DotStuffing {
  let before = LF;
  let lineStart = true;
  return {
    push(chunk) {
      let dots = 0;
      let at = before;
      // By index: each byte of each mail comes by here, and an iterator costs several times as much.
      for (let index = 0; index < chunk.length; index += 1) {
        const byte = chunk[index] ?? 0;
        if (at === CR ? byte !== LF : byte === LF) throw new WeirError('mail-bare-line-end');
        if (byte === DOT && at === LF) dots += 1;
        at = byte;
      }
      if (chunk.length > 0) lineStart = at === LF;
      const from = before;
      before = at;
      return dots === 0 ? chunk : stuffed(chunk, dots, from);
    },
    end() {
      if (before === CR) throw new WeirError('mail-bare-line-end');
      return lineStart ? '.\r\n' : '\r\n.\r\n';
    },
  };
}

function stuffed(chunk: Uint8Array, dots: number, before: number): Uint8Array {
  const out = new Uint8Array(chunk.length + dots);
  let length = 0;
  let at = before;
  for (let index = 0; index < chunk.length; index += 1) {
    const byte = chunk[index] ?? 0;
    if (byte === DOT && at === LF) out[length++] = DOT;
    out[length++] = byte;
    at = byte;
  }
  return out;
}
