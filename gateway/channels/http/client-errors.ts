/** What the HTTP parser refuses: an answer with the right status where none is under way, and a word to the exchange whose body broke. */
import type { Server } from 'node:http';
import { Socket } from 'node:net';
import { WeirError, type ErrorCode } from '../../errors.js';

/** The exchange that a connection carries now. */
export interface ActiveTurn {
  /** Its body has arrived whole: what the parser refuses belongs to a later request. */
  readonly bodyComplete: () => boolean;
  failBody: (error: WeirError) => void;
  /** Its head declared a length. */
  readonly hasLength: boolean;
  /** Resolves when its answer is written. */
  readonly done: Promise<void>;
}

/** undefined: the connection is gone or never spoke HTTP, so nobody is there to be told. */
export function parserErrorCode(code: string | undefined, hasLength: boolean): ErrorCode | undefined {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': return 'head-too-large';
    case 'ERR_HTTP_REQUEST_TIMEOUT': return 'head-timeout';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW': return 'too-large';
    case 'HPE_INVALID_EOF_STATE': return hasLength ? 'length-mismatch' : 'client-aborted';
    case undefined: return undefined;
    default: return code.startsWith('HPE_') ? 'bad-request' : undefined;
  }
}

export function onClientErrors(server: Server, activeOn: (socket: Socket) => ActiveTurn | undefined, refuse: (socket: Socket, code: ErrorCode) => void): void {
  // The parser reports every further chunk after its first error again.
  const answered = new WeakSet<Socket>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const turn = socket instanceof Socket ? activeOn(socket) : undefined;
    const code = parserErrorCode(error.code, turn?.hasLength === true);
    if (code === undefined || !(socket instanceof Socket)) {
      socket.destroy();
      return;
    }
    // An answer is out and the rest is being discarded, whatever it is.
    if (answered.has(socket) || socket.writableEnded) return;
    answered.add(socket);
    if (turn === undefined) refuse(socket, code);
    else if (turn.bodyComplete()) void turn.done.then(() => refuse(socket, code));
    else turn.failBody(new WeirError(code));
  });
}
