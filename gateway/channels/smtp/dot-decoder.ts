/** Undoes the doubled dots of a message and finds its end: CR LF . CR LF, and nothing that looks like it. */

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const ONE_CR = Buffer.from('\r');

type Place = 'line-start' | 'in-line' | 'after-cr' | 'after-dot' | 'after-dot-cr';

export interface Decoded {
  readonly content: Buffer;
  /** Where in the chunk the first byte behind the message is. */
  readonly end: number | undefined;
}

/** Takes a message in any pieces; what it answers with does not depend on where they were cut. */
export class DotDecoder {
  #place: Place = 'line-start';

  push(chunk: Buffer): Decoded {
    const pieces: Buffer[] = [];
    let from = 0;
    let at = 0;
    const take = (to: number): void => {
      if (to > from) pieces.push(chunk.subarray(from, to));
    };
    while (at < chunk.length) {
      const byte = chunk[at];
      switch (this.#place) {
        case 'in-line': {
          const cr = chunk.indexOf(CR, at);
          if (cr >= 0) this.#place = 'after-cr';
          at = cr < 0 ? chunk.length : cr + 1;
          break;
        }
        case 'after-cr':
          this.#place = byte === LF ? 'line-start' : byte === CR ? 'after-cr' : 'in-line';
          at += 1;
          break;
        case 'line-start':
          if (byte === DOT) {
            take(at);
            from = at + 1;
            this.#place = 'after-dot';
          } else this.#place = byte === CR ? 'after-cr' : 'in-line';
          at += 1;
          break;
        case 'after-dot':
          // Whatever follows, the dot itself goes (RFC 5321 4.5.2); a CR waits for what comes behind it.
          if (byte === CR) {
            at += 1;
            from = at;
            this.#place = 'after-dot-cr';
          } else this.#place = 'in-line';
          break;
        case 'after-dot-cr':
          if (byte === LF) {
            this.#place = 'line-start';
            return { content: joined(pieces), end: at + 1 };
          }
          pieces.push(ONE_CR);
          this.#place = 'after-cr';
          break;
      }
    }
    take(chunk.length);
    return { content: joined(pieces), end: undefined };
  }
}

function joined(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
}
