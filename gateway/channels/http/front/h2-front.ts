/** HTTP/2 beside HTTP/1.1 on one TLS listener: connections that chose it are taken out of the server's hands, their streams become calls like any other. */
import { constants, performServerHandshake, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import { asWeirError, causeCode } from '../../../errors.js';
import type { Admission } from '../admit.js';
import { certificateName } from '../certificate-name.js';
import type { ProxyFront } from '../proxy-protocol.js';
import type { FrontHandler, FrontOptions, Peer } from './front.js';
import { h2Call } from './h2-call.js';
import { allowance, BAD_STREAMS_BURST, BAD_STREAMS_PER_SECOND, FIELDS_MOST, INVALID_FRAMES_MOST, SESSION_MEMORY_MB, STEERING_BURST, STEERING_PER_SECOND, STREAMS_MOST, WINDOW_BYTES } from './h2-limits.js';

export interface Http2Beside {
  /** Tells clients to come no more on their connections, and closes each once its answers are out. */
  drain(): void;
}

/** A connection that asks for more than it may; only the log sees it. */
class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

/** What a TLS listener offers, in the order that it prefers. */
export const protocolsOf = ({ http2 }: FrontOptions['listen']): string[] => (http2 ? ['h2', 'http/1.1'] : ['http/1.1']);

const TOO_LARGE: Admission = { kind: 'refused', code: 'head-too-large' };

/** As SETTINGS_MAX_HEADER_LIST_SIZE counts them. */
const headBytes = (raw: readonly string[]): number => raw.reduce((sum, word) => sum + word.length, 16 * raw.length);

/** For a server that offers `h2`, after whoever reads HTTP/1.1 from it has put its listeners there. */
export function http2Beside(server: TlsServer, proxied: ProxyFront, options: FrontOptions, handler: Pick<FrontHandler, 'take'>): Http2Beside {
  const others = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
  const sessions = new Set<ServerHttp2Session>();
  let draining = false;
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') begin(socket);
    else for (const one of others) one.call(server, socket);
  });

  function begin(socket: TLSSocket): void {
    // A client that says no more has left, whatever the listener allows those of HTTP/1.1.
    socket.allowHalfOpen = false;
    const session = performServerHandshake(socket, {
      maxSessionMemory: SESSION_MEMORY_MB,
      maxSessionInvalidFrames: INVALID_FRAMES_MOST,
      // What is a little too large is heard, and told so; what is far too large is reset unread.
      maxHeaderListPairs: 2 * FIELDS_MOST,
      settings: { maxConcurrentStreams: STREAMS_MOST, maxHeaderListSize: 2 * options.limits.headBytes, initialWindowSize: WINDOW_BYTES, enablePush: false, enableConnectProtocol: false },
    });
    const peer: Peer = { address: proxied.peerOf(socket), secure: true, certificateName: () => certificateName(socket) };
    const isBad = allowance(BAD_STREAMS_BURST, BAD_STREAMS_PER_SECOND, Date.now);
    const steers = allowance(STEERING_BURST, STEERING_PER_SECOND, Date.now);
    let running = 0;
    const tooMuch = (): void => session.destroy(new TooMuch(), constants.NGHTTP2_ENHANCE_YOUR_CALM);
    const steered = (): void => {
      if (!steers()) tooMuch();
    };
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    session.on('error', (error) => options.log.debug('http2.session-failed', { cause: causeCode(error) }));
    session.on('remoteSettings', steered).on('ping', steered);
    // The first request is due like any head; later ones like those of a kept connection.
    session.setTimeout(options.limits.headTimeout);
    session.on('timeout', () => {
      if (running === 0) session.close();
    });
    session.on('stream', (stream: ServerHttp2Stream, _parsed, flags, raw: readonly string[] = []) => {
      session.setTimeout(options.timing.keepAliveMs);
      // What a client took back may still be under way here: it counts until it is over.
      if (running >= STREAMS_MOST || draining) {
        stream.on('error', () => undefined);
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
        if (!isBad()) tooMuch();
        return;
      }
      running += 1;
      const isTooLarge = headBytes(raw) > options.limits.headBytes || raw.length > 2 * FIELDS_MOST;
      if (isTooLarge && !isBad()) tooMuch();
      void take(stream, flags, raw, peer, isTooLarge ? TOO_LARGE : undefined).finally(() => {
        running -= 1;
      });
      stream.once('close', () => {
        if ((stream.rstCode !== constants.NGHTTP2_NO_ERROR || !stream.writableFinished) && !isBad()) tooMuch();
      });
    });
    if (draining) session.close();
  }

  /** Over when both the answer and whoever made it are. */
  async function take(stream: ServerHttp2Stream, flags: number, raw: readonly string[], peer: Peer, refused: Admission | undefined): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      if (stream.closed && stream.destroyed) resolve();
      else stream.once('close', () => resolve());
    });
    try {
      const taken = handler.take(h2Call(stream, raw, (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0, peer), refused);
      // Passed on unread only over HTTP/1.1; clients that are told so ask again there.
      if (taken === 'elsewhere') stream.close(constants.NGHTTP2_HTTP_1_1_REQUIRED);
      else await taken;
    } catch (thrown) {
      options.log.error('http.turn-failed', { code: asWeirError(thrown, 'internal').code });
      if (!stream.closed) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
    await closed;
  }

  return {
    drain() {
      draining = true;
      for (const session of sessions) session.close();
    },
  };
}
