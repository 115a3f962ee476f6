/** Traces and logs for an OpenTelemetry collector: off, and not even loaded, unless the standard environment variables ask for them. */
import type { Context } from '@opentelemetry/api';
import type { InspectorFactory, LogFields, Pipeline, PolicySource, Recorder, SpoolFactory, Upstream, Vault } from '../ports.js';

/** What of the pipeline's ports is followed. */
export interface TracedPorts {
  readonly inspectors: InspectorFactory;
  readonly policies: PolicySource;
  readonly spools: SpoolFactory;
  readonly vault: Vault;
  readonly recorder: Recorder;
}
export interface Tracing {
  ports<P extends TracedPorts>(ports: P): P;
  pipeline(pipeline: Pipeline): Pipeline;
  upstream(upstream: Upstream, route: string): Upstream;
  /** Of an exchange that is running. */
  contextOf(exchange: string): Context | undefined;
}

/** A line of the log after its guard. */
export interface LogLine {
  readonly at: number;
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly event: string;
  readonly fields: LogFields;
}

export interface Telemetry {
  readonly tracing: Tracing | undefined;
  readonly logLine: ((line: LogLine) => void) | undefined;
  /** Sends what waits, for a bounded time. */
  stop(): Promise<void>;
}

/** Base URLs as the exporters want them; undefined: this signal is off. */
export interface TelemetrySettings {
  readonly traces: string | undefined;
  readonly logs: string | undefined;
  /** What was asked for and cannot be had: names of variables. */
  readonly refused: readonly string[];
}

export interface TelemetryOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Items that the collector did not take, or that there was no room for. */
  readonly onLost: (signal: 'traces' | 'logs', items: number) => void;
}

/** The collector's usual place when an exporter is named without one. */
const USUAL = 'http://localhost:4318';

function wholeUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** An empty variable counts as not set, as the specification says. */
export function telemetrySettings(env: TelemetryOptions['env']): TelemetrySettings {
  const said = (name: string): string | undefined => (env[name] === undefined || env[name].trim() === '' ? undefined : env[name].trim());
  const refused: string[] = [];
  if (said('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return { traces: undefined, logs: undefined, refused };

  const signal = (name: 'TRACES' | 'LOGS', path: string): string | undefined => {
    const own = said(`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`);
    const base = said('OTEL_EXPORTER_OTLP_ENDPOINT');
    const exporters = said(`OTEL_${name}_EXPORTER`)?.toLowerCase().split(',').map((one) => one.trim()) ?? (own === undefined && base === undefined ? [] : ['otlp']);
    if (exporters.some((one) => one !== 'otlp' && one !== 'none')) refused.push(`OTEL_${name}_EXPORTER`);
    if (!exporters.includes('otlp')) return undefined;
    const protocol = [`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL'].find((one) => said(one) !== undefined);
    // Every collector that takes OTLP over HTTP takes it as JSON too; gRPC is another port and another protocol.
    if (protocol !== undefined && said(protocol) === 'grpc') {
      refused.push(protocol);
      return undefined;
    }
    const variable = own === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : `OTEL_EXPORTER_OTLP_${name}_ENDPOINT`;
    const url = wholeUrl(own ?? `${(base ?? USUAL).replace(/\/+$/, '')}${path}`);
    if (url === undefined) refused.push(variable);
    return url?.toString();
  };
  return { traces: signal('TRACES', '/v1/traces'), logs: signal('LOGS', '/v1/logs'), refused };
}

const OFF: Telemetry = { tracing: undefined, logLine: undefined, stop: () => Promise.resolve() };

export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry & Pick<TelemetrySettings, 'refused'>> {
  const settings = telemetrySettings(options.env);
  if (settings.traces === undefined && settings.logs === undefined) return { ...OFF, refused: settings.refused };
  // A megabyte of library that nobody pays for who has no collector.
  const { telemetrySdk } = await import('./telemetry-sdk.js');
  return { ...telemetrySdk(settings, options), refused: settings.refused };
}
