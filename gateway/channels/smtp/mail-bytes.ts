/** A message as the pipeline pulls it: no line end but CR LF, no NUL, no endless line, no more than its route allows. */
import { causeCode, WeirError } from '../../errors.js';

const CR = 0x0d;
const LF = 0x0a;
const NUL = 0x00;
/** RFC 5321 allows 1,000 octets; mail programs write longer ones, and next hops decide. Nothing honest writes this. */
const LINE_LONGEST = 2 ** 20;

/** Looks at the pieces of one message; what it throws does not depend on where they were cut. */
export class LineCheck {
  #endsWithCr = false;
  #lineLength = 0;

  check(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (bytes.length === 0) return;
    if (bytes.includes(NUL)) throw new WeirError('mail-bare-line-end');
    let at = 0;
    if (this.#endsWithCr) {
      if (bytes[0] !== LF) throw new WeirError('mail-bare-line-end');
      this.#lineLength = 0;
      at = 1;
    }
    this.#endsWithCr = false;
    while (at < bytes.length) {
      const lf = bytes.indexOf(LF, at);
      const cr = bytes.indexOf(CR, at);
      if (cr === bytes.length - 1 && lf < 0) {
        this.#grow(cr - at);
        this.#endsWithCr = true;
        return;
      }
      if (lf < 0 && cr < 0) {
        this.#grow(bytes.length - at);
        return;
      }
      if (lf < 0 || cr < 0 || cr !== lf - 1) throw new WeirError('mail-bare-line-end');
      this.#grow(cr - at);
      this.#lineLength = 0;
      at = lf + 1;
    }
  }

  #grow(count: number): void {
    this.#lineLength += count;
    if (this.#lineLength > LINE_LONGEST) throw new WeirError('mail-line-too-long');
  }
}

/** A stream of node: read to its end even when the reader stops early, so that the client's last byte is seen before it is answered. */
interface Pulled {
  iterator(options: { destroyOnReturn: boolean }): AsyncIterableIterator<Buffer>;
  resume(): unknown;
}

/** `cutOff`: why the connection ended, where it was not the client who left. */
export async function* mailBytes(stream: Pulled, most: number, cutOff: () => WeirError | undefined = () => undefined): AsyncGenerator<Uint8Array, void, undefined> {
  const lines = new LineCheck();
  let count = 0;
  const pieces = stream.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const piece = await pieces.next().catch((thrown: unknown) => {
        throw cutOff() ?? new WeirError('client-aborted', { cause: { code: causeCode(thrown) } });
      });
      if (piece.done === true) return;
      count += piece.value.length;
      if (count > most) throw new WeirError('too-large');
      lines.check(piece.value);
      yield piece.value;
    }
  } finally {
    await pieces.return?.();
    stream.resume();
  }
}
