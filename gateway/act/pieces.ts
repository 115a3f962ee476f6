/** Pieces of something that is sent over several requests: what may leave of one, and what waits for the next (HC 23). */
import { WeirError } from '../errors.js';
import type { Spool } from '../ports.js';
import type { Run } from './run.js';

/** Read by what stands at their head: a later piece by itself would be taken for plain text, its quoted-printable and its folds for what they look like. */
const READ_BY_THEIR_HEAD: ReadonlySet<string> = new Set(['message', 'multipart', 'content-lines']);

/** Throws where nobody puts the pieces together, and something could be stopped or changed. */
export function admitPiece({ exchange, mode, coding, sniffed, prefix }: Run, prefixLength: number): void {
  const { as, begins = false } = exchange.piece ?? {};
  if (mode === 'watch' || as === undefined) return;
  // Part of a coded body cannot be cut where its content is settled.
  if (as === 'refused' || (as === 'cut' && coding !== undefined)) throw new WeirError(exchange.piece?.because ?? 'upload-split');
  if (as !== 'fixed' && READ_BY_THEIR_HEAD.has(sniffed.syntax)) throw new WeirError('upload-split');
  // A head cut in two would show in neither piece.
  if (begins && prefix.length < prefixLength) throw new WeirError('upload-split');
}

/** More will come, and it can be waited for. */
export const isCut = ({ exchange, mode }: Run): boolean => exchange.piece?.as === 'cut' && mode !== 'watch';

/** A container can be opened where all of it is in one request. */
export const isWhole = ({ exchange }: Run): boolean => exchange.piece === undefined || exchange.piece.as === 'fixed';

/** Another length than the one agreed on would leave an upload that never ends. */
export function checkedLength({ exchange }: Run, was: number, is: number): void {
  if (exchange.piece?.as === 'fixed' && was !== is) throw new WeirError('mask-failed');
}

/** What may leave: everything before `settled`. A piece of which nothing may leave would come again for ever. */
export function checkedCut(settled: number, size: number): number {
  if (settled === 0 && size > 0) throw new WeirError('upload-split');
  return settled;
}

/** The beginning of kept bytes. */
export function beginningOf(spool: Spool, length: number): Pick<Spool, 'size' | 'stream'> {
  return {
    size: length,
    async *stream(offset = 0) {
      let left = length - offset;
      for await (const chunk of spool.stream(offset)) {
        if (left <= 0) return;
        yield chunk.subarray(0, left);
        left -= chunk.length;
      }
    },
  };
}
