/** Heads and bodies as bytes on a connection, in as few writes as they allow. */
import type { Socket } from 'node:net';
import { inBurst } from '../../http1/bursts.js';
import { WeirError } from '../../errors.js';
import type { Field } from '../../ports.js';

/** Up to here one copy costs less than a write that gathers its parts. */
const COPIED_UP_TO = 16_384;
/** What is given to the system at once of a larger body: an early answer can stop the rest. */
const BATCH_BYTES = 256 * 1024;
/** More than this unsent, and the upstream is waited for. */
const UNSENT_MOST = 64 * 1024;

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const NO_TARGET = /[^\x21-\x7e\x80-\xff]/;

/** Fields must be safe to write already; throws `bad-request` where the first line would not be one. */
export function headText(method: string, path: string, fields: readonly Field[]): string {
  if (!METHOD.test(method) || path === '' || NO_TARGET.test(path)) throw new WeirError('bad-request');
  let head = `${method} ${path} HTTP/1.1\r\n`;
  for (const field of fields) head += field[0] + ': ' + field[1] + '\r\n';
  return head + '\r\n';
}

export function bytesOf(pieces: readonly Uint8Array[]): number {
  let total = 0;
  for (const piece of pieces) total += piece.length;
  return total;
}

/** Small enough to leave with its head. */
export const fitsAtOnce = (bytes: number): boolean => bytes <= BATCH_BYTES;

/** A whole request of a known length. */
export function writeAtOnce(socket: Socket, head: string, pieces: readonly Uint8Array[], bytes: number): void {
  inBurst(socket);
  if (bytes === 0) socket.write(head, 'latin1');
  else if (head.length + bytes <= COPIED_UP_TO) {
    const all = Buffer.allocUnsafe(head.length + bytes);
    let at = all.write(head, 0, 'latin1');
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    socket.write(all);
  } else {
    socket.write(head, 'latin1');
    for (const piece of pieces) if (piece.length > 0) socket.write(piece);
  }
}

/** A whole request in chunks. */
export function writeChunkedAtOnce(socket: Socket, head: string, pieces: readonly Uint8Array[], trailers: readonly Field[]): void {
  socket.cork();
  socket.write(head, 'latin1');
  for (const piece of pieces) writeChunk(socket, piece);
  writeLastChunk(socket, trailers);
  socket.uncork();
}

export function writeChunk(socket: Socket, piece: Uint8Array): void {
  // An empty piece would be the end of the body.
  if (piece.length === 0) return;
  socket.cork();
  socket.write(`${piece.length.toString(16)}\r\n`, 'latin1');
  socket.write(piece);
  socket.write('\r\n', 'latin1');
  socket.uncork();
}

/** Trailers must be safe to write already. */
export function writeLastChunk(socket: Socket, trailers: readonly Field[]): void {
  let end = '0\r\n';
  for (const [name, value] of trailers) end += `${name}: ${value}\r\n`;
  socket.write(`${end}\r\n`, 'latin1');
}

/** False: the upstream is slower than we are. */
export const takesMore = (socket: Socket): boolean => socket.writableLength <= UNSENT_MOST;

/** A large body in memory, a batch at a time. */
export class WholeBody {
  #piece = 0;
  #offset = 0;

  constructor(readonly pieces: readonly Uint8Array[], private left: number) {}

  /** The next batch is the last one. */
  get isLast(): boolean { return this.left <= BATCH_BYTES; }
  get isSent(): boolean { return this.left === 0; }

  writeBatch(socket: Socket): void {
    let room = BATCH_BYTES;
    socket.cork();
    while (room > 0 && this.left > 0) {
      const piece = this.pieces[this.#piece];
      if (piece === undefined) break;
      const part = piece.subarray(this.#offset, this.#offset + room);
      if (part.length > 0) socket.write(part);
      room -= part.length;
      this.left -= part.length;
      this.#offset += part.length;
      if (this.#offset === piece.length) {
        this.#piece += 1;
        this.#offset = 0;
      }
    }
    socket.uncork();
  }
}
