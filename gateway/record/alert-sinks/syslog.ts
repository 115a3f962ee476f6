/** Alerts to a syslog receiver or a SIEM, over UDP, TCP or TLS. */
import { hostname } from 'node:os';
import type { Sink } from '../../ports.js';
import { pem, SinkSettingsWrong, type ConfigOf, type SinkSurroundings } from './settings.js';
import { cefLines, textLine } from './syslog-format.js';
import { overDatagrams, overStream, type StreamTarget } from './syslog-transport.js';

/** What RFC 5424 wants every receiver to take. */
export const DATAGRAM_MOST_BYTES = 2_048;
/** Receivers' usual bound. */
export const STREAM_LINE_MOST_BYTES = 8_192;
const TIMEOUT_MS = 10_000;

export function syslogSink(config: ConfigOf<'syslog'>, { timeoutMs = TIMEOUT_MS, version = '1', host = hostname() }: SinkSurroundings): Sink {
  const { id, kind, protocol, facility, perMinute } = config;
  if ((config.cert === undefined) !== (config.key === undefined)) throw new SinkSettingsWrong('SINK_CERTIFICATE', `alerts.sinks: "${id}" (syslog) needs cert and key, or neither.`);
  const maxBytes = protocol === 'udp' ? DATAGRAM_MOST_BYTES : STREAM_LINE_MOST_BYTES;
  const port = config.port ?? (protocol === 'tls' ? 6514 : 514);
  // Read for each delivery: certificates are renewed while Weir runs.
  const target = (): StreamTarget => ({
    host: config.host,
    port,
    tls: protocol === 'tls' ? { ca: pem(config.ca), cert: pem(config.cert), key: pem(config.key), serverName: config.serverName } : undefined,
  });
  return {
    id,
    kind,
    limits: { perMinute, maxBytes },
    async send(message) {
      const source = { host, version, facility };
      const lines = config.format === 'cef' ? cefLines(message, source, maxBytes) : [textLine(message, source, maxBytes)];
      await (protocol === 'udp' ? overDatagrams : overStream)(target(), lines, timeoutMs);
    },
    close: () => Promise.resolve(),
  };
}
