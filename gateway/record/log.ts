/** The JSON-lines log: one event code and scalar fields a line, every string checked by the last-line guard. */
import { Writable } from 'node:stream';
import { createLogger, format } from 'winston';
import type { Log, LogFields } from '../ports.js';
import type { LogLine } from './telemetry.js';
import { WITHHELD, mustWithhold } from './withhold.js';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export interface JsonLogOptions {
  readonly level: LogLevel;
  readonly stream: Writable;
  /** Called for every field that the guard replaced: `weir_log_withheld_total`. */
  readonly onWithheld?: () => void;
  /** Called when the stream fails (a closed pipe): the log may be lost, the gateway may not. */
  readonly onLost?: () => void;
  /** Called with every line after its guard, for telemetry. */
  readonly onLine?: ((line: LogLine) => void) | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Longer strings are cut: fields are codes, names and masked targets; a longer one says no more. */
export const LOG_FIELD_LENGTH = 1_000;
/** Events are stable codes, so that a search for one finds them all. */
const EVENT = /^[a-z][a-z0-9.-]{0,63}$/;
const FIELD_NAME = /^[A-Za-z][A-Za-z0-9._-]{0,80}$/;
/** Where winston puts the finished line. */
const FORMATTED = Symbol.for('message');
const LEVELS = { error: 0, warn: 1, info: 2, debug: 3 } as const;
/** Set by the log itself; a field of the same name moves to `field.<name>`. */
const OWN: ReadonlySet<string> = new Set(['time', 'level', 'event']);

/** A `Log` that writes `{"time":…,"level":…,"event":…,…}` lines to `stream`. */
export function jsonLog(options: JsonLogOptions): Log {
  const now = options.now ?? Date.now;
  options.stream.on('error', () => options.onLost?.());
  const logger = createLogger({
    levels: LEVELS,
    level: options.level,
    format: format.printf((info) => String(info.message)),
  });
  logger.pipe(
    new Writable({
      objectMode: true,
      write(info: Readonly<Record<symbol, unknown>>, _encoding, done) {
        options.stream.write(`${String(info[FORMATTED])}\n`);
        done();
      },
    }),
  );

  const named = (name: string): string => {
    if (OWN.has(name)) return `field.${name}`;
    if (FIELD_NAME.test(name) && !mustWithhold('name', name)) return name;
    options.onWithheld?.();
    return 'field.unnamed';
  };

  const guarded = (name: string, value: string | number | boolean): string | number | boolean => {
    if (mustWithhold(name, value)) {
      options.onWithheld?.();
      return WITHHELD;
    }
    return typeof value === 'string' && value.length > LOG_FIELD_LENGTH
      ? `${value.slice(0, LOG_FIELD_LENGTH)}…`
      : value;
  };

  const write = (level: LogLevel, event: string, fields: LogFields): void => {
    if (!logger.isLevelEnabled(level)) return;
    const at = now();
    const line: Record<string, string | number | boolean> = { time: new Date(at).toISOString(), level };
    const known = EVENT.test(event) && !mustWithhold('event', event);
    if (!known) options.onWithheld?.();
    line.event = known ? event : 'log.unnamed';
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined) continue;
      line[named(name)] = guarded(name, value);
    }
    logger.log(level, JSON.stringify(line));
    if (options.onLine === undefined) return;
    const { time: _time, level: _level, event: _event, ...rest } = line;
    options.onLine({ at, level, event: line.event, fields: rest });
  };

  return {
    error: (event, fields = {}) => write('error', event, fields),
    warn: (event, fields = {}) => write('warn', event, fields),
    info: (event, fields = {}) => write('info', event, fields),
    debug: (event, fields = {}) => write('debug', event, fields),
    silent: (level) => LEVELS[level] > LEVELS[options.level],
  };
}
