/** What the channel asks of whatever takes connections: one request with its body, and the answer to it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Config } from '../../../../config/schema.js';
import type { ErrorCode } from '../../../errors.js';
import type { Field, Log } from '../../../ports.js';
import type { Admission } from '../admit.js';
import type { Trusts } from '../client-address.js';
import type { Timing } from '../node-server.js';

/** Who is at the other end of a connection. */
export interface Peer {
  /** Without anything that a request says: the socket's, or what a trusted balancer named. */
  readonly address: string | undefined;
  readonly secure: boolean;
  /** Of a certificate that the client CA has signed. */
  certificateName(): string | undefined;
}

export interface RequestHead {
  readonly method: string;
  /** As written. */
  readonly target: string;
  readonly version: string;
  readonly fields: readonly Field[];
  readonly peer: Peer;
}

export interface BodyLimits {
  readonly maxBody: number;
  /** Longest wait for the next bytes, in milliseconds. */
  readonly timeoutMs: number;
}

export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  readonly fields: readonly Field[];
}

/** One request and its answer. Nothing here throws but what says so. */
export interface Call extends RequestHead {
  /** Of Expect: one that is granted when the body is first asked for, or one that nobody knows. */
  readonly expects: 'continue' | 'unknown' | undefined;
  /** The whole request has arrived. */
  readonly complete: boolean;
  /** Waits until what came in the head's own packet is taken in too. */
  settled(): Promise<void>;
  /** Asked for once. Throws WeirError on limits, silence, a client that leaves, and what the parser finds. */
  body(limits: BodyLimits): AsyncIterable<Uint8Array>;
  /** Where all of the body is here already: the bytes that `body` would give. */
  whole(): readonly Uint8Array[] | undefined;
  /** Valid at the end of the body. */
  trailers(): readonly Field[];
  /** The head of an answer has been given out. */
  readonly answered: boolean;
  /** Nothing can reach the client any more. */
  readonly gone: boolean;
  /** Told once, if the client leaves before its answer is whole. */
  onGone(act: () => void): void;
  /** `close`: nothing more is read from this client. Throws WeirError: client-aborted, or upstream-invalid for a head that cannot be written. */
  writeHead(head: AnswerHead, close: boolean): void;
  /** Gives out a head that waits for its first byte. */
  flush(): void;
  /** False: wait for `drained`. Throws WeirError where the bytes do not fit the head, or the client is gone. */
  write(chunk: Uint8Array): boolean;
  /** Throws WeirError client-aborted when the client leaves or reads nothing for so long. */
  drained(stallMs: number): Promise<void>;
  /** Trailers go out only where the framing has room for them. Throws WeirError where bytes are missing. */
  end(trailers: readonly Field[]): void;
  /** An answer of our own, whole; false where nobody can be told. */
  answer(head: AnswerHead, bytes: Buffer, close: boolean): boolean;
  /** Cuts an answer short so that no client can take it for a whole one. */
  breakOff(): void;
  /** Only where node:http carries it: the request and response for whoever passes it on unread. */
  readonly passOn?: (() => { readonly message: IncomingMessage; readonly response: ServerResponse }) | undefined;
}

/** What a front tells the channel. */
export interface FrontHandler {
  /** What becomes of a request by its head alone. */
  admit(head: RequestHead): Admission;
  /** In the order of a connection's requests; the next comes when the answer before is over. 'elsewhere': only node:http can carry it. */
  take(call: Call, admission?: Admission): Promise<void> | 'elsewhere';
  /** An offer of another protocol, behind all answers before it. Only node:http reports these. */
  upgrade(head: RequestHead, message: IncomingMessage, bytes: Buffer): void;
  /** Answers what is no request, and closes. */
  refuseSocket(socket: Socket, code: ErrorCode, fields?: readonly Field[]): void;
}

export interface FrontOptions {
  readonly listen: Config['listen']['data'];
  readonly limits: Pick<Config['limits'], 'headBytes' | 'headTimeout' | 'connections'>;
  readonly trusts: Trusts;
  readonly timing: Timing;
  readonly log: Log;
}

export interface Front {
  listen(): Promise<AddressInfo>;
  /** Takes no new connection, lets running answers finish for at most so long, then cuts them off. */
  drain(boundMs: number): Promise<void>;
  /** Has a connection read again from these bytes on. */
  readAgain(socket: Socket, bytes: Buffer): void;
}
