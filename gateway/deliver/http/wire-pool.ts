/** One route's connections to its upstream: kept while they may serve again, at most so many, given out in turn, with one clock for all their times. */
import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { asWeirError, WeirError } from '../../errors.js';
import { certificates, type CertificateOptions } from './certificates.js';
import { IDLE_MS } from './connections.js';
import type { UpstreamPlace } from './request-fields.js';
import { WireConnection, type Keeper } from './wire-connection.js';
import type { Lines, WireExchange } from './wire-exchange.js';

/** How often the clock turns at most and at least; a time is told a turn late at the most, and never early. */
const TURN_MS = { least: 10, most: 250 } as const;
/** Turns in the shortest time that is kept. */
const TURNS_WITHIN = 10;

export interface WirePoolOptions extends CertificateOptions {
  readonly place: UpstreamPlace;
  readonly maxSockets: number;
  readonly connectMs: number;
  readonly responseMs: number;
}

/** Throws UpstreamConfigError when the certificates cannot be used. */
export class WirePool implements Lines, Keeper {
  readonly place: UpstreamPlace;
  readonly connectMs: number;
  readonly responseMs: number;
  readonly idleMs = IDLE_MS;
  generation = 0;

  readonly #most: number;
  readonly #dial: (onread: OnReadOpts) => Socket;
  readonly #opened: 'connect' | 'secureConnect';
  readonly #refresh: () => boolean;
  readonly #all = new Set<WireConnection>();
  /** The one used last is taken first, so that a lull lets the others go. */
  #idle: WireConnection[] = [];
  #line: WireExchange[] = [];
  #isClosed = false;
  #session: Buffer | undefined;

  readonly #turnMs: number;
  #now = 1;
  #clock: NodeJS.Timeout | undefined;

  constructor(routeId: string, options: WirePoolOptions) {
    this.place = options.place;
    this.connectMs = options.connectMs;
    this.responseMs = options.responseMs;
    this.#most = options.maxSockets;
    this.#turnMs = Math.min(TURN_MS.most, Math.max(TURN_MS.least, Math.floor(Math.min(options.connectMs, options.responseMs) / TURNS_WITHIN)));
    const { url, tls } = options;
    const secure = url.protocol === 'https:';
    const files = certificates(routeId, options);
    this.#refresh = () => files.refresh();
    this.#opened = secure ? 'secureConnect' : 'connect';
    // URL keeps the brackets of an IPv6 address, connect() wants none.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const at = { host, port: url.port !== '' ? Number(url.port) : secure ? 443 : 80 };
    const servername = tls?.serverName ?? (isIP(host) === 0 ? host : '');
    this.#dial = (onread) => {
      if (!secure) return connect({ ...at, noDelay: true, onread });
      const session = this.#session;
      const options = { ...at, onread, servername, minVersion: 'TLSv1.2' as const, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'], ...(files.context && { secureContext: files.context }), ...(session && { session }) };
      const generation = this.generation;
      return connectTls(options).on('session', (next: Buffer) => {
        if (generation === this.generation) this.#session = next;
      });
    };
  }

  enter(exchange: WireExchange): void {
    if (this.#isClosed) {
      exchange.failed(new WeirError('shutting-down'));
      return;
    }
    if (this.#refresh()) this.#retire();
    const kept = exchange.isFresh ? undefined : this.#idle.pop();
    if (kept !== undefined) kept.carry(exchange);
    else if (this.#all.size < this.#most) this.#open(exchange);
    else if (exchange.isFresh) {
      this.#line.unshift(exchange);
      // A kept one makes room: this exchange may not take it.
      this.#idle.shift()?.drop();
    } else this.#line.push(exchange);
  }

  released(connection: WireConnection, idleMs: number): void {
    if (this.#isClosed || connection.generation !== this.generation) {
      connection.drop();
      return;
    }
    const next = this.#next();
    if (next?.isFresh === true) {
      this.#line.unshift(next);
      connection.drop();
    } else {
      connection.restingSince = performance.now();
      if (next !== undefined) connection.carry(next);
      else {
        connection.idleUntil = this.turnAfter(idleMs) - 2;
        this.#idle.push(connection);
      }
    }
  }

  gone(connection: WireConnection): void {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    const next = this.#isClosed || this.#all.size >= this.#most ? undefined : this.#next();
    if (next !== undefined) this.#open(next);
    if (this.#all.size === 0 && this.#line.length === 0) this.#stopClock();
  }

  turnAfter(milliseconds: number): number {
    return this.#now + Math.ceil(milliseconds / this.#turnMs) + 1;
  }

  close(): void {
    this.#isClosed = true;
    for (const exchange of this.#line.splice(0)) exchange.failed(new WeirError('shutting-down'));
    for (const connection of [...this.#all]) connection.fail(new WeirError('upstream-reset'));
    this.#stopClock();
  }

  #next(): WireExchange | undefined {
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) if (!next.isOver) return next;
    return undefined;
  }

  #open(exchange: WireExchange): void {
    this.#clock ??= setInterval(() => this.#turn(), this.#turnMs).unref();
    try {
      const connection = new WireConnection(this, this.#dial, this.#opened, exchange);
      this.#all.add(connection);
      exchange.opening(connection);
    } catch (thrown) {
      // No memory for a parser, or an address that no connection can have: nobody else is to hear of it.
      exchange.failed(asWeirError(thrown, 'upstream-unreachable'));
    }
  }

  #turn(): void {
    this.#now += 1;
    for (const connection of [...this.#all]) {
      if (connection.carried !== undefined) connection.carried.turn(this.#now);
      else if (this.#now >= connection.idleUntil) connection.drop();
      else if (!connection.isUnheld) connection.unhold();
    }
    if (this.#line.length === 0) return;
    for (const exchange of [...this.#line]) exchange.turn(this.#now);
    this.#line = this.#line.filter((exchange) => !exchange.isOver);
  }

  #stopClock(): void {
    clearInterval(this.#clock);
    this.#clock = undefined;
  }

  /** New certificates: exchanges under way end as they began, and nothing else uses their connections. */
  #retire(): void {
    this.generation += 1;
    this.#session = undefined;
    for (const connection of [...this.#idle]) connection.drop();
  }
}
