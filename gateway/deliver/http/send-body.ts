/** Writes a pulled body into a request: at the upstream's pace, and so that a body which fails is never a complete one there. */
import type { ClientRequest } from 'node:http';
import { WeirError } from '../../errors.js';
import type { BodySource } from './body-source.js';
import type { Framing } from './request-fields.js';

/** What takes a body's pieces. */
export interface Sink {
  /** False: no more before `drained`. */
  write(piece: Uint8Array): boolean;
  /** Also resolves when the connection ends: the reason is heard elsewhere. */
  drained(): Promise<void>;
}

export interface Sending {
  readonly to: Sink;
  readonly source: BodySource;
  readonly framing: Framing;
  /** True when nothing more is to be sent: an early answer, an error, a client that left. */
  readonly stopped: () => boolean;
  /** Just before the last piece leaves, so that an end in between is told as sent. */
  readonly beforeLast: () => void;
}

/** Resolves once everything was written, or stopped; throws what the body threw, `length-mismatch`, or `upstream-timeout`. */
export async function sendBody(sending: Sending): Promise<void> {
  const { to, source, framing, stopped } = sending;
  const declared = framing.kind === 'length' ? framing.length : undefined;
  let written = 0;
  for (;;) {
    const piece = await source.peek();
    if (stopped()) return;
    if (piece === undefined) break;
    source.take();
    written += piece.length;
    if (declared !== undefined && written > declared) throw new WeirError('length-mismatch');
    if (written === declared) {
      // The upstream takes the body for whole as soon as it has this piece: first hear that it is.
      if ((await source.peek()) !== undefined) throw new WeirError('length-mismatch');
      if (stopped()) return;
      sending.beforeLast();
      to.write(piece);
      return;
    }
    if (!to.write(piece)) await to.drained();
  }
  if (declared !== undefined && written !== declared) throw new WeirError('length-mismatch');
  sending.beforeLast();
}

/** For a request that is whole with its head: hears first that no body comes, since nothing could be taken back afterwards. */
export async function awaitEmpty(source: BodySource): Promise<void> {
  if ((await source.peek()) !== undefined) throw new WeirError('length-mismatch');
}

/** `stallMs`: how long the upstream may refuse to take more. */
export function sinkOf(request: ClientRequest, stallMs: number, stopped: () => boolean): Sink {
  return { write: (piece) => request.write(piece), drained: () => drained(request, stallMs, stopped) };
}

function drained(request: ClientRequest, stallMs: number, stopped: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    if (stopped() || request.destroyed) {
      resolve();
      return;
    }
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      request.off('drain', go);
      request.off('close', go);
      request.off('response', go);
      then();
    };
    const go = (): void => settle(resolve);
    const timer = setTimeout(() => settle(() => reject(new WeirError('upstream-timeout'))), stallMs);
    request.on('drain', go);
    request.on('close', go);
    request.on('response', go);
  });
}
