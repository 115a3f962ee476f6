/** The framing in which storage clients sign a body piece by piece: `aws-chunked`, with what it may carry beside the content read strictly. */
import { malformed, NOTHING_LEFT, type Stage } from './stage.js';

/** A size, a signature, nothing else: the line is as long as that. */
const LINE_MOST = 256;
const SIZE = /^([0-9a-f]{1,8})(?:;chunk-signature=[0-9a-f]{64})?$/i;
const TRAILER = /^[a-z0-9-]{1,64}:[!-~]{0,180}$/i;
const TRAILERS_MOST = 8;

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'over';

/** `texts` is told of trailers. */
export function unframed(texts: (bytes: Uint8Array) => void): Stage {
  let state: State = 'size';
  let left = 0;
  let line = '';
  let trailers = 0;

  /** The line that ends in these bytes, and where it ends; undefined while it goes on. */
  function readLine(bytes: Uint8Array): { readonly text: string; readonly length: number } | undefined {
    const end = bytes.indexOf(0x0a);
    line += Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end + 1)).toString('latin1');
    if (line.length > LINE_MOST) throw malformed('aws-chunked');
    if (end < 0) return undefined;
    if (!line.endsWith('\r\n')) throw malformed('aws-chunked');
    const text = line.slice(0, -2);
    line = '';
    return { text, length: end + 1 };
  }
  function take(text: string): void {
    if (state === 'size') {
      const size = SIZE.exec(text)?.[1];
      if (size === undefined) throw malformed('aws-chunked');
      left = Number.parseInt(size, 16);
      state = left === 0 ? 'trailers' : 'data';
    } else if (state === 'data-end') {
      if (text !== '') throw malformed('aws-chunked');
      state = 'size';
    } else if (text === '') {
      state = 'over';
    } else {
      if (!TRAILER.test(text) || ++trailers > TRAILERS_MOST) throw malformed('aws-chunked');
      texts(Buffer.from(text, 'latin1'));
    }
  }
  return {
    async *write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        if (state === 'over') throw malformed('aws-chunked-trailing');
        if (state === 'data') {
          const piece = bytes.subarray(at, at + left);
          at += piece.length;
          left -= piece.length;
          if (left === 0) state = 'data-end';
          yield piece;
          continue;
        }
        const read = readLine(bytes.subarray(at));
        if (read === undefined) return;
        at += read.length;
        take(read.text);
      }
    },
    async *end() {
      if (state !== 'over') throw malformed('aws-chunked-truncated');
      yield* NOTHING_LEFT;
    },
    close: () => undefined,
  };
}
