/** PROXY protocol v1 and v2 in front of the listener: a trusted balancer's first bytes name the client. */
import { isIP, type Server, type Socket } from 'node:net';
import { plainAddress, type Trusts } from './client-address.js';

/** The longest v1 line the protocol allows, with its line end. */
const V1_LONGEST = 107;
/** v2 bodies hold addresses (216 at most) and extensions; balancers send a few hundred bytes at most. */
const V2_LONGEST = 4096;
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

export type ProxyHeader =
  | { readonly kind: 'more' }
  | { readonly kind: 'bad' }
  /** `source` is undefined when the balancer speaks for itself (LOCAL, UNKNOWN). */
  | { readonly kind: 'done'; readonly length: number; readonly source: string | undefined };

const BAD: ProxyHeader = { kind: 'bad' };

export function parseProxyHeader(bytes: Buffer): ProxyHeader {
  const isV2 = bytes.subarray(0, V2_SIGNATURE.length).equals(V2_SIGNATURE.subarray(0, bytes.length));
  return isV2 ? parseV2(bytes) : parseV1(bytes);
}

function parseV1(bytes: Buffer): ProxyHeader {
  const text = bytes.subarray(0, V1_LONGEST).toString('latin1');
  if (!'PROXY '.startsWith(text.slice(0, 6))) return BAD;
  const end = text.indexOf('\r\n');
  if (end < 0) return bytes.length >= V1_LONGEST ? BAD : { kind: 'more' };
  const [, family, source = '', destination = ''] = text.slice(0, end).split(' ');
  if (family === 'UNKNOWN') return { kind: 'done', length: end + 2, source: undefined };
  const version = family === 'TCP4' ? 4 : 6;
  if ((family !== 'TCP4' && family !== 'TCP6') || isIP(source) !== version || isIP(destination) !== version) return BAD;
  return { kind: 'done', length: end + 2, source };
}

function parseV2(bytes: Buffer): ProxyHeader {
  if (bytes.length < 16) return { kind: 'more' };
  const command = bytes.readUInt8(12);
  const family = bytes.readUInt8(13) >> 4;
  const length = 16 + bytes.readUInt16BE(14);
  if ((command !== 0x20 && command !== 0x21) || length > V2_LONGEST) return BAD;
  if (bytes.length < length) return { kind: 'more' };
  if (command === 0x20) return { kind: 'done', length, source: undefined };
  if (family === 1 && length >= 28) return { kind: 'done', length, source: [...bytes.subarray(16, 20)].join('.') };
  if (family === 2 && length >= 52) {
    const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(16 + 2 * at).toString(16));
    return { kind: 'done', length, source: new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1) };
  }
  return { kind: 'done', length, source: undefined };
}

/** What the front learned, asked by the peer's address and port: a TLS socket does not show the socket below it. */
export interface ProxyFront {
  peerOf(socket: Socket): string | undefined;
}

const keyOf = (socket: Socket): string => `${socket.remoteAddress ?? ''}|${socket.remotePort ?? 0}|${socket.localPort ?? 0}`;

export function noProxyFront(): ProxyFront {
  return { peerOf: (socket) => plainAddress(socket.remoteAddress) };
}

/** Puts itself between accept and the HTTP or TLS server. Untrusted peers are served as they are: their PROXY line is a malformed request. */
export function proxyFront(server: Server, trusts: Trusts, timeoutMs: number, onBad: (socket: Socket) => void): ProxyFront {
  const accept = server.listeners('connection') as ((socket: Socket) => void)[];
  const sources = new Map<string, string>();
  // A connection may be handed to the server again, after an upgrade it need not answer.
  const read = new WeakSet<Socket>();
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const serve = (): void => {
      for (const one of accept) one.call(server, socket);
    };
    if (read.has(socket) || !trusts(plainAddress(socket.remoteAddress))) {
      serve();
      return;
    }
    read.add(socket);
    const key = keyOf(socket);
    readHeader(socket, timeoutMs, (header) => {
      if (header.kind !== 'done') {
        if (header.kind === 'bad') onBad(socket);
        else socket.destroy();
        return;
      }
      if (header.source !== undefined) {
        sources.set(key, header.source);
        socket.once('close', () => sources.delete(key));
      }
      serve();
    });
  });
  return { peerOf: (socket) => plainAddress(sources.get(keyOf(socket)) ?? socket.remoteAddress) };
}

/** Calls back once: with the header, `bad`, or `more` when the peer left or took too long. */
function readHeader(socket: Socket, timeoutMs: number, done: (header: ProxyHeader) => void): void {
  let seen = Buffer.alloc(0);
  const timer = setTimeout(() => finish({ kind: 'more' }), timeoutMs);
  const onGone = (): void => finish({ kind: 'more' });
  const onReadable = (): void => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) seen = Buffer.concat([seen, chunk]);
    const header = parseProxyHeader(seen);
    if (header.kind !== 'more') finish(header);
  };
  function finish(header: ProxyHeader): void {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', onGone).off('close', onGone).off('error', onGone);
    if (header.kind === 'done' && seen.length > header.length) socket.unshift(seen.subarray(header.length));
    done(header);
  }
  socket.on('readable', onReadable).on('end', onGone).on('close', onGone).on('error', onGone);
}
