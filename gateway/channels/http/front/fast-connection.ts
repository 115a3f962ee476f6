/** One connection of the fast front: its bytes through the parser, its requests one after the other, its end. */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { asWeirError, WeirError, type ErrorCode } from '../../../errors.js';
import { Http1Parser } from '../../../http1/llhttp.js';
import type { Log } from '../../../ports.js';
import type { Admission } from '../admit.js';
import { certificateName } from '../certificate-name.js';
import { parserErrorCode } from '../client-errors.js';
import { lingeringEnd } from '../linger.js';
import { FastCall, WHOLE_MOST, type CallConnection } from './fast-call.js';
import type { FrontHandler, Peer } from './front.js';

/** Bytes behind a request that may wait for its answer, in its own connection. */
const BEHIND_MOST = 64 * 1024;
/** Bytes of bodies that are waited for at a time, by what their heads declare: whoever opens thousands of connections and stalls must not fill memory past what bodies may take of it. */
export const WAITED_MOST = 32 * 1024 * 1024;

/** What its connections share. */
export interface FastShared {
  readonly handler: FrontHandler;
  readonly log: Log;
  readonly headBytes: number;
  readonly headTimeoutMs: number;
  readonly keepAliveMs: number;
  /** So long a body of moderate length is waited for. */
  readonly wholeMs: number;
  /** How often its timer ticks. */
  readonly checkEveryMs: number;
  /** How long the end of an answer waits for its client. */
  readonly lastBytesMs: number;
  readonly keepAliveLines: string;
  /** Only then have clients certificates. */
  readonly asksCertificates: boolean;
  /** Of the shared timer: as late as its last tick, and no further on than one tick since the one before. */
  now: number;
  /** Bytes of bodies that are being waited for. */
  waited: number;
  draining: boolean;
  readonly connections: Set<FastConnection>;
  /** Leaves a connection to node:http, with bytes it has not seen. */
  readonly elsewhere: (socket: Socket, bytes: Buffer) => void;
}

export class FastConnection implements CallConnection {
  readonly socket: Socket;
  readonly peer: Peer;
  halfClosed = false;
  readonly #shared: FastShared;
  readonly #parser: Http1Parser;
  #call: FastCall | undefined;
  #admission: Admission | undefined;
  #begun = false;
  #taken = false;
  #closeAfter = false;
  #unread = false;
  /** Arrived behind the request that is under way. */
  #behind: Buffer[] = [];
  #behindBytes = 0;
  #paused = false;
  #over = false;
  /** Of what all connections wait for. */
  #waited = 0;
  #patience: NodeJS.Timeout | undefined;
  /** What happens when the time is up: a word to who dribbles, none to who rests. */
  #waits: 'head' | 'next' | 'last' | undefined = 'head';
  #deadline: number;
  /** Of an answer whose end still waits for its client. */
  #lastDeadline = 0;

  readonly #onData = (chunk: Buffer): void => {
    if (this.#over) return;
    if (this.#call?.complete === true || this.#behindBytes > 0) this.#wait(chunk);
    else this.#read(chunk);
  };
  readonly #onEnd = (): void => this.#clientEnded();
  readonly #onClose = (): void => this.#closed();
  readonly #onPatienceOver = (): void => this.#begin();
  readonly #onError = (): void => undefined;
  readonly #onDrain = (): void => {
    if (this.#call === undefined) this.#next();
    else this.#call.wake();
  };

  constructor(socket: Socket, address: string | undefined, shared: FastShared) {
    this.socket = socket;
    this.#shared = shared;
    this.#parser = new Http1Parser('request', shared);
    this.peer = peerOf(socket, address, shared.asksCertificates);
    this.#deadline = shared.now + shared.checkEveryMs + shared.headTimeoutMs;
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose).on('error', this.#onError).on('drain', this.#onDrain);
  }

  get keepAliveLines(): string {
    return this.#shared.keepAliveLines;
  }

  /** Called by the shared timer. */
  check(now: number): void {
    if (this.#waits === undefined || now < this.#deadline) return;
    switch (this.#waits) {
      case 'head': this.#refuse('head-timeout'); break;
      case 'next':
        // Not at rest yet: its client still reads the answer before.
        if (this.socket.writableLength > 0 && now < this.#lastDeadline) this.#deadline = now + this.#shared.keepAliveMs;
        else this.socket.destroy();
        break;
      case 'last': this.socket.destroy(); break;
    }
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return this.#call === undefined && !this.#parser.started;
  }

  #wait(chunk: Buffer): void {
    this.#behind.push(chunk);
    this.#behindBytes += chunk.length;
    if (this.#behindBytes > BEHIND_MOST && !this.#paused) {
      this.#paused = true;
      this.socket.pause();
    }
  }

  #read(bytes: Buffer): void {
    try {
      this.#steps(bytes);
    } catch (thrown) {
      this.#shared.log.error('http.turn-failed', { code: asWeirError(thrown, 'internal').code });
      this.socket.destroy();
    }
  }

  #steps(bytes: Buffer): void {
    const parser = this.#parser;
    for (let at = 0; ;) {
      const found = parser.next(bytes, at);
      at = parser.position;
      switch (found) {
        case 'head': if (!this.#head(bytes, at)) return; break;
        case 'body': this.#call?.incoming.push(parser.body); break;
        case 'end':
          if (this.#call === undefined) return;
          this.#call.trailing = parser.trailers;
          this.#call.incoming.end();
          if (at < bytes.length) this.#wait(bytes.subarray(at));
          this.#begin();
          return;
        case 'failed': this.#failed(parser.error); return;
        case 'more': this.#more(); return;
      }
    }
  }

  /** False: the connection is somebody else's now. */
  #head(bytes: Buffer, at: number): boolean {
    const { head } = this.#parser;
    if (head === undefined) return false;
    const { handler } = this.#shared;
    this.#waits = undefined;
    if (head.upgrade) {
      this.#leaveToNode(bytes, at);
      return false;
    }
    const call = new FastCall(this, head);
    const admission = handler.admit(call);
    if (admission.kind === 'admitted' && !admission.request.route.scan) {
      this.#leaveToNode(bytes, at);
      return false;
    }
    this.#call = call;
    this.#admission = admission;
    this.#begun = this.#taken = this.#closeAfter = this.#unread = false;
    return true;
  }

  /** The bytes at hand are read. A body of moderate length is waited for, unless its head alone says what becomes of it. */
  #more(): void {
    const call = this.#call;
    if (call === undefined) {
      if (this.#waits !== 'head' && this.#parser.started) {
        this.#waits = 'head';
        this.#deadline = this.#shared.now + this.#shared.checkEveryMs + this.#shared.headTimeoutMs;
      }
      return;
    }
    if (this.#begun) return;
    const { framing } = this.#parser.head ?? {};
    const admission = this.#admission;
    // A sender that pauses in it is not waited for: what came may leave.
    if (call.expects !== undefined || admission?.kind !== 'admitted' || framing?.kind !== 'length' || !this.#waitsFor(framing.length)) this.#begin();
  }

  #waitsFor(length: number): boolean {
    if (this.#patience !== undefined) return true;
    if (length > WHOLE_MOST || this.#shared.waited + length > WAITED_MOST) return false;
    this.#waited = length;
    this.#shared.waited += length;
    this.#patience = setTimeout(this.#onPatienceOver, this.#shared.wholeMs);
    return true;
  }

  #begin(): void {
    const [call, admission] = [this.#call, this.#admission];
    if (this.#begun || call === undefined || admission === undefined) return;
    this.#begun = true;
    this.#waits = undefined;
    if (this.#patience !== undefined) {
      clearTimeout(this.#patience);
      this.#patience = undefined;
      this.#shared.waited -= this.#waited;
    }
    const taken = this.#shared.handler.take(call, admission);
    if (taken === 'elsewhere') {
      this.socket.destroy();
      return;
    }
    taken.then(
      () => this.#took(call),
      (thrown: unknown) => {
        this.#shared.log.error('http.turn-failed', { code: asWeirError(thrown, 'internal').code });
        this.socket.destroy();
      },
    );
  }

  #took(call: FastCall): void {
    this.#taken = true;
    // Whoever took it answers or breaks off; a request that nobody answered must not look as if it were under way.
    if (!call.isFinished) this.socket.destroy();
    else this.#settle();
  }

  finished(close: boolean, unread: boolean): void {
    this.#closeAfter = close;
    this.#unread = unread;
    if (this.#taken) this.#settle();
  }

  /** The answer is out and its turn is over. */
  #settle(): void {
    const { draining, now, keepAliveMs, checkEveryMs } = this.#shared;
    this.#call = this.#admission = undefined;
    if (this.#over || this.socket.destroyed) return;
    this.#lastDeadline = now + checkEveryMs + this.#shared.lastBytesMs;
    if (this.#closeAfter) {
      this.#end(this.#unread || this.#behindBytes > 0);
      return;
    }
    this.#waits = 'next';
    this.#deadline = now + checkEveryMs + keepAliveMs;
    // Answers that nobody reads are not added to.
    if (this.socket.writableNeedDrain) return;
    this.#next();
    if (draining && this.idle) this.socket.destroySoon();
  }

  /** What arrived behind the last request. */
  #next(): void {
    if (this.#call !== undefined || this.#over) return;
    while (this.#takesMore()) {
      const chunks = this.#behind;
      const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      this.#behind = [];
      this.#behindBytes = 0;
      this.#read(bytes);
    }
    if (this.#paused && this.#behindBytes <= BEHIND_MOST) {
      this.#paused = false;
      this.socket.resume();
    }
  }

  #takesMore(): boolean {
    return this.#behind.length > 0 && this.#call === undefined && !this.#over;
  }

  #failed(error: string): void {
    const call = this.#call;
    const code = parserErrorCode(error, call?.hasLength === true) ?? 'bad-request';
    if (call === undefined) this.#refuse(code);
    else {
      // The rest is discarded, whatever it is.
      this.#behind = [];
      this.#behindBytes = 0;
      this.#startFailed(code);
    }
  }

  /** Whoever takes a request hears how its body failed, and tells the client. */
  #startFailed(code: ErrorCode): void {
    this.#call?.incoming.fail(new WeirError(code));
    this.#begin();
  }

  #clientEnded(): void {
    this.halfClosed = true;
    if (this.#over) return;
    const call = this.#call;
    if (call === undefined) {
      if (this.#parser.started) this.#failed('HPE_INVALID_EOF_STATE');
      else this.#end(false);
    } else if (!call.complete) this.#failed('HPE_INVALID_EOF_STATE');
    else if (call.isFinished) this.#closeAfter = true;
    else {
      call.leave();
      this.socket.end();
    }
  }

  #closed(): void {
    this.#over = true;
    this.#waits = undefined;
    this.#shared.connections.delete(this);
    this.#behind = [];
    this.#parser.close();
    this.#call?.leave();
    // One that was still waited for is on record like any other that was broken off.
    this.#begin();
  }

  #refuse(code: ErrorCode): void {
    this.#waits = undefined;
    this.#over = true;
    this.#shared.handler.refuseSocket(this.socket, code);
  }

  #end(lingers: boolean): void {
    this.#over = true;
    this.#waits = 'last';
    this.#deadline = this.#shared.now + this.#shared.checkEveryMs + this.#shared.lastBytesMs;
    if (lingers && !this.halfClosed) lingeringEnd(this.socket);
    else this.socket.destroySoon();
  }

  #leaveToNode(bytes: Buffer, at: number): void {
    const { socket } = this;
    const all = Buffer.concat([this.#parser.rawHead(), bytes.subarray(at), ...this.#behind]);
    this.#closed();
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose).off('error', this.#onError).off('drain', this.#onDrain);
    socket.pause();
    // As it was before anybody read from it.
    Object.assign(socket, { readableFlowing: null });
    this.#shared.elsewhere(socket, all);
  }
}

function peerOf(socket: Socket, address: string | undefined, asksCertificates: boolean): Peer {
  const tls = socket instanceof TLSSocket ? socket : undefined;
  let name: { readonly is: string | undefined } | undefined;
  return {
    address,
    secure: tls !== undefined,
    certificateName: () => (tls === undefined || !asksCertificates ? undefined : (name ??= { is: certificateName(tls) }).is),
  };
}
