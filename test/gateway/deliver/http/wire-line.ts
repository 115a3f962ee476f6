/** Wire connections without a network: their test says which bytes come in which read, and sees every write that leaves. */
import { EventEmitter } from 'node:events';
import type { OnReadOpts, Socket } from 'node:net';
import { pathMap } from '../../../../gateway/deliver/http/path-map.js';
import { preparedHead } from '../../../../gateway/deliver/http/prepared-request.js';
import type { UpstreamPlace } from '../../../../gateway/deliver/http/request-fields.js';
import { WireConnection, type Keeper } from '../../../../gateway/deliver/http/wire-connection.js';
import { WireExchange, type Lines } from '../../../../gateway/deliver/http/wire-exchange.js';
import type { UpstreamReply, UpstreamRequest } from '../../../../gateway/ports.js';

const PLACE: UpstreamPlace = { origin: 'http://up.example', host: 'up.example', preserveHost: false, paths: pathMap('/', undefined, ''), scansReplies: false };

/** What is in a room after its bytes were read: nobody may have kept them there. */
const LATER_BYTES = 0x7e;

/** The turn of the clock at which everything is late that is waited for. */
const LATE = 1_000_000;

export interface Line {
  /** One entry for each write to the system, on whichever connection. */
  readonly written: readonly string[];
  /** Milliseconds that a connection may rest, each time one was given back. */
  readonly released: readonly number[];
  /** Connections so far. */
  opened(): number;
  /** The last one whose bytes came is. */
  isDestroyed(): boolean;
  /** Its reader has room again. */
  isWanted(): boolean;
  /** More time passes than anything may take. */
  wait(): void;
  /** A request on the connection that was given back, or on a new one. */
  ask(request: UpstreamRequest): Promise<UpstreamReply>;
  /** Resolves when so many writes have left. */
  sent(count: number): Promise<void>;
  /** Bytes of one read, or of several where they fill more than one room. False: no more for now. */
  come(bytes: Uint8Array): boolean;
  end(): void;
  reset(): void;
}

interface Wire {
  readonly socket: Socket;
  readonly events: EventEmitter;
  readonly onread: OnReadOpts;
  destroyed: boolean;
  wanted: boolean;
}

export function line(): Line {
  const written: string[] = [];
  const released: number[] = [];
  const wires: Wire[] = [];
  const connections: WireConnection[] = [];
  let atRest: WireConnection | undefined;
  let onWrite: () => void = () => undefined;

  const open = (onread: OnReadOpts): Socket => {
    const events = new EventEmitter();
    let corked: string | undefined;
    const leave = (text: string): void => {
      written.push(text);
      onWrite();
    };
    const socket = Object.assign(events, {
      writableLength: 0,
      write: (data: string | Uint8Array) => {
        const text = typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
        if (corked === undefined) leave(text);
        else corked += text;
        return true;
      },
      cork: () => void (corked ??= ''),
      uncork: () => {
        const text = corked ?? '';
        corked = undefined;
        leave(text);
      },
      destroy: () => void (wire.destroyed = true),
      resume: () => void (wire.wanted = true),
      setNoDelay: () => undefined,
      ref: () => undefined,
      unref: () => undefined,
    }) as unknown as Socket;
    const wire: Wire = { socket, events, onread, destroyed: false, wanted: false };
    wires.push(wire);
    return socket;
  };
  const keeper: Keeper = {
    generation: 0,
    released: (connection, idleMs) => {
      released.push(idleMs);
      // Taken again at once: no turn of the loop is waited for.
      connection.restingSince = performance.now();
      atRest = connection;
    },
    gone: () => undefined,
  };
  const lines: Lines = {
    place: PLACE, connectMs: 1_000, responseMs: 1_000, idleMs: 30_000,
    turnAfter: () => LATE,
    enter: (exchange) => {
      const kept = exchange.isFresh ? undefined : atRest;
      atRest = undefined;
      if (kept !== undefined) {
        kept.carry(exchange);
        return;
      }
      const connection = new WireConnection(keeper, open, 'connect', exchange);
      connections.push(connection);
      exchange.opening(connection);
      wires.at(-1)?.events.emit('connect');
    },
  };
  /** The one that a test means; fails it where there is none. */
  const last = (): Wire => {
    const wire = wires.at(-1);
    if (wire === undefined) throw new Error('nothing is connected');
    return wire;
  };

  return {
    written, released,
    opened: () => wires.length,
    isDestroyed: () => wires[0]?.destroyed === true,
    isWanted: () => last().wanted,
    wait: () => connections.at(-1)?.carried?.turn(LATE),
    ask: (request) => new Promise((resolve, reject) => new WireExchange(lines, request, preparedHead(request, PLACE), resolve, reject).begin()),
    sent: (count) =>
      new Promise((resolve) => {
        onWrite = () => {
          if (written.length >= count) resolve();
        };
        onWrite();
      }),
    come: (bytes) => {
      const wire = last();
      let goesOn = true;
      for (let at = 0; at < bytes.length && !wire.destroyed;) {
        const room = roomOf(wire.onread);
        const part = bytes.subarray(at, at + room.length);
        room.set(part);
        at += part.length;
        goesOn = wire.onread.callback(part.length, room);
        if (roomOf(wire.onread) === room) room.fill(LATER_BYTES, 0, part.length);
      }
      return goesOn;
    },
    end: () => void last().events.emit('end'),
    reset: () => void last().events.emit('error', Object.assign(new Error('reset'), { code: 'ECONNRESET' })),
  };
}

const roomOf = ({ buffer }: OnReadOpts): Uint8Array => (typeof buffer === 'function' ? buffer() : buffer);
