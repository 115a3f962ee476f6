/** Sends one body over several kept connections, as fast as answers come or at a steady rate, and prints how long answers took. A process of its own, on plain sockets so that it costs less than what it measures. */
import { readFileSync } from 'node:fs';
import { connect as connectH2, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface LoadAsked {
  readonly port: number;
  readonly path: string;
  readonly file: string;
  readonly type: string;
  readonly coding: string | undefined;
  readonly connections: number;
  readonly seconds: number;
  /** Requests at least, however long they take. */
  readonly least: number;
  /** File of the CA that signed what listens there; plain without. */
  readonly ca: string | undefined;
  /** Requests a second, evenly spaced, however fast answers come; waiting for a free connection counts. Undefined: the next one follows each answer. */
  readonly rate: number | undefined;
  /** Over HTTP/2, all on one connection. */
  readonly h2: boolean;
}
export interface LoadDone {
  readonly done: number;
  readonly errors: number;
  readonly seconds: number;
  readonly p50: number;
  readonly p99: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Processor time of this process, in seconds. */
  readonly cpu: number;
}

/** Given up after so many: nothing that fails like this is measured. */
const MOST_ERRORS = 100;
/** Above it head and body are two writes: joining them would copy the body. */
const JOINED_BYTES = 128 * 1024;

const asked = JSON.parse(process.argv[2] ?? '{}') as LoadAsked;
const body = readFileSync(asked.file);
const head = Buffer.from(
  `POST ${asked.path} HTTP/1.1\r\nHost: 127.0.0.1:${String(asked.port)}\r\nUser-Agent: weir-bench\r\nAccept: */*\r\nContent-Type: ${asked.type}\r\n${asked.coding === undefined ? '' : `Content-Encoding: ${asked.coding}\r\n`}Content-Length: ${String(body.length)}\r\n\r\n`,
);
const joined = body.length <= JOINED_BYTES ? Buffer.concat([head, body]) : undefined;
const ca = asked.ca === undefined ? undefined : readFileSync(asked.ca);

const took: number[] = [];
const statuses: Record<string, number> = {};
let errors = 0;
let last = performance.now();
const began = last;
const until = began + asked.seconds * 1000;
const more = (): boolean => errors < MOST_ERRORS && (performance.now() < until || took.length < asked.least);
const idle: Line[] = [];
const due: number[] = [];

interface Line {
  send(since: number): void;
  end(): void;
}

/** `ready` is called each time it can take a request. */
function line(ready: (one: Line) => void): void {
  const socket: Socket = ca === undefined ? connect({ port: asked.port, host: '127.0.0.1', noDelay: true }) : connectTls({ port: asked.port, host: '127.0.0.1', ca, servername: 'localhost' });
  let since: number | undefined;
  let text = '';
  let left = 0;
  let open = false;
  const fail = (): void => {
    if (!open) return;
    open = false;
    socket.destroy();
    if (since !== undefined) errors += 1;
    if (more()) line(ready);
  };
  const one: Line = {
    send: (from) => {
      since = from;
      if (joined !== undefined) socket.write(joined);
      else {
        socket.cork();
        socket.write(head);
        socket.write(body);
        socket.uncork();
      }
    },
    end: () => {
      open = false;
      socket.destroy();
    },
  };
  const finish = (): void => {
    last = performance.now();
    took.push(last - (since ?? last));
    since = undefined;
    text = '';
    if (!socket.destroyed) ready(one);
  };
  socket.on(ca === undefined ? 'connect' : 'secureConnect', () => {
    open = true;
    ready(one);
  });
  socket.on('data', (chunk: Buffer) => {
    if (left > 0) {
      left -= chunk.length;
      if (left <= 0) finish();
      return;
    }
    text += chunk.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const status = text.slice(9, 12);
    statuses[status] = (statuses[status] ?? 0) + 1;
    const length = status === '204' ? 0 : Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? Number.NaN);
    if (Number.isNaN(length) || /\r\nconnection: *close/i.test(text)) {
      fail();
      return;
    }
    left = length - (text.length - end - 4);
    if (left <= 0) finish();
  });
  socket.on('error', (error) => {
    if (open) return;
    throw error;
  });
  socket.on('close', fail);
}

/** The same on a stream of HTTP/2 for each request. */
function streams(session: ClientHttp2Session, ready: (one: Line) => void): void {
  const fields = { ':method': 'POST', ':path': asked.path, 'content-type': asked.type, 'content-length': String(body.length), ...(asked.coding === undefined ? {} : { 'content-encoding': asked.coding }) };
  const one: Line = {
    send: (since) => {
      const stream = session.request(fields);
      stream.on('response', (answer) => {
        const status = String(answer[':status']);
        statuses[status] = (statuses[status] ?? 0) + 1;
      });
      stream.on('error', () => undefined);
      stream.on('close', () => {
        last = performance.now();
        if (stream.rstCode === 0) took.push(last - since);
        else errors += 1;
        ready(one);
      });
      stream.resume();
      stream.end(body);
    },
    end: () => undefined,
  };
  ready(one);
}

const finished = new Promise<void>((resolve) => {
  let running = asked.connections;
  const step = asked.rate === undefined ? 0 : 1000 / asked.rate;
  let next = began + 100;
  const ready = (one: Line): void => {
    if (asked.rate !== undefined) {
      const since = due.shift();
      if (since === undefined) idle.push(one);
      else one.send(since);
    } else if (more()) one.send(performance.now());
    else {
      one.end();
      running -= 1;
      if (running === 0) resolve();
    }
    if (errors >= MOST_ERRORS) resolve();
  };
  if (asked.h2) {
    const session = connectH2(`https://localhost:${String(asked.port)}`, { ca: ca ?? '' });
    session.once('connect', () => {
      for (let i = 0; i < asked.connections; i++) streams(session, ready);
    });
  } else for (let i = 0; i < asked.connections; i++) line(ready);
  // Timers are a millisecond apart at best: requests would come in bunches.
  const tick = (): void => {
    const now = performance.now();
    while (next <= now && next < until) {
      const one = idle.pop();
      if (one === undefined) due.push(next);
      else one.send(next);
      next += step;
    }
    if (next >= until && (idle.length === asked.connections || now > until + asked.seconds * 1000)) resolve();
    else setImmediate(tick);
  };
  if (asked.rate !== undefined) setImmediate(tick);
  else setTimeout(resolve, asked.seconds * 1000 + 120_000).unref();
});
await finished;
took.sort((a, b) => a - b);
const at = (share: number): number => took[Math.floor((took.length - 1) * share)] ?? Number.NaN;
const { user, system } = process.cpuUsage();
const result: LoadDone = { done: took.length, errors, seconds: (last - began) / 1000, p50: at(0.5), p99: at(0.99), statuses, cpu: (user + system) / 1e6 };
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
